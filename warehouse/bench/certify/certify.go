package certify

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
	"quitclaim/warehouse/certificate"
)

// units is where certificates are, and the one door by which a unit changes.
type units interface {
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Certificate(ctx context.Context, code lifecycle.CertificateCode) (lifecycle.Unit, lifecycle.Certificate, error)
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Units units
	Shelf *shelf.Shelf
	// Sign signs a statement with the certificate key. It must be a pure
	// function, as Ed25519 (RFC 8032) is.
	Sign func(certificate.Certificate) ([]byte, error)
	// Host is the outside's name for us; certificates and labels point there.
	Host string
	// NewCode draws a certificate's public code.
	NewCode func() lifecycle.CertificateCode
}

// Room is where units are certified. Its methods act as the principal of the
// context.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room { return &Room{config} }

// Certify certifies every unit of a list that is fully proven, one certificate
// each. The validator is the person of the context.
func (r *Room) Certify(ctx context.Context, keys []lifecycle.UnitKey) ([]shelf.Result, error) {
	issuer, err := r.config.Shelf.OrgName(ctx, access.From(ctx).Org)
	if err != nil {
		return nil, err
	}
	return r.config.Shelf.Each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		vendor, err := r.config.Shelf.OrgName(ctx, s.Unit.Vendor)
		if err != nil {
			return lifecycle.Outcome{}, err
		}
		return r.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Certify{
			Command: r.config.Shelf.Command(ctx), Code: r.config.NewCode(),
			Sign: func(s lifecycle.Snapshot, c lifecycle.Certificate) ([]byte, error) {
				return r.config.Sign(Statement(s, c, issuer, vendor))
			},
		}.Decide)
	})
}

// Certificate is a certificate of a unit that this organisation has or that it
// certified itself; what is history can be looked at too.
func (r *Room) Certificate(ctx context.Context, code lifecycle.CertificateCode) (Certified, error) {
	unit, issued, err := r.config.Units.Certificate(ctx, code)
	if err != nil {
		return Certified{}, fmt.Errorf("find certificate: %w", err)
	}
	s, err := r.config.Units.Snapshot(ctx, unit.ID)
	if err != nil {
		return Certified{}, fmt.Errorf("find unit of certificate: %w", err)
	}
	org := access.From(ctx).Org
	if err := shelf.At(s, org); err != nil && issued.Org != org {
		return Certified{}, err
	}
	stated, _, err := certificate.Parse(issued.Bytes)
	if err != nil {
		// Its kind is cut off: what is wrong is our record, not the request.
		return Certified{}, fmt.Errorf("read our own certificate: %w", errors.New(err.Error()))
	}
	return Certified{Snapshot: s, Certificate: issued, Stated: stated}, nil
}

// Certified is a certificate with the unit as it is now.
type Certified struct {
	Snapshot    lifecycle.Snapshot
	Certificate lifecycle.Certificate
	Stated      certificate.Certificate // what the signed bytes say
}

// Current reports whether the certificate stands at the unit's present epoch.
func (c Certified) Current() bool {
	return c.Certificate.StandsAt(c.Snapshot.Unit.Epoch) && c.Snapshot.Unit.State == lifecycle.StateCertified
}
