package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func TestAdvanceWritesWhatWasDecided(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	unit := w.Bound(t)
	before, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	outcome := w.Must(t, unit.ID, w.TakeBack())
	after, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Apply(outcome.Change), after); diff != "" {
		t.Errorf("snapshot after the return is not the one before with the change applied (-applied +read):\n%s", diff)
	}
	if after.Unit.State != lifecycle.StateReturned || after.Unit.Version != unit.Version+1 {
		t.Errorf("unit is %s at version %d, want returned at %d", after.Unit.State, after.Unit.Version, unit.Version+1)
	}
}

func TestAdvanceOfAnUnknownUnitIsNotFound(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	_, err := w.Advance(t.Context(), "unt_nobody", w.TakeBack())
	if !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("advance of an unknown unit: %v, want ErrNotFound", err)
	}
}
