package shelf

import (
	"context"
	"embed"
	"fmt"
	"net/url"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Templates has the parts that show units of a list, and the page "results.html".
//
//go:embed templates/*.html
var Templates embed.FS

// units is where a unit is found.
type units interface {
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
}

// Config is what the shelf stands on. All of it must be given.
type Config struct {
	Units units
	Lists lists
	Names names
	// Read makes a reading of what was scanned: the scanner's own reader.
	Read func(ctx context.Context, payload string) (code.Reading, error)
	Now  func() time.Time
}

// Shelf is what lies at a bench. Its methods act as the principal of the
// context.
type Shelf struct{ config Config }

// New is a shelf.
func New(config Config) *Shelf { return &Shelf{config} }

// Now is the present.
func (h *Shelf) Now() time.Time { return h.config.Now() }

// Read is what a scanned code says.
func (h *Shelf) Read(ctx context.Context, payload string) (code.Reading, error) {
	return h.config.Read(ctx, payload)
}

// Command is who acts and when, to the millisecond that the store keeps.
func (h *Shelf) Command(ctx context.Context) lifecycle.Command {
	return lifecycle.Command{Actor: access.From(ctx).Actor(), At: h.config.Now().UTC().Truncate(time.Millisecond)}
}

// Unit is a unit that lies at this bench or is on its way to it. Any other is
// as good as unknown.
func (h *Shelf) Unit(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	s, err := h.config.Units.SnapshotByKey(ctx, key)
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("find unit: %w", err)
	}
	return s, At(s, access.From(ctx).Org)
}

// At is nil where the organisation has the unit or is about to get it.
func At(s lifecycle.Snapshot, org lifecycle.OrgID) error {
	if org != "" && s.Unit.Custody == org || lifecycle.SentTo(s, org) {
		return nil
	}
	return fmt.Errorf("unit at another's bench: %w", lifecycle.ErrNotFound)
}

// OfOrder is the unit whose present order has the id, with its snapshot. Once
// the epoch has moved on, what the order led to is others' business.
func (h *Shelf) OfOrder(ctx context.Context, id lifecycle.OrderID) (lifecycle.Snapshot, error) {
	unit, err := h.config.Units.UnitByCode(ctx, "order", string(id))
	if err != nil {
		return lifecycle.Snapshot{}, fmt.Errorf("find order: %w", err)
	}
	s, err := h.config.Units.Snapshot(ctx, unit.ID)
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
func (h *Shelf) Order(ctx context.Context, id lifecycle.OrderID) (lifecycle.Snapshot, error) {
	s, err := h.OfOrder(ctx, id)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	org := access.From(ctx).Org
	if s.Return != nil && s.Return.Org == org && org != "" {
		return s, nil
	}
	return s, At(s, org)
}

// UnitPath is the page of a unit.
func UnitPath(key lifecycle.UnitKey) string {
	return "/bench/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}
