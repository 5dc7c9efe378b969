package storetest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func batchScenarios() []scenario {
	return []scenario{
		{"a batch is opened once and listed newest first", batchesListed},
		{"a unit is back exactly if its batch says so", batchTakes},
		{"an entry sent again is the first one", entryAgain},
		{"entries that come together get a place each", entriesAtOnce},
		{"an exception is sorted out once", exceptionSettled},
		{"a batch closes once, when nothing is open", batchCloses},
		{"nothing comes into a batch behind its end", batchClosesAgainstEntries},
		{"a batch takes no more than it may", batchFull},
	}
}

// batch opens a batch of the retailer's.
func (w *World) batch(t testing.TB) lifecycle.Batch {
	t.Helper()
	b, err := w.SaveBatch(t.Context(), lifecycle.Batch{
		ID: lifecycle.BatchID(NewID("bat")), Org: w.Retailer.ID, OpenedBy: w.Clerk.Person, OpenedAt: w.Clock.Now(),
		Condition: "used", Reason: "other",
	})
	if err != nil {
		t.Fatalf("open batch: %v", err)
	}
	return b
}

func (w *World) exception(b lifecycle.Batch, id string) lifecycle.BatchEntry {
	return lifecycle.BatchEntry{
		Batch: b.ID, ID: id, Person: w.Clerk.Person, Station: "sta_1", ScannedAt: w.Clock.Now(), Queued: true,
		Key: lifecycle.UnitKey{Brand: Brand, Serial: "SN-9"}, Shown: "shown", Verdict: lifecycle.VerdictHeld, State: lifecycle.EntryException,
		Reasons: []lifecycle.Reason{{Code: "scan.held", Args: map[string]string{"n": "1"}}}, SecretsRedacted: true,
	}
}

// taken is the entry by which a return comes into a batch, and its decision.
func (w *World) taken(b lifecycle.Batch, id string) (lifecycle.BatchEntry, lifecycle.Decide) {
	entry := w.exception(b, id)
	entry.Return = lifecycle.ReturnID(NewID("ret"))
	entry.Verdict, entry.State, entry.Reasons = lifecycle.VerdictBound, lifecycle.EntryTaken, nil
	return entry, lifecycle.TakeBack{
		Command: w.By(w.Clerk), Return: entry.Return, Order: lifecycle.OrderID(NewID("ord")), Condition: "used", Reason: "other",
	}.Decide
}

func entryAttempt(ctx context.Context, id string) context.Context {
	return attempt(ctx, func(a *access.Idempotency) { a.Route, a.Key = "POST /v1/batches/:id/entries", id })
}

func batchesListed(t *testing.T, w *World) {
	first := w.batch(t)
	w.Clock.Add(time.Second)
	second, third := w.batch(t), w.batch(t)
	ctx := attempt(t.Context())
	another := func() lifecycle.Batch {
		b := second
		b.ID = lifecycle.BatchID(NewID("bat"))
		return b
	}
	once, err := w.SaveBatch(ctx, another())
	if err != nil {
		t.Fatal(err)
	}
	if replay, err := w.SaveBatch(ctx, another()); err != nil || replay.ID != once.ID {
		t.Errorf("the same attempt opened %s and %s, %v", once.ID, replay.ID, err)
	}
	var got []lifecycle.BatchID
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		var list []lifecycle.Batch
		if list, next, err = w.Batches(t.Context(), w.Retailer.ID, lifecycle.Page{After: next, Limit: 3}); err != nil {
			t.Fatal(err)
		}
		for _, b := range list {
			got = append(got, b.ID)
		}
	}
	if len(got) != 4 || got[3] != first.ID {
		t.Errorf("batches = %v, want four, and %s last; one of them %s", got, first.ID, third.ID)
	}
	if list, _, err := w.Batches(t.Context(), w.Warehouse.ID, lifecycle.Page{}); err != nil || len(list) != 0 {
		t.Errorf("another organisation lists %d, %v", len(list), err)
	}
	if _, err := w.Batch(t.Context(), "bat_nobody"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a batch that never was: %v", err)
	}
}

