package batch_test

import (
	"fmt"
	"strings"
	"testing"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// TestAReceiptInABatchFencesNothing: nobody looks at a pallet's verdicts, so a
// paper alone takes nothing back; beside its unit it does, and beside another it
// is a mismatch. A scan that waited offline is no other.
func TestAReceiptInABatchFencesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Bound(t)
	text := func(id lifecycle.UnitID, epoch lifecycle.Epoch) string {
		made, err := code.NewReceiptCode(strings.NewReader(storetest.Hex(fmt.Sprint(id, epoch))))
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	outcome, err := b.AdvanceWithRelease(t.Context(), unit.ID,
		func(id lifecycle.UnitID, epoch lifecycle.Epoch) string { return storetest.Hex(text(id, epoch)) },
		lifecycle.Release{Command: b.By(b.Owner), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	if err != nil {
		t.Fatal(err)
	}
	receipt := code.ReceiptURL("https://qc.example", text(unit.ID, outcome.Change.Unit.Epoch))
	label := func(u lifecycle.Unit) string { return "label " + b.Label(t, u) }
	batch, clerk := b.batch(t), b.as(b.Clerk)
	if e := b.enter(t, clerk, batch, map[string]any{"payload": receipt}); e.State != "exception" || e.Verdict != "unknown" || e.reason() != "code.receipt" || e.Return != "" {
		t.Errorf("a receipt alone: %+v", e)
	}
	for _, pair := range [][2]string{{receipt, label(other)}, {label(other), receipt}} {
		if e := b.enter(t, clerk, batch, map[string]any{"payload": pair[0], "second_payload": pair[1]}); e.State != "exception" || e.Verdict != "mismatch" || e.Return != "" {
			t.Errorf("beside another unit: %+v", e)
		}
	}
	b.Clock.Add(1000)
	e := b.enter(t, clerk, batch, map[string]any{"payload": label(unit), "second_payload": receipt})
	if e.State != "taken" || e.Return == "" {
		t.Fatalf("beside its unit: %+v", e)
	}
	s, err := b.Snapshot(t.Context(), unit.ID)
	if err != nil || s.Return.Authority != lifecycle.AuthorityOwnerRelease {
		t.Errorf("authority %v, %v", s.Return, err)
	}
	if now, err := b.Unit(t.Context(), other.ID); err != nil || now.State != lifecycle.StateBound {
		t.Errorf("the other unit is %s, %v", now.State, err)
	}
}
