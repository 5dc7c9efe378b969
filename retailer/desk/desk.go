package desk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// store is the write door, and what the desk needs to know before it knocks.
type store interface {
	// SnapshotByKey is everything the rules read about the unit of this key.
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	// Advance is the one write door; AdvanceWithReceipt keeps a receipt's
	// number, sealed, with the change.
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	AdvanceWithReceipt(ctx context.Context, unit lifecycle.UnitID, org lifecycle.OrgID, receipt string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// ReceiptHash is the keyed hash under which the rules know a receipt.
	ReceiptHash(org lifecycle.OrgID, receipt string) string
	// RaiseFlag raises a flag, or raises it again.
	RaiseFlag(ctx context.Context, flag lifecycle.Flag) (lifecycle.Flag, error)
}

// admissions is the door for units that nobody knows, and the models that they
// can be of.
type admissions interface {
	// Register puts a unit on record; RegisterWithReceipt keeps a receipt's
	// number, sealed, with it.
	Register(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	RegisterWithReceipt(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID, org lifecycle.OrgID, receipt string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// VendorOf is the vendor of a brand; Models lists a vendor's models.
	VendorOf(ctx context.Context, brand string) (access.Organisation, error)
	Models(ctx context.Context, vendor lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Model, string, error)
}

// returns finds returns, and what has become of them.
type returns interface {
	// Return is a recorded return and its unit.
	Return(ctx context.Context, id lifecycle.ReturnID) (lifecycle.Unit, lifecycle.Return, error)
	// ReturnsSince lists what an organisation took back, the newest first.
	ReturnsSince(ctx context.Context, org lifecycle.OrgID, since time.Time, limit int) ([]lifecycle.TakenBack, error)
	// Snapshot is everything the rules read about a unit.
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// UnitByCode resolves a public code of some kind.
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
}

// feed is what happens to units, in commit order.
type feed interface {
	// Head is the newest place in the feed.
	Head(ctx context.Context) (int64, error)
	// Changes is the feed after a place. It waits for more until ctx ends.
	Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error]
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store      store
	Admissions admissions
	Returns    returns
	Feed       feed
	Kits       kits // nil: no box holds more than one unit
	Now        func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// Presence makes the code that the screen shows for a unit to sign: a keyed
	// hash of the return's id, so that it can be shown again after a restart
	// while the record holds no more than its SHA-256.
	Presence func(lifecycle.ReturnID) string
	// Verify finds the person with this mail address and password; what fits
	// nobody matches lifecycle.ErrUnauthenticated. It throttles.
	Verify func(ctx context.Context, email, password string) (access.Principal, error)
	// Read makes a reading of what was scanned: the scanner's own reader.
	Read func(ctx context.Context, payload string) (code.Reading, error)
}

// Desk is the return desk.
type Desk struct{ config Config }

// New is the room.
func New(config Config) *Desk { return &Desk{config} }

// command is what every command of this desk begins with.
func (d *Desk) command(actor lifecycle.Actor) lifecycle.Command {
	return lifecycle.Command{Actor: actor, At: d.now()}
}

// now is the present as the record keeps it: UTC, whole milliseconds.
func (d *Desk) now() time.Time { return d.config.Now().UTC().Truncate(time.Millisecond) }

// FlagOtherStock tells the custodian's security officer that their unit lies
// on another desk (rule 13). One flag per place where it turns up.
func (d *Desk) FlagOtherStock(ctx context.Context, actor lifecycle.Actor, s lifecycle.Snapshot) error {
	if lifecycle.Sees(s, actor) {
		return nil
	}
	now := d.now()
	_, err := d.config.Store.RaiseFlag(ctx, lifecycle.Flag{
		Unit: s.Unit.ID, Kind: lifecycle.FlagOtherStock, Cause: string(actor.Org), Severity: lifecycle.SeverityHigh,
		State: lifecycle.FlagOpen, Org: s.Unit.Custody, FirstAt: now, LastAt: now,
		Evidence: map[string]string{"scanned-by": string(actor.Org), "purpose": string(lifecycle.PurposeReturn)},
	})
	if err != nil {
		return fmt.Errorf("flag a unit of other stock: %w", err)
	}
	return nil
}

// FlagOvertaken leaves an exception to sort out where a return that waited offline
// was overtaken (rule 14): the unit is on somebody's shelf and was not fenced.
func (d *Desk) FlagOvertaken(ctx context.Context, actor lifecycle.Actor, unit lifecycle.Unit, scanned time.Time, refused error) error {
	var refusal *lifecycle.Refusal
	if scanned.IsZero() || !errors.As(refused, &refusal) || !refusal.Has("return.overtaken") && !refusal.Has("return.queued-too-long") {
		return nil
	}
	now := d.now()
	_, err := d.config.Store.RaiseFlag(ctx, lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagQueuedReturn, Cause: string(actor.Org) + " " + scanned.UTC().Format(time.RFC3339),
		Severity: lifecycle.SeverityHigh, State: lifecycle.FlagOpen, Org: actor.Org, FirstAt: now, LastAt: now,
		Evidence: map[string]string{"desk": string(actor.Org), "scanned": scanned.UTC().Format(time.RFC3339)},
	})
	if err != nil {
		return fmt.Errorf("flag a queued return: %w", err)
	}
	return nil
}
