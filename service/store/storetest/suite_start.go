package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func startScenarios() []scenario {
	return []scenario{
		{"a new start finds what was there, and goes on", startsAgain},
		{"what stands beside an entry is what the entry says", labelsTrue},
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
