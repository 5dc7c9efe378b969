package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
)

func ledgerScenarios() []scenario {
	return []scenario{
		{"the feed has every change of a unit, in commit order", feedInOrder},
		{"the feed waits for what comes", feedWaits},
		{"a reader of the feed goes on where it stopped", feedResumes},
		{"the history of a unit is its changes", history},
		{"a certificate is found on the ledger", entryFound},
		{"an entry about another is not shown", leafOfAnother},
		{"administrators' changes are on the ledger without personal data", adminEntries},
	}
}

// feed reads the feed as far as it goes now.
func (w *World) feed(t *testing.T, since int64, count int) []lifecycle.Entry {
	t.Helper()
	var entries []lifecycle.Entry
	for entry, err := range w.Changes(t.Context(), since) {
		if err != nil {
			t.Fatalf("feed: %v", err)
		}
		if entries = append(entries, entry); len(entries) == count {
			break
		}
	}
	return entries
}

// settle waits until every entry has its place in the ledger.
func (w *World) settle(t testing.TB) {
	t.Helper()
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatalf("settle the ledger: %v", err)
	}
}

func feedInOrder(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	w.settle(t)
	history, _, err := w.History(t.Context(), unit.ID, lifecycle.Page{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var want []lifecycle.Entry
	for _, outcome := range history {
		want = append(want, lifecycle.Entry{
			Seq: outcome.Index, Unit: unit.ID, Key: unit.Key, At: outcome.Change.At, Event: outcome.Change.Event,
			State: outcome.Change.Unit.State, Epoch: outcome.Change.Unit.Epoch,
		})
	}
	if diff := cmp.Diff(want, w.feed(t, 0, len(want))); diff != "" {
		t.Errorf("feed (-history +feed):\n%s", diff)
	}
}

func feedWaits(t *testing.T, w *World) {
	unit := w.Bound(t)
	w.settle(t)
	history, _, err := w.History(t.Context(), unit.ID, lifecycle.Page{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	entries, ended := make(chan lifecycle.Entry), make(chan error, 1)
	go func() {
		defer close(ended)
		for entry, err := range w.Changes(ctx, history[len(history)-1].Index) {
			if err != nil {
				ended <- err
				return
			}
			entries <- entry
		}
	}()
	outcome := w.Must(t, unit.ID, w.TakeBack())
	if got := <-entries; outcome.Index != book.Unplaced && got.Seq != outcome.Index || got.Event != lifecycle.EventReturn {
		t.Errorf("feed has %+v, want the return at %d", got, outcome.Index)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the feed of a reader who has gone ended with %v", err)
	}
}

func feedResumes(t *testing.T, w *World) {
	for range 3 {
		w.Bound(t)
	}
	all := w.feed(t, 0, 15)
	rest := w.feed(t, all[6].Seq, 8)
	if diff := cmp.Diff(all[7:], rest); diff != "" {
		t.Errorf("after the seventh entry (-want +got):\n%s", diff)
	}
}

func history(t *testing.T, w *World) {
	unit := w.Bound(t)
	outcome := w.Must(t, unit.ID, w.TakeBack())
	w.settle(t)
	var all []lifecycle.Outcome
	page := lifecycle.Page{Limit: 2}
	for {
		part, next, err := w.History(t.Context(), unit.ID, page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part...)
		if next == "" {
			break
		}
		page.After = next
	}
	if outcome.Index == book.Unplaced {
		outcome.Index = all[len(all)-1].Index
	}
	if diff := cmp.Diff(outcome, all[len(all)-1]); diff != "" {
		t.Errorf("last entry of the history (-answered +read):\n%s", diff)
	}
	if all[0].Change.Event != lifecycle.EventRegister || len(all) != int(outcome.Change.Unit.Version) {
		t.Errorf("history begins with %s and has %d entries, want register and %d", all[0].Change.Event, len(all), outcome.Change.Unit.Version)
	}
	if _, _, err := w.History(t.Context(), unit.ID, lifecycle.Page{After: "nonsense"}); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a position that is none: %v, want ErrInvalid", err)
	}
}

func entryFound(t *testing.T, w *World) {
	unit := w.Certified(t)
	w.settle(t)
	index, err := w.EntryOf(t.Context(), unit.ID, lifecycle.EventCertify, unit.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	text, err := w.SignCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	proof, err := ledger.Prove(index, text, w.Ledger(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := w.Leaf(t.Context(), string(unit.ID), index)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := leaf.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Verify(ledger.LeafHash(encoded), w.Verifiers(t)); err != nil {
		t.Errorf("proof of the certificate's entry: %v", err)
	}
	if _, err := w.EntryOf(t.Context(), unit.ID, lifecycle.EventRetire, unit.Epoch); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("entry of what did not happen: %v, want ErrNotFound", err)
	}
}

func leafOfAnother(t *testing.T, w *World) {
	unit, other := w.Sold(t), w.Sold(t)
	w.settle(t)
	index, err := w.EntryOf(t.Context(), unit.ID, lifecycle.EventSell, unit.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Leaf(t.Context(), string(other.ID), index); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("leaf of another unit: %v, want ErrNotFound", err)
	}
}

func adminEntries(t *testing.T, w *World) {
	ada := w.ada(t)
	w.settle(t)
	entries, err := w.Ledger(t.Context()).Entries(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	last, err := ledger.DecodeLeaf(entries[len(entries)-1].Bytes)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(last.Body, &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"org": string(ada.Org), "roles": []any{"clerk", "admin"}}
	if diff := cmp.Diff(want, body); last.Kind != "person" || last.Subject != string(ada.ID) || diff != "" {
		t.Errorf("entry about a %s %s, body (-want +got):\n%s", last.Kind, last.Subject, diff)
	}
}

// Verifiers are the public keys of the world's ledger.
func (w *World) Verifiers(t testing.TB) note.Verifiers {
	t.Helper()
	return note.VerifierList(w.Ring.LedgerVerifier())
}
