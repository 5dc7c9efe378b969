package desk

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/lifecycle"
)

// batches is the lists that desks keep.
type batches interface {
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

// entries is what stands on those lists.
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

// OpenBatch opens a batch: what holds for all of its returns is said once.
func (d *Desk) OpenBatch(ctx context.Context, actor lifecycle.Actor, condition, reason string) (lifecycle.Batch, error) {
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
	batch, err := d.config.Batches.SaveBatch(ctx, lifecycle.Batch{
		ID: lifecycle.BatchID("bat_" + d.config.NewID()), Org: actor.Org, OpenedBy: actor.Person, OpenedAt: d.now(),
		Condition: condition, Reason: reason,
	})
	if err != nil {
		return batch, fmt.Errorf("open batch: %w", err)
	}
	return batch, nil
}

// ListBatches lists the batches of the reader's organisation, the newest first.
func (d *Desk) ListBatches(ctx context.Context, actor lifecycle.Actor, page lifecycle.Page) ([]lifecycle.Batch, string, error) {
	list, next, err := d.config.Batches.Batches(ctx, actor.Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list batches: %w", err)
	}
	return list, next, nil
}

// FindBatch reads a batch of the reader's organisation with its entries.
func (d *Desk) FindBatch(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID) (Pallet, error) {
	batch, err := d.batchOf(ctx, actor, id)
	if err != nil {
		return Pallet{}, err
	}
	list, err := d.config.Entries.BatchEntries(ctx, id)
	if err != nil {
		return Pallet{}, fmt.Errorf("list a batch: %w", err)
	}
	return Pallet{batch, list, lifecycle.Summarise(list)}, nil
}

// batchOf is the batch if it is the actor's organisation's; one of others is
// not found.
func (d *Desk) batchOf(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID) (lifecycle.Batch, error) {
	batch, err := d.config.Batches.Batch(ctx, id)
	if err != nil {
		return batch, fmt.Errorf("find batch: %w", err)
	}
	if actor.Org == "" || batch.Org != actor.Org {
		return lifecycle.Batch{}, fmt.Errorf("batch of another organisation: %w", lifecycle.ErrNotFound)
	}
	return batch, nil
}

// CloseBatch closes a batch. waiting is how many entries the closing browser
// still keeps to itself: the server cannot know them otherwise.
func (d *Desk) CloseBatch(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID, waiting int) (lifecycle.Batch, error) {
	if _, err := d.batchOf(ctx, actor, id); err != nil {
		return lifecycle.Batch{}, err
	}
	if !actor.IsPerson() {
		return lifecycle.Batch{}, fmt.Errorf("batch closed by a machine: %w", lifecycle.ErrForbidden)
	}
	if waiting > 0 {
		return lifecycle.Batch{}, &lifecycle.Refusal{Event: lifecycle.EventReturn, Reasons: []lifecycle.Reason{{Code: "batch.waiting"}}}
	}
	batch, err := d.config.Batches.CloseBatch(ctx, id, actor.Person)
	if err != nil {
		return batch, fmt.Errorf("close batch: %w", err)
	}
	return batch, nil
}

// SettleEntry says what a person did about an exception.
func (d *Desk) SettleEntry(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID, entry, settlement string) (lifecycle.BatchEntry, error) {
	if _, err := d.batchOf(ctx, actor, id); err != nil {
		return lifecycle.BatchEntry{}, err
	}
	if !slices.Contains(lifecycle.Settlements(), settlement) {
		return lifecycle.BatchEntry{}, mistake("settlement", "batch.settlement")
	}
	settled, err := d.config.Entries.SettleBatchEntry(ctx, id, entry, settlement, actor.Person)
	if err != nil {
		return settled, fmt.Errorf("settle entry: %w", err)
	}
	return settled, nil
}
