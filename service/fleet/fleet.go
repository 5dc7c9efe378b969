package fleet

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// units is the record of units.
type units interface {
	// ContactOf is what an organisation has to do with the unit of this key;
	// it looks up the same things for a unit that is not on record.
	ContactOf(ctx context.Context, key lifecycle.UnitKey, org lifecycle.OrgID) (lifecycle.Contact, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	History(ctx context.Context, unit lifecycle.UnitID, page lifecycle.Page) ([]lifecycle.Outcome, string, error)
	Units(ctx context.Context, filter lifecycle.UnitFilter, page lifecycle.Page) ([]lifecycle.Unit, string, error)
	UnitsBySerial(ctx context.Context, folded string, limit int) ([]lifecycle.Unit, error)
	UnitsByReceipt(ctx context.Context, org lifecycle.OrgID, receipt string, limit int) ([]lifecycle.Unit, error)
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
}

// door is where a unit is put on record and changed.
type door interface {
	Register(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error)
	ModelByGTIN(ctx context.Context, gtin string) (lifecycle.Model, error)
}

// around is what stands beside a unit on its page.
type around interface {
	Flags(ctx context.Context, filter lifecycle.FlagFilter, page lifecycle.Page) ([]lifecycle.Flag, string, error)
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
}

// store is all of it.
type store interface {
	units
	door
	around
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store store
	Now   func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
}

// Fleet is the room.
type Fleet struct{ config Config }

// New is the room.
func New(config Config) *Fleet { return &Fleet{config} }

// find is a unit that the organisation may be shown, and how much of it. For
// any other it is lifecycle.ErrNotFound.
func (f *Fleet) find(ctx context.Context, key lifecycle.UnitKey, org lifecycle.OrgID) (lifecycle.Unit, lifecycle.View, error) {
	contact, err := f.config.Store.ContactOf(ctx, key, org)
	if err != nil {
		return lifecycle.Unit{}, "", fmt.Errorf("find unit: %w", err)
	}
	view := contact.View(org)
	if view == lifecycle.ViewNone {
		return lifecycle.Unit{}, "", fmt.Errorf("find unit: %w", lifecycle.ErrNotFound)
	}
	return contact.Unit, view, nil
}

// names are the names of organisations and of one's own people, each read
// once for a page.
type names struct {
	fleet  *Fleet
	own    lifecycle.OrgID
	orgs   map[lifecycle.OrgID]string
	people map[lifecycle.PersonID]string
	models map[lifecycle.ModelID]string
}

func (f *Fleet) namesFor(own lifecycle.OrgID) *names {
	return &names{f, own, map[lifecycle.OrgID]string{}, map[lifecycle.PersonID]string{}, map[lifecycle.ModelID]string{}}
}

func (n *names) org(ctx context.Context, id lifecycle.OrgID) (string, error) {
	if name, known := n.orgs[id]; known || id == "" {
		return name, nil
	}
	org, err := n.fleet.config.Store.Organisation(ctx, id)
	if err != nil {
		return "", fmt.Errorf("name organisation: %w", err)
	}
	n.orgs[id] = org.Name
	return org.Name, nil
}

func (n *names) model(ctx context.Context, id lifecycle.ModelID) (string, error) {
	if name, known := n.models[id]; known || id == "" {
		return name, nil
	}
	model, err := n.fleet.config.Store.Model(ctx, id)
	if err != nil {
		return "", fmt.Errorf("name model: %w", err)
	}
	n.models[id] = model.Name
	return model.Name, nil
}

// person is the name of somebody of one's own; nobody else's is shown.
func (n *names) person(ctx context.Context, actor lifecycle.Actor) (string, error) {
	if actor.Org == "" || actor.Org != n.own || actor.Person == "" {
		return "", nil
	}
	if name, known := n.people[actor.Person]; known {
		return name, nil
	}
	name, err := n.fleet.personName(ctx, actor.Person)
	n.people[actor.Person] = name
	return name, err
}