func batchTakes(t *testing.T, w *World) {
	b, unit := w.batch(t), w.Bound(t)
	entry, decide := w.taken(b, "entry-1")
	outcome, err := w.AdvanceInBatch(t.Context(), unit.ID, entry, decide)
	if err != nil {
		t.Fatal(err)
	}
	read, found, err := w.BatchEntry(t.Context(), b.ID, "entry-1")
	entry.Place, entry.At = 1, w.Clock.Now()
	if diff := cmp.Diff(entry, read); err != nil || !found || diff != "" {
		t.Errorf("entry: %v, found %v (-written +read):\n%s", err, found, diff)
	}
	if place, err := w.PlaceOfReturn(t.Context(), b.ID, outcome.Change.Return.ID); err != nil || place != 1 {
		t.Errorf("the return stands at %d, %v; want 1", place, err)
	}
	// An entry that is there already keeps a second unit out, wholly.
	other := w.Bound(t)
	entry, decide = w.taken(b, "entry-1")
	if _, err := w.AdvanceInBatch(t.Context(), other.ID, entry, decide); !errors.Is(err, lifecycle.ErrKeyReused) {
		t.Errorf("the same entry for another unit: %v, want ErrKeyReused", err)
	}
	if got := w.snapshot(t, other.ID).Unit; got.State != lifecycle.StateBound || got.Epoch != other.Epoch {
		t.Errorf("the other unit is %s at %d, want it untouched", got.State, got.Epoch)
	}
	if got, err := w.Batch(t.Context(), b.ID); err != nil || got.Entries != 1 {
		t.Errorf("the batch has %d entries, %v; want 1", got.Entries, err)
	}
}

func entryAgain(t *testing.T, w *World) {
	b := w.batch(t)
	ctx := entryAttempt(t.Context(), "entry-1")
	first, err := w.AddBatchEntry(ctx, w.exception(b, "entry-1"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.AddBatchEntry(ctx, w.exception(b, "entry-1"))
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Errorf("again: %v (-first +again):\n%s", err, diff)
	}
	if _, found, err := w.BatchEntry(ctx, b.ID, "entry-1"); err != nil || !found {
		t.Errorf("looked for under its key: %v, %v", found, err)
	}
	other := access.WithIdempotency(ctx, access.Idempotency{
		Principal: "person:psn_a@org_b", Route: "POST /v1/batches/:id/entries", Key: "entry-1", BodyDigest: Hex("another body"),
	})
	if _, _, err := w.BatchEntry(other, b.ID, "entry-1"); !errors.Is(err, lifecycle.ErrKeyReused) {
		t.Errorf("with another body: %v, want ErrKeyReused", err)
	}
	if _, found, err := w.BatchEntry(t.Context(), b.ID, "entry-2"); err != nil || found {
		t.Errorf("an entry that never was: %v, %v", found, err)
	}
	if _, err := w.AddBatchEntry(t.Context(), w.exception(lifecycle.Batch{ID: "bat_nobody"}, "entry-1")); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("into a batch that never was: %v", err)
	}
}

func entriesAtOnce(t *testing.T, w *World) {
	b := w.batch(t)
	const n = 12
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			if _, err := w.AddBatchEntry(t.Context(), w.exception(b, "entry-"+strconv.Itoa(i))); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
		})
	}
	group.Wait()
	list, err := w.BatchEntries(t.Context(), b.ID)
	if err != nil || len(list) != n {
		t.Fatalf("%d entries, %v; want %d", len(list), err, n)
	}
	for i, entry := range list {
		if entry.Place != int64(i+1) {
			t.Errorf("entry %d stands at %d", i+1, entry.Place)
		}
	}
}

