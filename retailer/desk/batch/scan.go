package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// Scanned is one scan at a desk, as its client sends it.
type Scanned struct {
	// ID is the client's: the same scan sent again has it again.
	ID string
	// Payload is the code; Second that of the unit, where Payload is the box's.
	Payload, Second string
	// Key is what was typed instead, twice.
	Key     lifecycle.UnitKey
	Station string
	// At is when it was scanned; zero: now.
	At time.Time
	// Queued: it waited on a device that was offline.
	Queued bool
}

// Entered is what became of a scan in a batch.
type Entered struct {
	Entry lifecycle.BatchEntry
	// Again: the unit had come back by this batch already, and no entry was
	// made. Entry is the first one.
	Again bool
}

// Enter takes back the unit that was scanned, and puts it on the batch's list;
// whatever it cannot take back becomes an exception there. The same scan sent
// again is answered with what became of it.
func (r *Room) Enter(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID, in Scanned) (Entered, error) {
	batch, err := r.batchOf(ctx, actor, id)
	if err != nil {
		return Entered{}, err
	}
	entry, found, err := r.config.Entries.BatchEntry(ctx, id, in.ID)
	if err != nil {
		return Entered{}, fmt.Errorf("look for entry: %w", err)
	}
	if found && entry.Person != actor.Person {
		return Entered{}, fmt.Errorf("entry of somebody else: %w", lifecycle.ErrKeyReused)
	}
	if found {
		return Entered{Entry: entry}, nil
	}
	entry = lifecycle.BatchEntry{
		Batch: id, ID: in.ID, Person: actor.Person, Station: in.Station, ScannedAt: in.At, Queued: in.Queued, State: lifecycle.EntryException,
	}
	if in.At.IsZero() {
		entry.ScannedAt = r.now()
	}
	seen, err := r.see(ctx, in)
	if err != nil {
		return Entered{}, err
	}
	seen.describe(&entry)
	if !seen.known || entry.Verdict != "" {
		return r.except(ctx, entry)
	}
	return r.enterKnown(ctx, actor, batch, entry, seen.snapshot, in.At)
}

// enterKnown goes on with a unit that is on record.
func (r *Room) enterKnown(ctx context.Context, actor lifecycle.Actor, batch lifecycle.Batch, entry lifecycle.BatchEntry, s lifecycle.Snapshot, scanned time.Time) (Entered, error) {
	if err := r.config.Desk.FlagOtherStock(ctx, actor, s); err != nil {
		return Entered{}, err
	}
	if lifecycle.Sees(s, actor) {
		entry.Key = s.Unit.Key // a label does not say it; in other hands it stays unsaid
	}
	if first, err := r.firstOf(ctx, actor, batch, s); err != nil || first.ID != "" {
		return Entered{Entry: first, Again: true}, err
	}
	said := lifecycle.TakeBack{Condition: batch.Condition, Reason: batch.Reason, ScannedAt: scanned}
	err := r.takeInto(ctx, actor, s, &entry, said)
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) || refusal.Has("batch.closed") || refusal.Has("batch.full") {
		return Entered{Entry: entry}, err
	}
	if err := r.config.Desk.FlagOvertaken(ctx, actor, s.Unit, scanned, err); err != nil {
		return Entered{}, err
	}
	entry.Return, entry.State, entry.Reasons = "", lifecycle.EntryException, refusal.Reasons
	if entry.Verdict == lifecycle.VerdictClear || entry.Verdict == lifecycle.VerdictBound {
		entry.Verdict = lifecycle.VerdictRefused
	}
	return r.except(ctx, entry)
}

// firstOf is the entry by which the unit came back by this very batch.
func (r *Room) firstOf(ctx context.Context, actor lifecycle.Actor, batch lifecycle.Batch, s lifecycle.Snapshot) (lifecycle.BatchEntry, error) {
	if s.Return == nil || s.Unit.State != lifecycle.StateReturned || s.Unit.Custody != actor.Org {
		return lifecycle.BatchEntry{}, nil
	}
	place, err := r.config.Lists.PlaceOfReturn(ctx, batch.ID, s.Return.ID)
	if err != nil || place == 0 {
		return lifecycle.BatchEntry{}, err
	}
	list, err := r.config.Entries.BatchEntries(ctx, batch.ID)
	if err != nil {
		return lifecycle.BatchEntry{}, err
	}
	at := slices.IndexFunc(list, func(e lifecycle.BatchEntry) bool { return e.Place == place })
	return list[at], nil // entries are never taken off a list
}

