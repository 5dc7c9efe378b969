package shelf

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// lists is what lies at the bench and what is on the road.
type lists interface {
	Units(ctx context.Context, filter lifecycle.UnitFilter, page lifecycle.Page) ([]lifecycle.Unit, string, error)
	Arriving(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Unit, string, error)
	Departing(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Unit, string, error)
	UnitsBySerial(ctx context.Context, folded string, limit int) ([]lifecycle.Unit, error)
}

// States are those in which a unit has something to do at a bench.
func States() []lifecycle.State {
	return []lifecycle.State{lifecycle.StateReturned, lifecycle.StateReset, lifecycle.StateCertified}
}

// waitsShown is how much of what a unit waits for a list says.
const waitsShown = 3

// Row is one unit of a list.
type Row struct {
	Unit  lifecycle.Unit
	Model string
	Since time.Time
	Waits []lifecycle.Reason
	More  int // further reasons that are not listed
	Held  bool
	// Ready: nothing stands in the way of the person of the context.
	Ready bool
}

// Here lists the units of one state in this organisation's custody, each with
// what it waits for.
func (h *Shelf) Here(ctx context.Context, state lifecycle.State, page lifecycle.Page) ([]Row, string, error) {
	filter := lifecycle.UnitFilter{Custody: access.From(ctx).Org, State: state}
	units, next, err := h.config.Lists.Units(ctx, filter, page)
	if err != nil {
		return nil, "", fmt.Errorf("list units: %w", err)
	}
	rows := make([]Row, 0, len(units))
	for _, unit := range units {
		s, err := h.config.Units.Snapshot(ctx, unit.ID)
		if err != nil {
			return nil, "", fmt.Errorf("read unit of a list: %w", err)
		}
		rows = append(rows, h.row(ctx, s))
	}
	return rows, next, nil
}

func (h *Shelf) row(ctx context.Context, s lifecycle.Snapshot) Row {
	since := s.Unit.ReturnedAt
	if s.Unit.State == lifecycle.StateCertified && s.Certificate != nil {
		since = s.Certificate.IssuedAt
	}
	row := Row{
		Unit: s.Unit, Model: s.Model.Name, Since: since, Waits: waits(s, h.config.Now()), Held: len(s.StandingHolds()) > 0,
		Ready: s.Unit.State == lifecycle.StateReset && len(h.Missing(ctx, s)) == 0,
	}
	shown := waitsShown
	if s.Unit.State == lifecycle.StateReset {
		shown = 1 // these are whole sentences
	}
	if over := len(row.Waits) - shown; over > 0 {
		row.Waits, row.More = row.Waits[:shown], over
	}
	return row
}

// Rows are the named units of this bench, as a list shows them. Another's are
// left out, as units that are not there.
func (h *Shelf) Rows(ctx context.Context, keys []lifecycle.UnitKey) ([]Row, error) {
	var rows []Row
	for _, key := range keys {
		s, err := h.Unit(ctx, key)
		if err != nil {
			if errors.Is(err, lifecycle.ErrNotFound) {
				continue
			}
			return nil, fmt.Errorf("read unit to sign for: %w", err)
		}
		rows = append(rows, h.row(ctx, s))
	}
	return rows, nil
}

// Missing is everything that stands between a unit and its certificate, for
// the person of the context as its validator.
func (h *Shelf) Missing(ctx context.Context, s lifecycle.Snapshot) []lifecycle.Reason {
	return lifecycle.CertifyReasons(s, access.From(ctx).Actor(), h.config.Now())
}

// Parcel is one unit on the road.
type Parcel struct {
	Row      Row
	Shipment lifecycle.Shipment
	From, To string // names of organisations
	Late     bool
}

// Arriving lists what is on its way here.
func (h *Shelf) Arriving(ctx context.Context, page lifecycle.Page) ([]Parcel, string, error) {
	road, next, err := h.config.Lists.Arriving(ctx, access.From(ctx).Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list what arrives: %w", err)
	}
	parcels, err := h.parcels(ctx, road)
	return parcels, next, err
}

// Departing lists what left here and is not at its receiver yet.
func (h *Shelf) Departing(ctx context.Context, page lifecycle.Page) ([]Parcel, string, error) {
	road, next, err := h.config.Lists.Departing(ctx, access.From(ctx).Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list what departs: %w", err)
	}
	parcels, err := h.parcels(ctx, road)
	return parcels, next, err
}

func (h *Shelf) parcels(ctx context.Context, road []lifecycle.Unit) ([]Parcel, error) {
	orgs := map[lifecycle.OrgID]string{}
	parcels := make([]Parcel, 0, len(road))
	for _, unit := range road {
		s, err := h.config.Units.Snapshot(ctx, unit.ID)
		if err != nil {
			return nil, fmt.Errorf("read unit on the road: %w", err)
		}
		if s.Shipment == nil {
			continue // it arrived between the two reads
		}
		for _, org := range []lifecycle.OrgID{s.Shipment.From, s.Shipment.To} {
			if orgs[org] != "" {
				continue
			}
			if orgs[org], err = h.OrgName(ctx, org); err != nil {
				return nil, err
			}
		}
		parcels = append(parcels, Parcel{
			Row: h.row(ctx, s), Shipment: *s.Shipment, From: orgs[s.Shipment.From], To: orgs[s.Shipment.To],
			Late: h.config.Now().Sub(s.Shipment.SentAt) > lifecycle.ShipmentDue,
		})
	}
	return parcels, nil
}
