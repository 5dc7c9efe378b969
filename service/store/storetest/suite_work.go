package storetest

import (
	"errors"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func workScenarios() []scenario {
	return []scenario{
		{"an order opens work for each of its clouds", workOpens},
		{"work is leased to one at a time", workLeased},
		{"a late result is turned away", workFenced},
		{"work that is put off comes back", workPutOff},
		{"work ends with its order", workEnds},
		{"what was proven and is open again is work again", workAgain},
		{"an order has work of its own until it ends", workOfOrder},
		{"what others do does not wait for a slow poll", workHurried},
		{"work that does not end is found", workStuck},
	}
}

const lease = time.Minute

// claim claims everything that is due and gives what is of clouds.
func (w *World) claim(t *testing.T) []lifecycle.Work {
	t.Helper()
	clouds, _ := w.claimAll(t)
	return clouds
}

func (w *World) claimAll(t *testing.T) (clouds, orders []lifecycle.Work) {
	t.Helper()
	work, err := w.ClaimWork(t.Context(), w.Clock.Now(), lease, 10)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	for _, one := range work {
		if one.Cloud == "" {
			orders = append(orders, one)
		} else {
			clouds = append(clouds, one)
		}
	}
	return clouds, orders
}

func workOpens(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	s := w.snapshot(t, unit.ID)
	work := w.claim(t)
	want := lifecycle.Work{Unit: unit.ID, Order: s.Order.ID, Cloud: Cloud, Attempt: 1, FirstAt: s.Order.OpenedAt}
	if len(work) != 1 || work[0] != want {
		t.Errorf("work %+v, want %+v", work, want)
	}
}

func workLeased(t *testing.T, w *World) {
	w.TakenBack(t)
	if first, second := w.claim(t), w.claim(t); len(first) != 1 || len(second) != 0 {
		t.Fatalf("claimed %d, then %d; want 1, then nothing", len(first), len(second))
	}
	w.Clock.Add(lease)
	if again := w.claim(t); len(again) != 1 || again[0].Attempt != 2 {
		t.Errorf("after the lease: %+v, want a second attempt", again)
	}
}

func workFenced(t *testing.T, w *World) {
	w.TakenBack(t)
	slow := w.claim(t)[0]
	w.Clock.Add(lease)
	quick := w.claim(t)[0]
	if err := w.FinishWork(t.Context(), slow, w.Clock.Now(), true, ""); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("the slow one's result: %v, want ErrStale", err)
	}
	if err := w.FinishWork(t.Context(), quick, w.Clock.Now(), true, ""); err != nil {
		t.Errorf("the quick one's result: %v", err)
	}
	w.Clock.Add(lease)
	if left := w.claim(t); len(left) != 0 {
		t.Errorf("work after it was done: %+v", left)
	}
}

func workPutOff(t *testing.T, w *World) {
	w.TakenBack(t)
	work := w.claim(t)[0]
	if err := w.FinishWork(t.Context(), work, w.Clock.Now().Add(time.Hour), false, "timeout"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour - time.Millisecond)
	if early := w.claim(t); len(early) != 0 {
		t.Errorf("too early: %+v", early)
	}
	w.Clock.Add(time.Millisecond)
	if due := w.claim(t); len(due) != 1 || due[0].FirstAt != work.FirstAt {
		t.Errorf("due: %+v, want the same work, first due at %v", due, work.FirstAt)
	}
}

func workEnds(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	work := w.claim(t)[0]
	s := w.snapshot(t, unit.ID)
	w.Must(t, unit.ID, lifecycle.Retire{
		Command: w.By(w.Clerk), Order: lifecycle.OrderID(NewID("ord")), Second: w.Technician.Person, SecondScan: unit.Key,
	}.Decide)
	if err := w.FinishWork(t.Context(), work, w.Clock.Now(), false, ""); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("result for a superseded order: %v, want ErrStale", err)
	}
	w.Clock.Add(lease)
	for _, left := range w.claim(t) {
		if left.Order == s.Order.ID {
			t.Errorf("work of a superseded order: %+v", left)
		}
	}
}

