package fleet

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Filter narrows a list of units.
type Filter struct {
	State lifecycle.State
	// Made lists what a vendor made, wherever it is, and not what it has.
	Made bool
}

// Row is one unit in a list.
type Row struct {
	Key         lifecycle.UnitKey
	GTIN        string
	Model       string
	State       lifecycle.State
	Epoch       lifecycle.Epoch
	EpochAt     time.Time // zero where the unit is with somebody else
	Custody     string    // the organisation's name; empty: a customer
	Unconfirmed bool
}

// List lists the units in the organisation's custody, or those that it made.
func (f *Fleet) List(ctx context.Context, p access.Principal, filter Filter, page lifecycle.Page) ([]Row, string, error) {
	if p.Org == "" {
		return nil, "", fmt.Errorf("list units of no organisation: %w", lifecycle.ErrForbidden)
	}
	ask := lifecycle.UnitFilter{Custody: p.Org, State: filter.State}
	if filter.Made {
		ask = lifecycle.UnitFilter{Vendor: p.Org, State: filter.State}
	}
	list, next, err := f.config.Store.Units(ctx, ask, page)
	if err != nil {
		return nil, "", fmt.Errorf("list units: %w", err)
	}
	rows, err := f.rows(ctx, p, list)
	return rows, next, err
}

// searched is how many units of one serial are looked at: a serial is unique
// within a brand.
const searched = 50

// Search finds units by serial, of one brand or of any, that the organisation
// may be shown. One that it had is found without its present.
func (f *Fleet) Search(ctx context.Context, p access.Principal, brand, serial string) ([]Row, error) {
	asked := brand
	if strings.TrimSpace(brand) == "" {
		asked = "x" // any brand does for the shape
	}
	key, err := lifecycle.ParseUnitKey(asked, serial)
	if err != nil {
		return nil, err
	}
	if asked == brand {
		return f.one(ctx, p, key)
	}
	list, err := f.config.Store.UnitsBySerial(ctx, key.FoldedSerial(), searched)
	if err != nil {
		return nil, fmt.Errorf("search units: %w", err)
	}
	return f.shown(ctx, p, list)
}

func (f *Fleet) one(ctx context.Context, p access.Principal, key lifecycle.UnitKey) ([]Row, error) {
	contact, err := f.config.Store.ContactOf(ctx, key, p.Org)
	if err != nil {
		return nil, fmt.Errorf("search units: %w", err)
	}
	switch contact.View(p.Org) {
	case lifecycle.ViewNone:
		return nil, nil
	case lifecycle.ViewFormer:
		model, err := f.namesFor(p.Org).model(ctx, contact.Unit.Model)
		return []Row{{Key: contact.Unit.Key, GTIN: contact.Unit.GTIN, Model: model}}, err
	}
	return f.rows(ctx, p, []lifecycle.Unit{contact.Unit})
}

func (f *Fleet) rows(ctx context.Context, p access.Principal, list []lifecycle.Unit) ([]Row, error) {
	known := f.namesFor(p.Org)
	rows := make([]Row, 0, len(list))
	for _, unit := range list {
		model, err := known.model(ctx, unit.Model)
		if err != nil {
			return nil, err
		}
		custody, err := known.org(ctx, unit.Custody)
		if err != nil {
			return nil, err
		}
		row := Row{
			Key: unit.Key, GTIN: unit.GTIN, Model: model, State: unit.State, Epoch: unit.Epoch, Custody: custody,
			Unconfirmed: unit.Unconfirmed,
		}
		if unit.Custody == p.Org {
			row.EpochAt = unit.EpochAt // when customers come and go is not a vendor's business
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func historyPosition(events []Event) string {
	return strconv.FormatInt(events[len(events)-1].Index, 10)
}
