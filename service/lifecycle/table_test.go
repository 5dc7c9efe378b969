package lifecycle_test

import (
	"errors"
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

// Every state × event: the table has a row and the command goes through to
// where the row says, or it is refused, and "<event>.<state>" is why.
func TestEveryStateAndEvent(t *testing.T) {
	t.Parallel()
	for event, try := range attempts() {
		for _, state := range lifecycle.States() {
			t.Run(string(event)+" in "+string(state), func(t *testing.T) {
				t.Parallel()
				y := in(t, state)
				try.ready(y)
				change, err := try.command(y).Decide(y.s)
				row, ok := lifecycle.Lookup(state, event)
				if event == lifecycle.EventBindConfirmed && !ok {
					row, ok = lifecycle.Lookup(state, lifecycle.EventContactSeen) // what the same report is elsewhere
				}
				if !ok {
					if got, want := codesOf(t, err), string(event)+"."+string(state); !slices.Contains(got, want) {
						t.Errorf("refused with %q, want %q among them", got, want)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				follows(t, y.s, change, row)
			})
		}
	}
}

// follows holds a change to its row.
func follows(t *testing.T, before lifecycle.Snapshot, change lifecycle.Change, row lifecycle.Transition) {
	t.Helper()
	want := row.To
	if want == lifecycle.StatePrior {
		want = before.Unit.Prior
	}
	if change.Event != row.Event || change.From != row.From || change.Unit.State != want {
		t.Errorf("%s from %q to %q, want %s from %q to %q", change.Event, change.From, change.Unit.State, row.Event, row.From, want)
	}
	epoch := before.Unit.Epoch
	if row.Epoch {
		epoch++
	}
	if change.Unit.Epoch != epoch {
		t.Errorf("epoch %d after %d, want %d", change.Unit.Epoch, before.Unit.Epoch, epoch)
	}
	if advanced := !change.Unit.EpochAt.Equal(before.Unit.EpochAt); advanced != row.Epoch {
		t.Errorf("EpochAt moved: %v, the row says %v", advanced, row.Epoch)
	}
}

// Every state × event under a hold: rule 8 lets through what fences, returns,
// proves or only looks, and refuses the rest with the kind of the hold.
func TestEveryStateAndEventUnderHold(t *testing.T) {
	t.Parallel()
	for event, try := range attempts() {
		for _, state := range lifecycle.States() {
			row, ok := lifecycle.Lookup(state, event)
			if !ok {
				continue
			}
			t.Run(string(event)+" in "+string(state), func(t *testing.T) {
				t.Parallel()
				y := in(t, state)
				try.ready(y)
				y.s.Holds = append(y.s.Holds, lifecycle.Hold{ID: "hld_r", Kind: lifecycle.HoldRecall, PlacedBy: vera(), PlacedAt: y.now})
				change, err := try.command(y).Decide(y.s)
				switch {
				case event == lifecycle.EventBindConfirmed:
					if err != nil || change.Event != lifecycle.EventContactSeen {
						t.Errorf("got %s, %v; want no more than a contact", change.Event, err)
					}
				case row.UnderHold && err != nil:
					t.Errorf("got %v, want it to go through", err)
				case !row.UnderHold:
					if got := codesOf(t, err); !slices.Equal(got, []string{"hold.recall"}) {
						t.Errorf("refused with %q, want hold.recall alone", got)
					}
				}
			})
		}
	}
}

// Rule 8, by name.
func TestHoldsLetThroughWhatFencesOrReturns(t *testing.T) {
	t.Parallel()
	for _, event := range []lifecycle.Event{
		lifecycle.EventSell, lifecycle.EventVoid, lifecycle.EventReturnSealed, lifecycle.EventBind, lifecycle.EventBindPending,
		lifecycle.EventOffer, lifecycle.EventTransfer, lifecycle.EventCancel, lifecycle.EventCertify, lifecycle.EventRetire, lifecycle.EventShip,
	} {
		for _, row := range lifecycle.Table() {
			if row.Event == event && row.UnderHold {
				t.Errorf("%s in %q goes through under a hold", event, row.From)
			}
		}
	}
	for _, row := range lifecycle.Table() {
		if row.Event == lifecycle.EventReturn && !row.UnderHold {
			t.Errorf("a hold keeps a desk from fencing in %q", row.From)
		}
	}
}

// Facts are never refused: every state has a row for each, but for the one
// that only a pending binding makes out of a contact.
func TestFactsHaveARowInEveryState(t *testing.T) {
	t.Parallel()
	for _, fact := range lifecycle.Facts() {
		for _, state := range lifecycle.States() {
			row, ok := lifecycle.Lookup(state, fact)
			if !ok && fact != lifecycle.EventBindConfirmed {
				t.Errorf("no row for %s in %q", fact, state)
			}
			if ok && !row.UnderHold && fact != lifecycle.EventBindConfirmed {
				t.Errorf("a hold refuses %s in %q", fact, state)
			}
		}
	}
}

// The only error of a fact is ErrStale: a report under another epoch.
func TestFactsAreNeverRefused(t *testing.T) {
	t.Parallel()
	facts := map[string]func(*story) decider{
		"contact":            func(y *story) decider { return y.hears(lifecycle.ResetNone, secret("new")) },
		"contact, no secret": func(y *story) decider { return y.hears(lifecycle.ResetNone, "") },
		"hard reset":         func(y *story) decider { return y.hears(lifecycle.ResetHard, secret("new")) },
		"hard reset, old secret": func(y *story) decider {
			y.s.Report = &lifecycle.Report{Verifier: secret("old")}
			return y.hears(lifecycle.ResetHard, secret("old"))
		},
		"binding": func(y *story) decider {
			return lifecycle.BindingSeen{Command: y.by(worker()), Order: "ord_y",
				Sighting: lifecycle.Sighting{Cloud: "other", AccountHash: "h", Kind: lifecycle.BindingPartner, SeenAt: y.now}}
		},
	}
	for name, fact := range facts {
		for _, state := range lifecycle.States() {
			t.Run(name+" in "+string(state), func(t *testing.T) {
				t.Parallel()
				y := in(t, state)
				for _, kind := range lifecycle.HoldKinds() {
					y.s.Holds = append(y.s.Holds, lifecycle.Hold{ID: lifecycle.HoldID(kind), Kind: kind})
				}
				y.do(fact(y))
				old := y.hears(lifecycle.ResetHard, secret("new"))
				old.Report.Epoch--
				if _, err := old.Decide(y.s); !errors.Is(err, lifecycle.ErrStale) {
					t.Errorf("report of an older epoch: %v, want ErrStale", err)
				}
			})
		}
	}
}

// The table itself: no row twice, no unknown word, nothing leaves retired.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[[2]string]bool{}
	for _, row := range lifecycle.Table() {
		at := [2]string{string(row.From), string(row.Event)}
		if seen[at] {
			t.Errorf("two rows for %s in %q", row.Event, row.From)
		}
		seen[at] = true
		if !slices.Contains(lifecycle.Events(), row.Event) {
			t.Errorf("unknown event %q", row.Event)
		}
		known := append(lifecycle.States(), lifecycle.StatePrior)
		if !slices.Contains(known, row.To) || row.From != lifecycle.StateNone && !slices.Contains(lifecycle.States(), row.From) {
			t.Errorf("unknown state in %+v", row)
		}
		if row.From == lifecycle.StateRetired && (row.To != lifecycle.StateRetired || row.Epoch) {
			t.Errorf("%s leads out of retired", row.Event)
		}
		if got, ok := lifecycle.Lookup(row.From, row.Event); !ok || got != row {
			t.Errorf("Lookup(%q, %s) = %+v, want %+v", row.From, row.Event, got, row)
		}
	}
	for _, event := range lifecycle.Events() {
		if !slices.ContainsFunc(lifecycle.Table(), func(r lifecycle.Transition) bool { return r.Event == event }) {
			t.Errorf("event %s is in no row", event)
		}
	}
}

// DESIGN section 2: who may hold the unit changes by these and no others.
func TestWhatAdvancesTheEpoch(t *testing.T) {
	t.Parallel()
	advancing := []lifecycle.Event{lifecycle.EventSell, lifecycle.EventRelease, lifecycle.EventTransfer, lifecycle.EventReturn,
		lifecycle.EventCancel, lifecycle.EventReopen, lifecycle.EventRetire}
	for _, row := range lifecycle.Table() {
		want := slices.Contains(advancing, row.Event)
		switch row.Event {
		case lifecycle.EventHardResetSeen: // but in an open order, and in what is no more
			want = row.From != lifecycle.StateReturned && row.From != lifecycle.StateRetired
		case lifecycle.EventBindingSeen: // it reopens
			want = row.From == lifecycle.StateReset || row.From == lifecycle.StateCertified
		}
		if row.Epoch != want {
			t.Errorf("%s in %q advances: %v, want %v", row.Event, row.From, row.Epoch, want)
		}
	}
}
