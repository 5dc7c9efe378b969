package builtin

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Name is the cloud's name in models and in task ids.
const Name = "builtin"

// Door is the way to the cloud's own tables. The store has it; nothing but
// this package may use it.
type Door interface {
	// CloudLinks reads every link of a unit, ended ones too.
	CloudLinks(ctx context.Context, unit lifecycle.UnitID) ([]lifecycle.CloudLink, error)
	// LinkCloudAccount writes one link over an older one of the same account
	// and kind.
	LinkCloudAccount(ctx context.Context, link lifecycle.CloudLink) error
	// EndCloudLinks gives the links of these kinds that began before an instant
	// their end, unless they have one. No kinds: all.
	EndCloudLinks(ctx context.Context, unit lifecycle.UnitID, before, goneAt time.Time, kinds []lifecycle.BindingKind) error
	// CloudUnit reads what else is known of a unit; a unit that it does not
	// know has the zero row.
	CloudUnit(ctx context.Context, unit lifecycle.UnitID) (lifecycle.CloudUnit, error)
	// ChangeCloudUnit writes the row as change wants it, from how it stands then.
	// change is pure.
	ChangeCloudUnit(ctx context.Context, unit lifecycle.UnitID, change func(*lifecycle.CloudUnit)) error
	// CloudRecordings says of when the recordings are that were made within the
	// bounds; zero: no bound.
	CloudRecordings(ctx context.Context, unit lifecycle.UnitID, from, before time.Time) (lifecycle.CloudRecordings, error)
	// AddCloudRecording notes one, DeleteCloudRecordings deletes those within the
	// bounds.
	AddCloudRecording(ctx context.Context, unit lifecycle.UnitID, at time.Time) error
	DeleteCloudRecordings(ctx context.Context, unit lifecycle.UnitID, from, before time.Time) error
}

// Config is what the built-in cloud needs.
type Config struct {
	Door Door
	Now  func() time.Time
	// Delay is how long an ended link is still reported.
	Delay time.Duration
	// AccountHash is the keyed hash under which accounts are reported.
	AccountHash func(account string) string
}

// Cloud is the built-in cloud.
type Cloud struct {
	config Config
}

// New is the built-in cloud behind its door.
func New(config Config) *Cloud { return &Cloud{config: config} }

// AccountHash is the hash under which inventories report an account.
func (c *Cloud) AccountHash(account string) string { return c.config.AccountHash(account) }

// Link is the app's own way in: an account binds itself to a unit, from now.
// Whoever links decides whether it may; the cloud asks no questions.
func (c *Cloud) Link(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind) error {
	return c.LinkSince(ctx, unit, account, kind, c.now())
}

// LinkSince is Link with a date of its own: for a demo's past.
func (c *Cloud) LinkSince(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) error {
	return failed("link", c.config.Door.LinkCloudAccount(ctx, lifecycle.CloudLink{
		Unit: unit, Account: account, Kind: kind, Since: since.UTC().Truncate(time.Millisecond),
	}))
}

// Session notes that a session through the cloud began.
func (c *Cloud) Session(ctx context.Context, unit lifecycle.UnitID, at time.Time) error {
	return c.change(ctx, "session", unit, func(row *lifecycle.CloudUnit) { row.SessionAt = latest(row.SessionAt, at) })
}

// Record notes that a recording was made.
func (c *Cloud) Record(ctx context.Context, unit lifecycle.UnitID, at time.Time) error {
	return failed("record", c.config.Door.AddCloudRecording(ctx, unit, at.UTC().Truncate(time.Millisecond)))
}

// change writes a unit's row anew, unless nothing in it moves: a repeat costs
// a read.
func (c *Cloud) change(ctx context.Context, what string, unit lifecycle.UnitID, change func(*lifecycle.CloudUnit)) error {
	row, err := c.config.Door.CloudUnit(ctx, unit)
	if err != nil {
		return failed(what, err)
	}
	row.Unit = unit
	was := row
	if change(&row); row == was {
		return nil
	}
	return failed(what, c.config.Door.ChangeCloudUnit(ctx, unit, change))
}

func (c *Cloud) now() time.Time { return c.config.Now().UTC().Truncate(time.Millisecond) }

// failed gives an error of the door its kind and drops its text, which may
// hold an account's name. The context's own errors stay what they are.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	if kind := contextKind(err); kind != nil {
		return fmt.Errorf("built-in cloud, %s: %w", what, kind)
	}
	return fmt.Errorf("built-in cloud, %s: %w", what, cloud.ErrTemporary)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b.UTC().Truncate(time.Millisecond)
}