func workAgain(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	work := w.claim(t)[0]
	w.Must(t, unit.ID, w.CloudsProven(*w.snapshot(t, unit.ID).Order))
	if err := w.FinishWork(t.Context(), work, w.Clock.Now(), true, ""); err != nil {
		t.Fatalf("finishing what the change has closed already: %v", err)
	}
	w.Clock.Add(lease)
	if left := w.claim(t); len(left) != 0 {
		t.Fatalf("work after everything was proven: %+v", left)
	}
	w.Must(t, unit.ID, lifecycle.BindingSeen{
		Command:  w.By(ServiceActor()),
		Sighting: lifecycle.Sighting{Cloud: Cloud, AccountHash: Hex("somebody"), Kind: lifecycle.BindingOwner, SeenAt: w.Clock.Now()},
		Order:    lifecycle.OrderID(NewID("ord")),
	}.Decide)
	again := w.claim(t)
	if len(again) != 1 || again[0].Attempt <= work.Attempt || !again[0].FirstAt.Equal(w.Clock.Now()) {
		t.Errorf("work %+v, want a later attempt than %d, first due now", again, work.Attempt)
	}
	if err := w.FinishWork(t.Context(), work, w.Clock.Now(), true, ""); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("the old worker's result: %v, want ErrStale", err)
	}
}

func workOfOrder(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	order := *w.snapshot(t, unit.ID).Order
	_, own := w.claimAll(t)
	if len(own) != 1 || own[0].Order != order.ID {
		t.Fatalf("the order's own work: %+v, want one of %s", own, order.ID)
	}
	if err := w.FinishWork(t.Context(), own[0], w.Clock.Now().Add(time.Hour), false, ""); err != nil {
		t.Fatal(err)
	}
	w.Must(t, unit.ID, w.CloudsProven(order)) // not whole yet: the unit's own tasks are open
	if _, own := w.claimAll(t); len(own) != 0 {
		t.Errorf("due before the order is whole: %+v", own)
	}
	w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetHard, Hex("fresh")))
	_, own = w.claimAll(t)
	if len(own) != 1 || own[0].Attempt != 2 {
		t.Fatalf("due when the order is whole: %+v, want a second attempt", own)
	}
	w.Must(t, unit.ID, lifecycle.Prove{Command: w.By(ServiceActor()), Order: order.ID}.Decide)
	w.Clock.Add(lease)
	if clouds, own := w.claimAll(t); len(clouds)+len(own) != 0 {
		t.Errorf("due after the order was done: %+v, %+v", clouds, own)
	}
}

func workHurried(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	work := w.claim(t)[0]
	if err := w.FinishWork(t.Context(), work, w.Clock.Now().Add(time.Hour), false, "timeout"); err != nil {
		t.Fatal(err)
	}
	w.Must(t, unit.ID, lifecycle.BindingSeen{
		Command:  w.By(ServiceActor()),
		Sighting: lifecycle.Sighting{Cloud: Cloud, AccountHash: Hex("somebody"), Kind: lifecycle.BindingOwner, SeenAt: w.Clock.Now()},
		Order:    lifecycle.OrderID(NewID("ord")),
	}.Decide)
	if hurried := w.claim(t); len(hurried) != 1 || hurried[0].Attempt != work.Attempt+1 || hurried[0].FirstAt != work.FirstAt {
		t.Errorf("due at once: %+v, want the next attempt of the same work", hurried)
	}
}

func workStuck(t *testing.T, w *World) {
	for range 3 {
		w.TakenBack(t)
	}
	if stuck, _, err := w.StuckWork(t.Context(), w.Clock.Now().Add(-time.Hour), lifecycle.Page{}); err != nil || len(stuck) != 0 {
		t.Errorf("stuck at once: %+v, %v; want nothing", stuck, err)
	}
	w.Clock.Add(2 * time.Hour)
	seen := map[lifecycle.UnitID]bool{}
	page := lifecycle.Page{Limit: 2}
	for {
		stuck, next, err := w.StuckWork(t.Context(), w.Clock.Now().Add(-time.Hour), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, work := range stuck {
			seen[work.Unit] = true
		}
		if next == "" {
			break
		}
		page.After = next
	}
	if len(seen) != 3 {
		t.Errorf("%d units are stuck, want 3", len(seen))
	}
	if _, _, err := w.StuckWork(t.Context(), w.Clock.Now(), lifecycle.Page{After: "nonsense"}); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a position that is none: %v, want ErrInvalid", err)
	}
}
