package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Sight is what somebody is shown of one unit. What the view does not hold is
// empty: a former custodian sees neither state nor custody.
type Sight struct {
	View  lifecycle.View
	Key   lifecycle.UnitKey
	GTIN  string
	Model string

	State       lifecycle.State
	Epoch       lifecycle.Epoch
	Unconfirmed bool
	Signs       bool               // it has a device key
	Custody     string             // the organisation's name; empty: a customer
	Arriving    bool               // on its way to whoever looks
	Holds       []lifecycle.Reason // what each hold says to whoever looks
	Flags       []lifecycle.Flag
	Firmware    string
	Registered  time.Time

	// For the custodian alone.
	SoldAt, ReturnedAt, ContactAt time.Time
	Order                         *lifecycle.Order
	Certificate                   *lifecycle.Certificate
	Return                        lifecycle.ReturnID // where the own organisation took it back
	Sale                          lifecycle.SaleID   // where the own organisation sold it
	Next                          []lifecycle.NextAction
}

// Look shows a unit to somebody, as far as it is theirs to see.
func (f *Fleet) Look(ctx context.Context, p access.Principal, key lifecycle.UnitKey) (Sight, error) {
	unit, view, err := f.find(ctx, key, p.Org)
	if err != nil {
		return Sight{}, err
	}
	s, err := f.config.Store.Snapshot(ctx, unit.ID)
	if err != nil {
		return Sight{}, fmt.Errorf("look at unit: %w", err)
	}
	sight := Sight{View: view, Key: s.Unit.Key, GTIN: s.Unit.GTIN, Model: s.Model.Name}
	if view == lifecycle.ViewFormer {
		return sight, nil
	}
	if err := f.present(ctx, p, s, &sight); err != nil {
		return Sight{}, err
	}
	if view == lifecycle.ViewCustodian {
		f.custodial(p, s, &sight)
	}
	return sight, nil
}

// present is what custodian and vendor both see.
func (f *Fleet) present(ctx context.Context, p access.Principal, s lifecycle.Snapshot, sight *Sight) error {
	unit := s.Unit
	sight.State, sight.Epoch, sight.Unconfirmed, sight.Signs = unit.State, unit.Epoch, unit.Unconfirmed, len(unit.DeviceKey) > 0
	sight.Firmware, sight.Registered = unit.Firmware, unit.RegisteredAt
	for _, hold := range s.StandingHolds() {
		sight.Holds = append(sight.Holds, hold.Reason(p.Actor()))
	}
	var err error
	if sight.Custody, err = f.namesFor(p.Org).org(ctx, unit.Custody); err != nil {
		return err
	}
	filter := lifecycle.FlagFilter{Org: p.Org, Unit: unit.ID}
	if sight.Flags, _, err = f.config.Store.Flags(ctx, filter, lifecycle.Page{Limit: 50}); err != nil {
		return fmt.Errorf("read flags of unit: %w", err)
	}
	return nil
}

// custodial is what only whoever has the unit sees.
func (f *Fleet) custodial(p access.Principal, s lifecycle.Snapshot, sight *Sight) {
	sight.SoldAt, sight.ReturnedAt, sight.ContactAt = s.Unit.SoldAt, s.Unit.ReturnedAt, s.Unit.ContactAt
	sight.Arriving = lifecycle.SentTo(s, p.Org)
	sight.Next = lifecycle.NextActions(s, p.Actor(), f.config.Now())
	if order, open := s.OpenOrder(); open {
		sight.Order = &order
	}
	if certificate, stands := s.CurrentCertificate(); stands {
		sight.Certificate = &certificate
	}
	if s.Return != nil && s.Return.Org == p.Org {
		sight.Return = s.Return.ID
	}
	if s.Sale != nil && s.Sale.Org == p.Org {
		sight.Sale = s.Sale.ID
	}
}

// By is who did something, as far as it is told.
type By string

// Who can have done something.
const (
	ByStaff   By = "staff"
	ByMachine By = "machine"
	ByOwner   By = "owner" // never who
	ByUnit    By = "unit"
	ByService By = "service"
)

// Event is one line of a unit's past.
type Event struct {
	Index int64 // of its entry on the ledger
	At    time.Time
	Event lifecycle.Event
	State lifecycle.State
	Epoch lifecycle.Epoch
	By    By
	Name  string // of one's own people
	Org   string // the name of the organisation that acted
}

// historyPage is how many entries of the ledger are read at once.
const historyPage = 200

// History is the unit's past as far as it is shown, oldest first.
func (f *Fleet) History(ctx context.Context, p access.Principal, key lifecycle.UnitKey, page lifecycle.Page) ([]Event, string, error) {
	unit, view, err := f.find(ctx, key, p.Org)
	if err != nil {
		return nil, "", err
	}
	known := f.namesFor(p.Org)
	var events []Event
	position := page.After
	for {
		// One at a time at the end of a page would cost a read each, so a whole
		// portion is read; the place to go on is the last entry that was shown.
		outcomes, next, err := f.config.Store.History(ctx, unit.ID, lifecycle.Page{After: position, Limit: historyPage})
		if err != nil {
			return nil, "", fmt.Errorf("read history: %w", err)
		}
		for _, outcome := range outcomes {
			if !view.Shows(outcome.Change, p.Org) {
				continue
			}
			if len(events) == page.Limit {
				return events, historyPosition(events), nil
			}
			event, err := f.event(ctx, known, outcome)
			if err != nil {
				return nil, "", err
			}
			events = append(events, event)
		}
		if position = next; next == "" {
			return events, "", nil
		}
	}
}

func (f *Fleet) event(ctx context.Context, known *names, outcome lifecycle.Outcome) (Event, error) {
	change := outcome.Change
	event := Event{
		Index: outcome.Index, At: change.At, Event: change.Event, State: change.Unit.State, Epoch: change.Unit.Epoch,
		By: byOf(change.Actor),
	}
	var err error
	if event.Org, err = known.org(ctx, change.Actor.Org); err != nil {
		return Event{}, err
	}
	event.Name, err = known.person(ctx, change.Actor)
	return event, err
}

func byOf(actor lifecycle.Actor) By {
	switch actor.Kind {
	case lifecycle.ActorPerson:
		if actor.Org == "" {
			return ByOwner
		}
		return ByStaff
	case lifecycle.ActorMachine:
		return ByMachine
	case lifecycle.ActorUnit:
		return ByUnit
	}
	return ByService
}

// personName is empty for somebody who was erased since.
func (f *Fleet) personName(ctx context.Context, id lifecycle.PersonID) (string, error) {
	person, err := f.config.Store.Person(ctx, id)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("name person: %w", err)
	}
	return person.Name, nil
}
