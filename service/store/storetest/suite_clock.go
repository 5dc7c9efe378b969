package storetest

import (
	"testing"
	"time"
)

func clockScenarios() []scenario {
	return []scenario{
		{"work of a clock that was ahead comes back", workPulled},
		{"what a clock that is right has put off stays", workNotPulled},
	}
}

// workPulled: opened, leased and put off by a clock that was an hour ahead.
func workPulled(t *testing.T, w *World) {
	opened := w.TakenBack(t)
	work := w.claim(t)
	if len(work) != 1 {
		t.Fatalf("claimed %+v", work)
	}
	putOff := w.TakenBack(t)
	others := w.claim(t)
	if err := w.FinishWork(t.Context(), others[0], w.Clock.Now().Add(time.Minute), false, "temporary"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(-time.Hour)
	now := w.Clock.Now()
	if early := w.claim(t); len(early) != 0 {
		t.Fatalf("claimed before it is due: %+v", early)
	}
	if err := w.PullWork(t.Context(), now, now.Add(3*lease), now.Add(3*time.Hour)); err != nil {
		t.Fatalf("pull: %v", err)
	}
	found := map[string]bool{}
	for _, one := range w.claim(t) {
		found[string(one.Unit)] = true
		if one.FirstAt.After(now) {
			t.Errorf("%s was first due at %s, after %s", one.Unit, one.FirstAt, now)
		}
	}
	if !found[string(opened.ID)] || !found[string(putOff.ID)] {
		t.Errorf("due are %v, want %s and %s", found, opened.ID, putOff.ID)
	}
	// Who had the lease before the clock was set is too late now.
	if err := w.FinishWork(t.Context(), work[0], now, true, ""); err == nil {
		t.Error("a result of before the pull was taken")
	}
}

func workNotPulled(t *testing.T, w *World) {
	w.TakenBack(t)
	work := w.claim(t)
	w.Clock.Add(time.Second)
	now := w.Clock.Now()
	for range 2 { // while it is leased, and while it is put off
		if err := w.PullWork(t.Context(), now, now.Add(3*lease), now.Add(3*time.Hour)); err != nil {
			t.Fatalf("pull: %v", err)
		}
		if early := w.claim(t); len(early) != 0 {
			t.Errorf("claimed %+v", early)
		}
		// The second time it is late, and nothing changes by that.
		_ = w.FinishWork(t.Context(), work[0], now.Add(2*time.Hour), false, "temporary")
	}
}
