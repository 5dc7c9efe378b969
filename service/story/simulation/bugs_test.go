package simulation

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// bug is something wrong in the wiring. The zero value: nothing is.
type bug struct {
	// write stands before the store's write door, finish before the end of a
	// lease, cloud before what workers and sweeps ask.
	write  func(*world, writing) writing
	finish func(*doors) func(context.Context, lifecycle.Work, time.Time, bool, string) error
	cloud  func(cloud.Cloud) cloud.Cloud
	// forgetful: the disk loses, with the process, what it had taken.
	forgetful bool
	// want is how the finding begins, in one of these ways.
	want []string
}

// plantedBugs are ways in which the house could be wired wrongly. What tells
// them apart from the real one must be told by the watch.
func plantedBugs() map[string]bug {
	return map[string]bug{
		"the answer is given before the commit":          {write: answersEarly, want: []string{"lost", "once"}},
		"the idempotency row is lost":                    {write: forgetsKeys, want: []string{"lost", "once"}},
		"a key is taken with another body":               {write: forgetsBodies, want: []string{"lost", "once"}},
		"a commit does not outlive the process":          {forgetful: true, want: []string{"lost"}},
		"a credential of before is taken for one of now": {write: blindToEpochs, want: []string{"I4"}},
		"a binding survives a return":                    {write: sparesBindings, want: []string{"I2"}},
		"a hold is overlooked":                           {write: blindToHolds, want: []string{"hold"}},
		"a late worker's result is taken":                {finish: unfenced, want: []string{"fence"}},
		"a cloud's yes is a proof":                       {cloud: believing, want: []string{"I6"}},
		"what was only reset is sold":                    {write: sellsAnything, want: []string{"I2", "I6"}},
	}
}

// errSwallowed stands for a commit that never came.
var errSwallowed = errors.New("swallowed")

// answersEarly tells its caller what it decided, and now and then the commit
// does not come.
func answersEarly(w *world, write writing) writing {
	return func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		last, err := w.house.store.Head(context.Background())
		if err != nil || !w.dice.in(20) {
			return write(ctx, decide)
		}
		var decided lifecycle.Change
		_, err = write(ctx, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			change, err := decide(s)
			if decided = change; err == nil {
				err = errSwallowed
			}
			return change, err
		})
		if errors.Is(err, errSwallowed) {
			return lifecycle.Outcome{Change: decided, Index: last + 1}, nil
		}
		return lifecycle.Outcome{}, err
	}
}

func forgetsKeys(_ *world, write writing) writing {
	return func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		if attempt, has := access.IdempotencyFrom(ctx); has {
			attempt.Key += " " + time.Now().String() // never the same
			ctx = access.WithIdempotency(ctx, attempt)
		}
		return write(ctx, decide)
	}
}

func forgetsBodies(_ *world, write writing) writing {
	return func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		if attempt, has := access.IdempotencyFrom(ctx); has {
			attempt.BodyDigest = "any"
			ctx = access.WithIdempotency(ctx, attempt)
		}
		return write(ctx, decide)
	}
}

// before shows the rules another snapshot than there is.
func before(write writing, blind func(*lifecycle.Snapshot)) writing {
	return func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return write(ctx, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			blind(&s)
			return decide(s)
		})
	}
}

// after spoils what the rules have decided.
func after(write writing, spoil func(lifecycle.Snapshot, *lifecycle.Change)) writing {
	return func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return write(ctx, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			change, err := decide(s)
			if err == nil {
				spoil(s, &change)
			}
			return change, err
		})
	}
}

// blindToEpochs believes that every credential is of now.
func blindToEpochs(_ *world, write writing) writing {
	return before(write, func(s *lifecycle.Snapshot) {
		if s.Report != nil && s.Unit.Verifier == "" {
			s.Unit.Verifier, s.Unit.VerifierAt = s.Report.Verifier, s.Report.At
		}
	})
}

func sparesBindings(_ *world, write writing) writing {
	return after(write, func(_ lifecycle.Snapshot, c *lifecycle.Change) {
		if c.Event == lifecycle.EventReturn {
			c.Bindings = nil
		}
	})
}

func blindToHolds(_ *world, write writing) writing {
	return before(write, func(s *lifecycle.Snapshot) { s.Holds = nil })
}

func sellsAnything(_ *world, write writing) writing {
	return before(write, func(s *lifecycle.Snapshot) {
		if s.Unit.State == lifecycle.StateReset {
			s.Unit.State = lifecycle.StateStock
		}
	})
}

// unfenced finishes whatever attempt is on record.
func unfenced(d *doors) func(context.Context, lifecycle.Work, time.Time, bool, string) error {
	return func(ctx context.Context, work lifecycle.Work, nextAt time.Time, done bool, code string) error {
		err := d.Store.FinishWork(ctx, work, nextAt, done, code)
		if !errors.Is(err, lifecycle.ErrStale) {
			return err
		}
		work.Attempt = d.w.leases[rowOf(work)]
		return d.Store.FinishWork(ctx, work, nextAt, done, code)
	}
}

// believing makes pictures of its own out of what clouds say yes to.
func believing(honest cloud.Cloud) cloud.Cloud {
	return &believer{Cloud: honest, told: map[lifecycle.UnitID]time.Time{}}
}

type believer struct {
	cloud.Cloud
	told map[lifecycle.UnitID]time.Time
}

func (b *believer) Unbind(ctx context.Context, r cloud.Request) error {
	err := b.Cloud.Unbind(ctx, r)
	if err == nil {
		b.told[r.Unit] = r.Before
	}
	return err
}

func (b *believer) Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error) {
	if _, yes := b.told[r.Unit]; yes {
		return cloud.Inventory{}, nil
	}
	return b.Cloud.Inventory(ctx, r)
}

func (b *believer) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	if at, yes := b.told[r.Unit]; yes {
		return cloud.Probe{CredentialAt: at}, nil
	}
	return b.Cloud.Probe(ctx, r)
}

// seedsToFind is within how many seeds every planted bug must be found.
const seedsToFind = 60

func TestTheSimulationFindsPlantedBugs(t *testing.T) {
	t.Parallel()
	for name, planted := range plantedBugs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= seedsToFind; seed++ {
				w := live(t, seed, 300, planted)
				if w.wrong == "" {
					continue
				}
				begins := func(with string) bool { return strings.HasPrefix(w.wrong, with) }
				if !slices.ContainsFunc(planted.want, begins) {
					t.Errorf("seed %d: found %q, want %v", seed, w.wrong, planted.want)
				}
				t.Logf("found by seed %d in step %d: %s", seed, w.step, w.wrong)
				return
			}
			t.Errorf("%d seeds, and nobody noticed", seedsToFind)
		})
	}
}

// remember keeps what is on the disk; forget brings it back.
func (w *world) remember() { w.copyDisk("", "old") }

func (w *world) forget() { w.copyDisk("old", "") }

func (w *world) copyDisk(from, to string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Join(w.dir, to), 0o700); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"quitclaim.db", "quitclaim.db-wal"} {
		bytes, err := os.ReadFile(filepath.Join(w.dir, from, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(w.dir, to, name), bytes, 0o600)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}