// takeInto takes a unit back by an entry, if the verdict on it lets a desk do
// that: said is what holds for the batch. The error is a refusal where a rule
// says no.
func (r *Room) takeInto(ctx context.Context, actor lifecycle.Actor, s lifecycle.Snapshot, entry *lifecycle.BatchEntry, said lifecycle.TakeBack) error {
	answer := lifecycle.Scan(s, lifecycle.PurposeReturn, actor, r.now())
	entry.Verdict = answer.Verdict
	wanted := answer.Verdict == lifecycle.VerdictClear || answer.Verdict == lifecycle.VerdictBound
	if !wanted || !slices.Contains(answer.Next, lifecycle.NextTakeBack) {
		return &lifecycle.Refusal{Event: lifecycle.EventReturn, State: s.Unit.State, Verdict: answer.Verdict, Reasons: answer.Reasons}
	}
	ret := lifecycle.ReturnID("ret_" + r.config.NewID())
	entry.Return, entry.State, entry.Reasons = ret, lifecycle.EntryTaken, nil
	said.Command = lifecycle.Command{Actor: actor, At: r.now()}
	said.Return, said.Order, said.PresenceHash = ret, lifecycle.OrderID("ord_"+r.config.NewID()), r.config.Desk.PresenceHash(ret)
	_, err := r.config.Entries.AdvanceInBatch(ctx, s.Unit.ID, *entry, said.Decide)
	if err != nil {
		return fmt.Errorf("take back in a batch: %w", err)
	}
	written, _, err := r.config.Entries.BatchEntry(ctx, entry.Batch, entry.ID)
	if err != nil {
		return fmt.Errorf("read what was entered: %w", err)
	}
	*entry = written
	return nil
}

// except puts an exception on the list.
func (r *Room) except(ctx context.Context, entry lifecycle.BatchEntry) (Entered, error) {
	written, err := r.config.Entries.AddBatchEntry(ctx, entry)
	if err != nil {
		return Entered{}, fmt.Errorf("enter an exception: %w", err)
	}
	return Entered{Entry: written}, nil
}

// TryAgain takes back what stands in the batch as exceptions: the entry of this
// id, or where it is empty all that wait for a second person, who signs for
// them here. It says how many are back, and why the others are not.
func (r *Room) TryAgain(ctx context.Context, actor lifecycle.Actor, id lifecycle.BatchID, entry string, email, password string) (taken int, against []lifecycle.Reason, err error) {
	pallet, err := r.Find(ctx, actor, id)
	if err != nil {
		return 0, nil, err
	}
	if entry != "" && !slices.ContainsFunc(pallet.Entries, func(e lifecycle.BatchEntry) bool { return e.ID == entry }) {
		return 0, nil, fmt.Errorf("entry of a batch: %w", lifecycle.ErrNotFound)
	}
	second, err := r.config.Desk.SecondPerson(ctx, actor, email, password)
	if err != nil {
		return 0, nil, err
	}
	for _, e := range pallet.Exceptions() {
		if e.ID != entry && (entry != "" || !capped(e)) || !e.MayTryAgain() {
			continue
		}
		err := r.tryOne(ctx, actor, pallet.Batch, e, second)
		var refusal *lifecycle.Refusal
		switch {
		case errors.As(err, &refusal):
			against = append(against, refusal.Reasons...)
		case err != nil:
			return taken, against, err
		default:
			taken++
		}
	}
	return taken, against, nil
}

func (r *Room) tryOne(ctx context.Context, actor lifecycle.Actor, batch lifecycle.Batch, entry lifecycle.BatchEntry, second lifecycle.PersonID) error {
	snapshot, err := r.config.Units.SnapshotByKey(ctx, entry.Key)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return &lifecycle.Refusal{Event: lifecycle.EventReturn, Verdict: lifecycle.VerdictUnknown, Reasons: []lifecycle.Reason{{Code: "scan.unknown"}}}
	}
	if err != nil {
		return fmt.Errorf("find unit of an entry: %w", err)
	}
	said := lifecycle.TakeBack{Condition: batch.Condition, Reason: batch.Reason, Second: second}
	return r.takeInto(ctx, actor, snapshot, &entry, said)
}
