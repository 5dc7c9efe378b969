package simulation

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/cloud/cloudtest"
)

// One seed alone, to look at what it does: service/docs/testing.md.
var oneSeed = flag.Uint64("seed", 0, "run this seed alone")

// cameras is how many units a world has at most: few, so that people meet.
const cameras = 3

// live runs one seed and gives the world at its end.
func live(t testing.TB, seed uint64, steps int, planted bug) *world {
	t.Helper()
	w := raise(t, seed, steps, planted)
	w.run()
	w.plan.parallel = 1
	w.drain()
	if err := w.house.store.Close(); err != nil {
		t.Errorf("seed %d: close: %v", seed, err)
	}
	return w
}

// raise is the world of a seed before anything has happened in it.
func raise(t testing.TB, seed uint64, steps int, planted bug) *world {
	t.Helper()
	w := &world{
		t: t, seed: seed, bug: planted, dir: scratch(t), dice: newDice(seed, "story"), ids: newDice(seed, "ids"),
		clock:  &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)},
		parked: make(chan struct{}), byKey: map[attemptOf]ack{}, leases: map[workRow]int{},
	}
	w.plan = plan{
		steps: steps, crashes: !w.dice.in(3), jumps: w.dice.in(2), lies: !w.dice.in(3), repeats: !w.dice.in(4),
		parallel: 1 + w.dice.below(4),
	}
	w.honest = !w.plan.lies
	w.watch = newWatch(w)
	w.truth = cloudtest.NewMemory(w.clock.Now, cloudDelay)
	w.clouds = map[string]*liar{
		builtin.Name: {w: w, name: builtin.Name}, acme: {w: w, name: acme, peer: w.truth},
	}
	writeKeys(t, w.dir+"/keys", newDice(seed, "keys"))
	w.open()
	w.populate()
	for n := range 1 + w.dice.below(cameras) {
		w.cameras = append(w.cameras, w.newCamera(n+1))
	}
	w.watch.look()
	return w
}

// scratch is a directory in memory where there is one: what a dead process had
// committed is what counts here, not what a disk makes of it.
func scratch(t testing.TB) string {
	t.Helper()
	for _, parent := range []string{"/dev/shm", ""} {
		if dir, err := os.MkdirTemp(parent, "quitclaim-simulation-"); err == nil {
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			return dir
		}
	}
	t.Fatal("no place for a data directory")
	return ""
}

func TestSimulation(t *testing.T) {
	t.Parallel()
	first, last, steps := uint64(1), uint64(24/slow), 300
	if os.Getenv("QUITCLAIM_TEST_LONG") == "1" {
		last, steps = 3000, 600
	}
	if seed := chosen(t); seed != 0 {
		first, last = seed, seed
	}
	for seed := first; seed <= last; seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			w := live(t, seed, steps, bug{})
			if w.wrong != "" {
				t.Errorf("seed %d, %+v, step %d: %s\n%s\nagain: go test ./service/story/simulation -run TestSimulation -seed %d",
					seed, w.plan, w.step, w.wrong, w.ending(60), seed)
			}
			if first == last {
				fmt.Println(w.ending(len(w.story)))
			}
		})
	}
}

// chosen is the one seed that was asked for; 0: none.
func chosen(t *testing.T) uint64 {
	t.Helper()
	if *oneSeed != 0 {
		return *oneSeed
	}
	text := os.Getenv("QUITCLAIM_SEED")
	if text == "" {
		return 0
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("QUITCLAIM_SEED: %v", err)
	}
	return seed
}

// A seed that told another story the second time could not be looked at.
func TestASeedReplaysExactly(t *testing.T) {
	t.Parallel()
	for seed := uint64(101); seed <= 103; seed++ {
		first, second := live(t, seed, 250, bug{}), live(t, seed, 250, bug{})
		for i, line := range first.story {
			if i >= len(second.story) || second.story[i] != line {
				t.Fatalf("seed %d tells another story from line %d on:\n%s\n%s", seed, i, line, second.story[min(i, len(second.story)-1)])
			}
		}
		if len(first.story) != len(second.story) || len(first.story) < 100 {
			t.Errorf("seed %d: stories of %d and %d lines", seed, len(first.story), len(second.story))
		}
	}
}
