package desk_test

import (
	"net/http"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// A return that waited offline while the unit was bound again fences nothing,
// and leaves an exception to sort out.
func TestOvertakenReturnLeavesAFlag(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Sold(t)
	scanned := b.Clock.Now()
	b.Clock.Add(time.Hour)
	unit = b.Bind(t, unit, b.Owner)
	b.Clock.Add(time.Hour)
	got := b.as(b.Clerk).PostJSON("/v1/returns", body(unit, "scanned_at", scanned.Format(time.RFC3339)))
	if got.Status != http.StatusConflict {
		t.Fatalf("overtaken return = %d %s", got.Status, got.Body)
	}
	after, err := b.Unit(t.Context(), unit.ID)
	if err != nil || after.State != lifecycle.StateBound || after.Epoch != unit.Epoch {
		t.Errorf("the unit is %s at epoch %d, %v; want it untouched", after.State, after.Epoch, err)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagQueuedReturn || flags[0].Org != b.Retailer.ID {
		t.Errorf("flags = %v, %v; want queued-return for the desk", flags, err)
	}
}
