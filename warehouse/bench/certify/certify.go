package bench

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// Certify certifies every unit of a list that is fully proven, one certificate
// each. The validator is the person of the context.
func (b *Bench) Certify(ctx context.Context, keys []lifecycle.UnitKey) ([]Result, error) {
	issuer, err := b.orgName(ctx, access.From(ctx).Org)
	if err != nil {
		return nil, err
	}
	return b.each(ctx, keys, func(s lifecycle.Snapshot) (lifecycle.Outcome, error) {
		vendor, err := b.orgName(ctx, s.Unit.Vendor)
		if err != nil {
			return lifecycle.Outcome{}, err
		}
		return b.units.Advance(ctx, s.Unit.ID, lifecycle.Certify{
			Command: b.command(ctx), Code: b.newCode(),
			Sign: func(s lifecycle.Snapshot, c lifecycle.Certificate) ([]byte, error) {
				return b.sign(Statement(s, c, issuer, vendor))
			},
		}.Decide)
	})
}

// Missing is everything that stands between a unit and its certificate, for
// the person of the context as its validator.
func (b *Bench) Missing(ctx context.Context, s lifecycle.Snapshot) []lifecycle.Reason {
	return lifecycle.CertifyReasons(s, access.From(ctx).Actor(), b.now())
}

// Certificate is a certificate of a unit that this organisation has or that it
// certified itself; what is history can be looked at too.
func (b *Bench) Certificate(ctx context.Context, code lifecycle.CertificateCode) (Certified, error) {
	unit, issued, err := b.units.Certificate(ctx, code)
	if err != nil {
		return Certified{}, fmt.Errorf("find certificate: %w", err)
	}
	s, err := b.units.Snapshot(ctx, unit.ID)
	if err != nil {
		return Certified{}, fmt.Errorf("find unit of certificate: %w", err)
	}
	org := access.From(ctx).Org
	if err := atBench(s, org); err != nil && issued.Org != org {
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
