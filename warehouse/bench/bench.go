package bench

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// units is where a unit is found, and the one door by which it changes.
type units interface {
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	Certificate(ctx context.Context, code lifecycle.CertificateCode) (lifecycle.Unit, lifecycle.Certificate, error)
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
}

// Config is what the bench works with. All fields are needed.
type Config struct {
	Units units
	Lists lists
	Names names
	Feed  feed
	Kits  kits
	// Read makes a reading of what was scanned: the scanner's own reader.
	Read func(ctx context.Context, payload string) (code.Reading, error)
	// Sign signs a statement with the certificate key. It must be a pure
	// function, as Ed25519 (RFC 8032) is.
	Sign func(certificate.Certificate) ([]byte, error)
	// Verify checks a second person's own mail address and password; wrong
	// ones are lifecycle.ErrUnauthenticated.
	Verify func(ctx context.Context, email, password string) (access.Principal, error)
	// Presence derives the code that a unit signs to show that it is present.
	// The same return always has the same code, so a screen can show it again.
	Presence func(lifecycle.ReturnID) string
	// Host is the outside's name for us; certificates and labels point there.
	Host  string
	Now   func() time.Time
	NewID func() string // 26 random lower-case base32 characters
	// NewCode draws a certificate's public code.
	NewCode func() lifecycle.CertificateCode
	Log     *slog.Logger
}

// Bench works resets through. Its methods act as the principal of the context.
type Bench struct {
	units    units
	lists    lists
	names    names
	feed     feed
	kits     kits
	read     func(ctx context.Context, payload string) (code.Reading, error)
	sign     func(certificate.Certificate) ([]byte, error)
	verify   func(ctx context.Context, email, password string) (access.Principal, error)
	presence func(lifecycle.ReturnID) string
	host     string
	now      func() time.Time
	newID    func() string
	newCode  func() lifecycle.CertificateCode
	log      *slog.Logger
}

// New is a bench.
func New(c Config) *Bench {
	return &Bench{
		units: c.Units, lists: c.Lists, names: c.Names, feed: c.Feed, kits: c.Kits, read: c.Read, sign: c.Sign,
		verify:   c.Verify,
		presence: c.Presence, host: c.Host, now: c.Now, newID: c.NewID, newCode: c.NewCode, log: c.Log,
	}
}

// command is who acts and when, to the millisecond that the store keeps.
func (b *Bench) command(ctx context.Context) lifecycle.Command {
	return lifecycle.Command{Actor: access.From(ctx).Actor(), At: b.now().UTC().Truncate(time.Millisecond)}
}

// Unit is a unit that lies at this bench or is on its way to it. Any other is
// as good as unknown.
func (b *Bench) Unit(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	s, err := b.units.SnapshotByKey(ctx, key)
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("find unit: %w", err)
	}
	return s, atBench(s, access.From(ctx).Org)
}

// atBench is nil where the organisation has the unit or is about to get it.
func atBench(s lifecycle.Snapshot, org lifecycle.OrgID) error {
	if org != "" && s.Unit.Custody == org || lifecycle.SentTo(s, org) {
		return nil
	}
	return fmt.Errorf("unit at another's bench: %w", lifecycle.ErrNotFound)
}

// ofOrder is the unit whose present order has the id, with its snapshot. Once
// the epoch has moved on, what the order led to is others' business.
func (b *Bench) ofOrder(ctx context.Context, id lifecycle.OrderID) (lifecycle.Snapshot, error) {
	unit, err := b.units.UnitByCode(ctx, "order", string(id))
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("find order: %w", err)
	}
	s, err := b.units.Snapshot(ctx, unit.ID)
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("find unit of order: %w", err)
	}
	if s.Order == nil || s.Order.ID != id || s.Order.Epoch != s.Unit.Epoch {
		return lifecycle.Snapshot{}, fmt.Errorf("order is history: %w", lifecycle.ErrNotFound)
	}
	return s, nil
}

// Order is the unit of a present order, for those who work it and for the desk
// that took the unit back.
func (b *Bench) Order(ctx context.Context, id lifecycle.OrderID) (lifecycle.Snapshot, error) {
	s, err := b.ofOrder(ctx, id)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	org := access.From(ctx).Org
	if s.Return != nil && s.Return.Org == org && org != "" {
		return s, nil
	}
	return s, atBench(s, org)
}

// Result is what became of one unit of a list: what was written, or why not.
type Result struct {
	Key     lifecycle.UnitKey
	Outcome lifecycle.Outcome
	Err     error // a refusal, or lifecycle.ErrNotFound
}