func exceptionSettled(t *testing.T, w *World) {
	b := w.batch(t)
	first, err := w.AddBatchEntry(t.Context(), w.exception(b, "entry-1"))
	if err != nil {
		t.Fatal(err)
	}
	settled, err := w.SettleBatchEntry(t.Context(), b.ID, first.ID, "set-aside", w.Officer.Person)
	if err != nil || settled.State != lifecycle.EntrySettled || settled.SettledBy != w.Officer.Person || !settled.SettledAt.Equal(w.Clock.Now()) {
		t.Errorf("settled: %+v, %v", settled, err)
	}
	_, err = w.SettleBatchEntry(t.Context(), b.ID, first.ID, "nothing", w.Clerk.Person)
	wantBatchRefusal(t, "settled again", err, "batch.settled")
	unit := w.Bound(t)
	late, decide := w.taken(b, first.ID)
	late.Place = first.Place
	_, err = w.AdvanceInBatch(t.Context(), unit.ID, late, decide)
	wantBatchRefusal(t, "taken after it was settled", err, "batch.settled")

	second, err := w.AddBatchEntry(t.Context(), w.exception(b, "entry-2"))
	if err != nil {
		t.Fatal(err)
	}
	late, decide = w.taken(b, second.ID)
	late.Place = second.Place
	if _, err := w.AdvanceInBatch(t.Context(), unit.ID, late, decide); err != nil {
		t.Fatalf("take an exception: %v", err)
	}
	read, _, err := w.BatchEntry(t.Context(), b.ID, second.ID)
	if err != nil || read.State != lifecycle.EntryTaken || read.Return != late.Return || read.Place != second.Place {
		t.Errorf("taken: %+v, %v", read, err)
	}
	if _, err := w.SettleBatchEntry(t.Context(), b.ID, "entry-9", "nothing", w.Clerk.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("an entry that never was: %v", err)
	}
}

func batchCloses(t *testing.T, w *World) {
	b := w.batch(t)
	first, err := w.AddBatchEntry(t.Context(), w.exception(b, "entry-1"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.CloseBatch(t.Context(), b.ID, w.Clerk.Person)
	wantBatchRefusal(t, "with an exception", err, "batch.unsorted")
	if got, err := w.Batch(t.Context(), b.ID); err != nil || !got.Open() {
		t.Errorf("refused and yet closed: %+v, %v", got, err)
	}
	if _, err := w.SettleBatchEntry(t.Context(), b.ID, first.ID, "nothing", w.Clerk.Person); err != nil {
		t.Fatal(err)
	}
	closed, err := w.CloseBatch(t.Context(), b.ID, w.Clerk.Person)
	if err != nil || closed.ClosedBy != w.Clerk.Person || !closed.ClosedAt.Equal(w.Clock.Now()) {
		t.Fatalf("closed: %+v, %v", closed, err)
	}
	_, err = w.CloseBatch(t.Context(), b.ID, w.Clerk.Person)
	wantBatchRefusal(t, "closed again", err, "batch.closed")
	_, err = w.AddBatchEntry(t.Context(), w.exception(b, "entry-2"))
	wantBatchRefusal(t, "an entry after its end", err, "batch.closed")
	unit := w.Bound(t)
	entry, decide := w.taken(b, "entry-3")
	_, err = w.AdvanceInBatch(t.Context(), unit.ID, entry, decide)
	wantBatchRefusal(t, "a unit after its end", err, "batch.closed")
	if got := w.snapshot(t, unit.ID).Unit; got.State != lifecycle.StateBound {
		t.Errorf("the unit is %s, want it untouched", got.State)
	}
	if _, err := w.CloseBatch(t.Context(), "bat_nobody", w.Clerk.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a batch that never was: %v", err)
	}
}

// batchClosesAgainstEntries: of an exception and the end of its batch that come
// together, either comes first and refuses the other.
func batchClosesAgainstEntries(t *testing.T, w *World) {
	b := w.batch(t)
	var added, closed error
	var group sync.WaitGroup
	group.Go(func() { _, added = w.AddBatchEntry(t.Context(), w.exception(b, "entry-1")) })
	group.Go(func() { _, closed = w.CloseBatch(t.Context(), b.ID, w.Clerk.Person) })
	group.Wait()
	if (added == nil) == (closed == nil) {
		t.Errorf("added: %v, closed: %v; want one of the two", added, closed)
	}
}

func batchFull(t *testing.T, w *World) {
	b := w.batch(t)
	for i := range lifecycle.MaxBatchEntries {
		if _, err := w.AddBatchEntry(t.Context(), w.exception(b, "entry-"+strconv.Itoa(i))); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
	}
	_, err := w.AddBatchEntry(t.Context(), w.exception(b, "one-more"))
	wantBatchRefusal(t, "one more", err, "batch.full")
}

func wantBatchRefusal(t *testing.T, what string, err error, code string) {
	t.Helper()
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) || !refusal.Has(code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
