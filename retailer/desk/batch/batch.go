package batch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// lists is the batches that desks keep.
type lists interface {
	// SaveBatch puts a new batch on record.
	SaveBatch(ctx context.Context, batch lifecycle.Batch) (lifecycle.Batch, error)
	// Batch reads one, whosever it is; Batches lists an organisation's.
	Batch(ctx context.Context, id lifecycle.BatchID) (lifecycle.Batch, error)
	Batches(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Batch, string, error)
	// CloseBatch closes a batch in which nothing is left to sort out.
	CloseBatch(ctx context.Context, id lifecycle.BatchID, by lifecycle.PersonID) (lifecycle.Batch, error)
	// PlaceOfReturn is where a return stands in a batch; 0: nowhere.
	PlaceOfReturn(ctx context.Context, id lifecycle.BatchID, ret lifecycle.ReturnID) (int64, error)
}

// entries is what stands on them.
type entries interface {
	// AdvanceInBatch is the write door, and writes the entry with the change.
	AdvanceInBatch(ctx context.Context, unit lifecycle.UnitID, entry lifecycle.BatchEntry, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// AddBatchEntry writes an entry of which no unit came back.
	AddBatchEntry(ctx context.Context, entry lifecycle.BatchEntry) (lifecycle.BatchEntry, error)
	// BatchEntry finds an entry by its client's id; BatchEntries lists them all.
	BatchEntry(ctx context.Context, batch lifecycle.BatchID, id string) (lifecycle.BatchEntry, bool, error)
	BatchEntries(ctx context.Context, batch lifecycle.BatchID) ([]lifecycle.BatchEntry, error)
	// SettleBatchEntry writes what a person did about an exception.
	SettleBatchEntry(ctx context.Context, batch lifecycle.BatchID, entry, settlement string, by lifecycle.PersonID) (lifecycle.BatchEntry, error)
}

// units finds what a code names.
type units interface {
	// SnapshotByKey is everything the rules read about the unit of this key,
	// Snapshot about this unit.
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// UnitByCode resolves a public code of some kind; ReleaseReceipt the hash of a
	// release receipt's code.
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
	ReleaseReceipt(ctx context.Context, codeHash string) (lifecycle.ReleaseReceipt, error)
}

// desk is where the pallet stands: what holds for a single return holds here.
type desk interface {
	// SecondPerson is who signs with these, and works at the actor's desk; nobody
	// where both are empty.
	SecondPerson(ctx context.Context, actor lifecycle.Actor, email, password string) (lifecycle.PersonID, error)
	// PresenceHash is what the record keeps of a return's presence code.
	PresenceHash(id lifecycle.ReturnID) string
	// FlagOtherStock tells whose unit lies on this desk; FlagOvertaken that a
	// return which waited was refused for it, where it was.
	FlagOtherStock(ctx context.Context, actor lifecycle.Actor, s lifecycle.Snapshot) error
	FlagOvertaken(ctx context.Context, actor lifecycle.Actor, unit lifecycle.Unit, scanned time.Time, refused error) error
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Lists   lists
	Entries entries
	Units   units
	Desk    desk
	Now     func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// Read makes a reading of what was scanned: the scanner's own reader.
	Read func(ctx context.Context, payload string) (code.Reading, error)
}

// Room is where batches are worked through.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room { return &Room{config} }

// now is the present as the record keeps it: UTC, whole milliseconds.
func (r *Room) now() time.Time { return r.config.Now().UTC().Truncate(time.Millisecond) }

// Pallet is a batch with all that came into it.
type Pallet struct {
	lifecycle.Batch
	Entries []lifecycle.BatchEntry // in the order in which they came
	Summary lifecycle.BatchSummary
}

// Exceptions are the entries that nobody has sorted out.
func (p Pallet) Exceptions() []lifecycle.BatchEntry {
	var open []lifecycle.BatchEntry
	for _, entry := range p.Entries {
		if entry.State == lifecycle.EntryException {
			open = append(open, entry)
		}
	}
	return open
}

// Capped is how many exceptions wait for a second person (rule 1).
func (p Pallet) Capped() int {
	n := 0
	for _, entry := range p.Exceptions() {
		if capped(entry) {
			n++
		}
	}
	return n
}

func capped(entry lifecycle.BatchEntry) bool {
	return entry.MayTryAgain() && lifecycle.HasReason(entry.Reasons, "return.cap")
}

// Open opens a batch: what holds for all of its returns is said once.
func (r *Room) Open(ctx context.Context, actor lifecycle.Actor, condition, reason string) (lifecycle.Batch, error) {
	if actor.Org == "" || actor.Person == "" {
		return lifecycle.Batch{}, fmt.Errorf("batch of nobody's desk: %w", lifecycle.ErrForbidden)
	}
	var invalid lifecycle.Invalid
	if !slices.Contains(lifecycle.Conditions(), condition) {
		invalid.Add("condition", "return.condition")
	}
	if !slices.Contains(lifecycle.ReturnReasons(), reason) {
		invalid.Add("reason", "return.reason")
	}
	if err := invalid.Err(); err != nil {
		return lifecycle.Batch{}, err
	}
	batch, err := r.config.Lists.SaveBatch(ctx, lifecycle.Batch{
		ID: lifecycle.BatchID("bat_" + r.config.NewID()), Org: actor.Org, OpenedBy: actor.Person, OpenedAt: r.now(),
		Condition: condition, Reason: reason,
	})
	if err != nil {
		return batch, fmt.Errorf("open batch: %w", err)
	}
	return batch, nil
}

// List lists the batches of the reader's organisation, the newest first.
func (r *Room) List(ctx context.Context, actor lifecycle.Actor, page lifecycle.Page) ([]lifecycle.Batch, string, error) {
	list, next, err := r.config.Lists.Batches(ctx, actor.Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list batches: %w", err)
	}
	return list, next, nil
}

// Find reads a batch of the reader's organisation with its entries.
func (r *Room) Find(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID) (Pallet, error) {
	batch, err := r.batchOf(ctx, actor, id)
	if err != nil {
		return Pallet{}, err
	}
	list, err := r.config.Entries.BatchEntries(ctx, id)
	if err != nil {
		return Pallet{}, fmt.Errorf("list a batch: %w", err)
	}
	return Pallet{batch, list, lifecycle.Summarise(list)}, nil
}

// batchOf is the batch if it is the actor's organisation's; one of others is
// not found.
func (r *Room) batchOf(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID) (lifecycle.Batch, error) {
	batch, err := r.config.Lists.Batch(ctx, id)
	if err != nil {
		return batch, fmt.Errorf("find batch: %w", err)
	}
	if actor.Org == "" || batch.Org != actor.Org {
		return lifecycle.Batch{}, fmt.Errorf("batch of another organisation: %w", lifecycle.ErrNotFound)
	}
	return batch, nil
}

// Close closes a batch. waiting is how many entries the closing browser
// still keeps to itself: the server cannot know them otherwise.
func (r *Room) Close(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID, waiting int) (lifecycle.Batch, error) {
	if _, err := r.batchOf(ctx, actor, id); err != nil {
		return lifecycle.Batch{}, err
	}
	if !actor.IsPerson() {
		return lifecycle.Batch{}, fmt.Errorf("batch closed by a machine: %w", lifecycle.ErrForbidden)
	}
	if waiting > 0 {
		return lifecycle.Batch{}, &lifecycle.Refusal{Event: lifecycle.EventReturn, Reasons: []lifecycle.Reason{{Code: "batch.waiting"}}}
	}
	batch, err := r.config.Lists.CloseBatch(ctx, id, actor.Person)
	if err != nil {
		return batch, fmt.Errorf("close batch: %w", err)
	}
	return batch, nil
}

// Settle says what a person did about an exception.
func (r *Room) Settle(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID, entry, settlement string) (lifecycle.BatchEntry, error) {
	if _, err := r.batchOf(ctx, actor, id); err != nil {
		return lifecycle.BatchEntry{}, err
	}
	if !slices.Contains(lifecycle.Settlements(), settlement) {
		return lifecycle.BatchEntry{}, lifecycle.Mistake("settlement", "batch.settlement")
	}
	settled, err := r.config.Entries.SettleBatchEntry(ctx, id, entry, settlement, actor.Person)
	if err != nil {
		return settled, fmt.Errorf("settle entry: %w", err)
	}
	return settled, nil
}
