package lifecycle_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quitclaim/service/lifecycle"
)

func everything(written []byte) []byte { return written }

// born puts the unit on record, one way or the other.
func (w *world) born(t *rapid.T) {
	policies := []lifecycle.ResetPolicy{lifecycle.ResetReleases, lifecycle.ResetLocks}
	w.s.Model.ResetPolicy = rapid.SampledFrom(policies).Draw(t, "policy")
	w.s.Model.SaleImplied = rapid.Bool().Draw(t, "sale implied")
	w.replayed = w.s
	if rapid.IntRange(0, 4).Draw(t, "unknown") == 0 {
		w.do(lifecycle.Admit{Command: w.by(cleo()), ID: "unt_1", Key: key(), Return: "ret_0", Order: "ord_0",
			Condition: "used", Reason: "other", PresenceHash: "presence"})
		return
	}
	w.do(lifecycle.Register{Command: w.by(vera()), ID: "unt_1", Key: key()})
}

// Whole histories of one unit: whoever tries whatever in whatever order, the
// plain model and the rules agree after every step (I1, I2, I6, I28).
func TestHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t.Fatalf, realRules, everything)
		w.born(t)
		for range 3 { // longer than rapid's usual walk
			t.Repeat(w.moves())
		}
		w.compare()
	})
}

// stroll is how the walks of a test go: near names the moves that they make
// more often than others.
type stroll struct {
	moves int
	lean  bool
	near  []string
}

// walk is one history, decided by the seed; it gives what was violated, or
// nothing.
func walk(seed int, how stroll, decide rules, write func([]byte) []byte) (w *world, violated string) {
	walks := rapid.Custom(func(t *rapid.T) string {
		violated = ""
		w = newWorld(func(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }, decide, write)
		w.lean = how.lean
		func() {
			defer func() {
				switch caught := recover().(type) {
				case nil:
				case violation:
					violated = string(caught)
				default:
					panic(caught)
				}
			}()
			w.born(t)
			moves := w.moves()
			names := slices.Sorted(maps.Keys(moves))
			for range 4 {
				names = append(names, how.near...)
			}
			for range how.moves {
				moves[rapid.SampledFrom(names).Draw(t, "move")](t)
			}
			if !how.lean {
				w.compare()
			}
		}()
		return violated
	})
	walks.Example(seed)
	return w, violated
}

type violation string

// Histories are worth something only if they go everywhere: every row of the
// table that the commands can reach is gone through.
func TestHistoriesGoEverywhere(t *testing.T) {
	t.Parallel()
	missing := reachable()
	for seed := 0; seed < 2000 && len(missing) > 0; seed++ {
		w, violated := walk(seed, stroll{moves: 60, lean: true}, realRules, everything)
		if violated != "" {
			t.Fatalf("seed %d: %s", seed, violated)
		}
		maps.DeleteFunc(missing, func(row string, _ bool) bool { return w.visited[row] })
	}
	if len(missing) > 0 {
		t.Errorf("no history goes through %v", missing)
	}
}

// reachable are the rows that the commands of this package can go through.
func reachable() map[string]bool {
	rows := map[string]bool{}
	for _, row := range lifecycle.Table() {
		// Nobody retires what a customer has: it is taken back first.
		if row.Event == lifecycle.EventRetire && row.From.InCustomerHands() {
			continue
		}
		// Nothing is owed for a unit that was never anybody's.
		if row.Event == lifecycle.EventDelete && row.From == lifecycle.StateStock {
			continue
		}
		rows[string(row.From)+" "+string(row.Event)] = true
	}
	return rows
}

// Broken rules, each in one way: the machine must find every one of them, and
// say the right invariant.
func TestTheMachineFindsPlantedBugs(t *testing.T) {
	t.Parallel()
	for name, bug := range plantedBugs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			write := everything
			if bug.write != nil {
				write = bug.write
			}
			decide := realRules
			if bug.rules != nil {
				decide = bug.rules
			}
			how := stroll{moves: 60, lean: bug.lean(), near: bug.near}
			for seed := range 400 {
				if _, violated := walk(seed, how, decide, write); violated != "" {
					if !strings.HasPrefix(violated, bug.want) {
						t.Errorf("seed %d: found %q, want %s", seed, violated, bug.want)
					}
					return
				}
			}
			t.Error("400 histories, and nobody noticed")
		})
	}
}
