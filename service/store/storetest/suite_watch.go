package storetest

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func watchScenarios() []scenario {
	return []scenario{
		{"a look that found the same again refreshes what is on record", lookSame},
		{"a look at other answers than those on record is forgotten", lookForgotten},
		{"a watch that begins during a look stays due", lookOvertaken},
	}
}

// dueNow is the watched unit as the sweep finds it when it is due.
func (w *World) dueNow(t *testing.T, unit lifecycle.UnitID) (lifecycle.Watched, bool) {
	t.Helper()
	due, _, err := w.WatchedUnits(t.Context(), time.Time{}, w.Clock.Now(), lifecycle.Page{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range due {
		if one.Unit.ID == unit {
			return one, true
		}
	}
	return lifecycle.Watched{}, false
}

// look keeps a look at a unit that is due again in an hour.
func (w *World) look(t *testing.T, from time.Time, look lifecycle.Look) {
	t.Helper()
	look.Next = w.Clock.Now().Add(time.Hour)
	if err := w.RecordLooks(t.Context(), from, []lifecycle.Look{look}); err != nil {
		t.Fatal(err)
	}
}

func (w *World) probedAt(t *testing.T, unit lifecycle.UnitID) lifecycle.Probe {
	t.Helper()
	snapshot, err := w.Snapshot(t.Context(), unit)
	if err != nil || len(snapshot.Probes) != 1 {
		t.Fatalf("probes %+v, %v; want one", snapshot.Probes, err)
	}
	return snapshot.Probes[0]
}

func lookSame(t *testing.T, w *World) {
	unit := w.Certified(t)
	w.Clock.Add(time.Minute)
	first, due := w.dueNow(t, unit.ID)
	if !due || first.Answer != "" || first.Unit.Version != unit.Version || first.Unit.Key != unit.Key || first.Order == "" {
		t.Fatalf("watched: %+v, %v", first, due)
	}
	dark := lifecycle.Probe{Cloud: Cloud, At: w.Clock.Now(), Dark: true}
	w.look(t, w.Clock.Now(), lifecycle.Look{Unit: unit.ID, Answer: "dark", Probes: []lifecycle.Probe{dark}})
	if _, due := w.dueNow(t, unit.ID); due {
		t.Error("it is due at once again")
	}
	w.Clock.Add(time.Hour)
	if again, due := w.dueNow(t, unit.ID); !due || again.Answer != "dark" {
		t.Fatalf("an hour later: %+v, %v; want it due, with its answer", again, due)
	}
	dark.At = w.Clock.Now()
	w.look(t, w.Clock.Now().Add(-time.Second), lifecycle.Look{Unit: unit.ID, Answer: "dark", Same: true, Probes: []lifecycle.Probe{dark}})
	if got := w.probedAt(t, unit.ID); got != dark {
		t.Errorf("probe %+v, want %+v", got, dark)
	}
	w.Clock.Add(time.Hour)
	if again, due := w.dueNow(t, unit.ID); !due || again.Answer != "dark" || again.Unit.Version != unit.Version {
		t.Errorf("after the same again: %+v, %v", again, due)
	}
}

func lookForgotten(t *testing.T, w *World) {
	unit := w.Certified(t)
	w.Clock.Add(time.Minute)
	dark := lifecycle.Probe{Cloud: Cloud, At: w.Clock.Now(), Dark: true}
	w.look(t, w.Clock.Now(), lifecycle.Look{Unit: unit.ID, Answer: "dark", Probes: []lifecycle.Probe{dark}})
	// Somebody of another release looked too, and keeps no answers.
	lit := lifecycle.Probe{Cloud: Cloud, At: w.Clock.Now()}
	if err := w.RecordProbe(t.Context(), unit.ID, lit, nil); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	dark.At = w.Clock.Now()
	w.look(t, w.Clock.Now().Add(-time.Second), lifecycle.Look{Unit: unit.ID, Answer: "dark", Same: true, Probes: []lifecycle.Probe{dark}})
	if got := w.probedAt(t, unit.ID); got != lit {
		t.Errorf("probe %+v; another's was %+v", got, lit)
	}
	w.Clock.Add(time.Hour)
	if again, due := w.dueNow(t, unit.ID); !due || again.Answer != "" {
		t.Errorf("watched: %+v, %v; want it due, without an answer", again, due)
	}
}

func lookOvertaken(t *testing.T, w *World) {
	unit := w.Certified(t)
	w.Clock.Add(time.Minute)
	read := w.Clock.Now()
	w.Clock.Add(time.Second)
	w.Must(t, unit.ID, lifecycle.Sell{Command: w.By(w.Technician), ID: lifecycle.SaleID(NewID("sal"))}.Decide)
	w.Clock.Add(time.Second)
	w.look(t, read, lifecycle.Look{Unit: unit.ID, Answer: "of before the sale"})
	if got, due := w.dueNow(t, unit.ID); !due || got.Answer != "" {
		t.Errorf("watched: %+v, %v; want it due since its sale", got, due)
	}
}
