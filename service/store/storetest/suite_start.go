package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

func startScenarios() []scenario {
	return []scenario{
		{"a new start finds what was there, and goes on", startsAgain},
		{"what stands beside an entry is what the entry says", labelsTrue},
		{"a range of the ledger reads alike in one row and row by row", rangesAlike},
		{"flags about no unit that stand are found by their cause", standingFlags},
	}
}

func startsAgain(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	want := w.snapshot(t, unit.ID)
	w.Opened = w.Again(t)
	if diff := cmp.Diff(want, w.snapshot(t, unit.ID)); diff != "" {
		t.Errorf("after a new start (-before +after):\n%s", diff)
	}
	head, err := w.Ledger(t.Context()).Head(t.Context())
	if err != nil || head.Checkpoint != head.Size {
		t.Errorf("head %+v, %v; want everything signed at the close", head, err)
	}
	w.WorkThrough(t, w.Move(t, unit, w.Clerk, w.Technician))
	w.auditClean(t)
}

func labelsTrue(t *testing.T, w *World) {
	w.TakenBack(t)
	w.settle(t)
	wrong, err := w.Ledger(t.Context()).Mislabelled(t.Context(), 0, 1000)
	if err != nil || len(wrong) > 0 {
		t.Errorf("entries %v, %v; want none with columns that say something else", wrong, err)
	}
}

// rangesAlike: a range that reaches beyond the end is not whole, and is read row
// by row.
func rangesAlike(t *testing.T, w *World) {
	w.TakenBack(t)
	w.settle(t)
	log := w.Ledger(t.Context())
	head, err := log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	count := tlog.StoredHashCount(head.Size)
	whole, errWhole := log.Hashes(t.Context(), 0, count)
	beyond, errBeyond := log.Hashes(t.Context(), 0, count+100)
	if diff := cmp.Diff(whole, beyond); errors.Join(errWhole, errBeyond) != nil || diff != "" || int64(len(whole)) != count {
		t.Errorf("%d hashes of %d, %v, %v; (-in one row +row by row):\n%s", len(whole), count, errWhole, errBeyond, diff)
	}
	entries, errWhole := log.Entries(t.Context(), 0, head.Size)
	further, errBeyond := log.Entries(t.Context(), 0, head.Size+100)
	if diff := cmp.Diff(entries, further); errors.Join(errWhole, errBeyond) != nil || diff != "" || int64(len(entries)) != head.Size {
		t.Errorf("%d entries of %d, %v, %v; (-in one row +row by row):\n%s", len(entries), head.Size, errWhole, errBeyond, diff)
	}
}

func standingFlags(t *testing.T, w *World) {
	raise := func(unit lifecycle.UnitID, cause string) lifecycle.Flag {
		flag := w.flag(unit, cause)
		flag.Kind = lifecycle.FlagLedgerAudit
		return w.raise(t, flag)
	}
	stands, done := raise("", "index 1"), raise("", "index 2")
	raise("", "another 1")
	raise(w.TakenBack(t).ID, "index 3")
	if _, err := w.WorkFlag(t.Context(), done.ID, w.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	stands.News = "" // what raising it brought
	found, err := w.StandingFlags(t.Context(), string(lifecycle.FlagLedgerAudit), "index ")
	if diff := cmp.Diff([]lifecycle.Flag{stands}, found); err != nil || diff != "" {
		t.Errorf("standing flags: %v, (-want +got):\n%s", err, diff)
	}
}
