package story

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// settle asks after a crash what became of everything: what was acknowledged
// is there, what was not is there wholly or not at all, and sent again it is
// there once.
func (l *load) settle(t *testing.T, random *rand.Rand, thorough bool) {
	t.Helper()
	l.s.whole()
	l.s.noGhosts()
	for _, life := range l.lives {
		l.accounted(t, life)
	}
	var all sync.WaitGroup
	for hand := range l.hands {
		seed := random.Uint64()
		all.Go(func() {
			own := rand.New(rand.NewPCG(seed, 0))
			for at := hand; at < len(l.lives); at += l.hands {
				l.resend(t, l.lives[at], own)
			}
		})
	}
	all.Wait()
	for _, life := range l.lives {
		l.accounted(t, life)
	}
	l.s.noGhosts()
	l.witness.holds(t.Context(), thorough)
	if thorough {
		l.s.audited(l.witness.pins)
	}
}

// accounted holds what the ledger says people did with a camera against what
// they were told. What nobody was told of may be there, once.
func (l *load) accounted(t *testing.T, life *life) {
	t.Helper()
	found := l.s.events(life.id)[life.before:]
	var want []string
	for _, w := range life.told {
		want = append(want, w.event)
	}
	if life.pending != nil && len(found) == len(want)+1 {
		want = append(want, life.pending.event)
	}
	if !slices.Equal(found, want) {
		t.Errorf("%s: the ledger has %s\nacknowledged were %s, pending %+v", life.unit.Serial, describe(found), describe(want), life.pending)
	}
}

// resend sends again what has no answer yet, until it has one; or else what
// was answered last, whose answer must be the same.
func (l *load) resend(t *testing.T, life *life, random *rand.Rand) {
	if life.pending != nil {
		l.insist(t, life)
		return
	}
	if len(life.told) == 0 {
		return
	}
	last := life.told[len(life.told)-1]
	got, err := last.by.send(t.Context(), http.MethodPost, last.path, last.key, last.body)
	if err != nil {
		t.Errorf("%s again: %v", last.path, err)
		return
	}
	if differs := last.sameAs(got.Status, got.Body); differs != "" {
		t.Errorf("%s again: %d, was %d\n%s", got.what, got.Status, last.status, differs)
	}
	l.older(t, life, random)
	l.noOwner(t, life)
}

// insist sends what is pending until it is answered.
func (l *load) insist(t *testing.T, life *life) {
	deadline := time.Now().Add(patient)
	for {
		_, err := l.send(t.Context(), life)
		if err == nil {
			return
		}
		var got answered
		later := !errors.As(err, &got) || got.Status == http.StatusServiceUnavailable || got.throttled() ||
			got.Status == http.StatusConflict && got.problem().Code == "in-flight"
		if !later || time.Now().After(deadline) {
			t.Errorf("%s: %s sent again: %v", life.unit.Serial, life.pending.event, err)
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-t.Context().Done():
			return
		}
	}
}

// throttled: whoever was let go and sends old binds again is taken for somebody
// who guesses, and a restart does not forget it.
func (a answer) throttled() bool {
	return a.Status == http.StatusTooManyRequests && a.problem().Code == "throttled" && a.Header.Get("Retry-After") != ""
}

// older sends one of the older deeds again. Who has nothing to do with the
// camera any more may be refused; nobody may have it done a second time.
func (l *load) older(t *testing.T, life *life, random *rand.Rand) {
	old := life.told[random.IntN(len(life.told))]
	got, err := old.by.send(t.Context(), http.MethodPost, old.path, old.key, old.body)
	if err != nil {
		t.Errorf("%s again: %v", old.path, err)
		return
	}
	if got.Status == http.StatusNotFound || got.Status == http.StatusForbidden || got.throttled() {
		return
	}
	if differs := old.sameAs(got.Status, got.Body); differs != "" {
		t.Errorf("%s long after: %d, was %d\n%s", got.what, got.Status, old.status, differs)
	}
}

// noOwner: from the answer to a return until somebody binds, it is nobody's.
func (l *load) noOwner(t *testing.T, life *life) {
	last := life.told[len(life.told)-1].event
	if last == "bind" {
		return
	}
	for _, owner := range life.owners {
		var m mine
		got, err := owner.send(context.WithoutCancel(t.Context()), http.MethodGet, "/v1/mine", "", nil)
		if err != nil || got.Status != http.StatusOK {
			t.Errorf("mine: %v %d", err, got.Status)
			continue
		}
		got.into(&m)
		if m.has(life.unit) {
			t.Errorf("after %s %s has %s", last, owner.Email, life.unit.Serial)
		}
	}
}
