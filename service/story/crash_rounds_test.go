package story

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// long reports whether the long forms run: hundreds of rounds instead of a few
// (docs/operations.md says how).
func long() bool { return os.Getenv("QUITCLAIM_TEST_LONG") == "1" }

// forms is what the short form takes, or the long one.
func forms[T any](short, full T) T {
	if long() {
		return full
	}
	return short
}

// seeded is a generator whose seed is in the output; QUITCLAIM_TEST_SEED runs
// the same choices again, as far as a processor's schedule lets them be the
// same.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("QUITCLAIM_TEST_SEED"); given != "" {
		if _, err := fmt.Sscan(given, &seed); err != nil {
			t.Fatalf("QUITCLAIM_TEST_SEED: %v", err)
		}
	}
	t.Logf("QUITCLAIM_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// The process is killed again and again while cameras are released, bound,
// taken back, reset, certified and sold; and somebody outside keeps a record of
// every answer.
func TestKillsUnderLoad(t *testing.T) {
	t.Parallel()
	rounds, lives := forms(8, 25), forms(12, 24)
	for world := range forms(1, 10) {
		t.Run(fmt.Sprintf("world %d", world), func(t *testing.T) {
			s := demo(t, quick, "--workers=16")
			killed(t, s, rounds, lives, plugs())
		})
	}
}

// killed goes through rounds of load, a plug that is pulled, and the account.
func killed(t *testing.T, s *server, rounds, lives int, plugs []plug) {
	t.Helper()
	random := seeded(t)
	l := newLoad(t, s, lives)
	visitor := s.signedIn(l.lives[0].clerk.person)
	counts := map[string]int{}
	for round := range rounds {
		plug := plugs[round%len(plugs)]
		counts[plug.name]++
		ctx, end := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() {
			defer close(over)
			l.run(ctx)
		}()
		plug.pull(s, random)
		end()
		<-over
		s.again()
		l.settle(t, random, !long() || round%5 == 4)
		if t.Failed() {
			t.Fatalf("in round %d, killed %s", round, plug.name)
		}
	}
	visitor.open("/desk").want(200)
	l.finish(t)
	sums(t, counts, l)
}

// finish lets every camera come to its next reset once more, for work that was
// leased when the plug was pulled must not be lost, and audits all of it.
func (l *load) finish(t *testing.T) {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), patient)
	defer end()
	went := map[*life]int{}
	for _, life := range l.lives {
		went[life] = len(life.told)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		l.run(ctx)
	}()
	<-time.After(forms(time.Second, 3*time.Second))
	end()
	<-over
	l.settle(t, rand.New(rand.NewPCG(1, 1)), true)
	for _, life := range l.lives {
		if len(life.told) == went[life] {
			t.Logf("%s stood still at %s", life.unit.Serial, l.steps[life.at].event)
		}
	}
}
