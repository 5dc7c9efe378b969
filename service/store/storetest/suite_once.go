package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func onceScenarios() []scenario {
	return []scenario{
		{"a replay is answered with what was answered", replay},
		{"the same key with another body is refused", keyReused},
		{"keys of others, of other routes and on other units are other keys", otherKeys},
		{"an answer is kept for seven days", answerExpires},
		{"a refusal is decided anew", refusalNotKept},
		{"replays of one request at once are one change", replaysAtOnce},
		{"what an administrator saves twice is saved once", adminReplay},
	}
}

func attempt(ctx context.Context, change ...func(*access.Idempotency)) context.Context {
	a := access.Idempotency{Principal: "person:psn_a@org_b", Route: "POST /v1/returns", Key: "key-1", BodyDigest: Hex("body")}
	for _, c := range change {
		c(&a)
	}
	return access.WithIdempotency(ctx, a)
}

func replay(t *testing.T, w *World) {
	unit := w.Bound(t)
	first, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack())
	if err != nil || first.Replayed {
		t.Fatalf("first: %v, replayed %v", err, first.Replayed)
	}
	second, err := w.Advance(attempt(t.Context()), unit.ID, func(lifecycle.Snapshot) (lifecycle.Change, error) {
		t.Error("a replay was decided anew")
		return lifecycle.Change{}, lifecycle.ErrRefused
	})
	if err != nil || !second.Replayed {
		t.Fatalf("second: %v, replayed %v; want the first answer", err, second.Replayed)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreFields(lifecycle.Outcome{}, "Replayed")); diff != "" {
		t.Errorf("replay differs (-first +second):\n%s", diff)
	}
	if got := w.snapshot(t, unit.ID).Unit.Version; got != unit.Version+1 {
		t.Errorf("version %d, want %d", got, unit.Version+1)
	}
}

func keyReused(t *testing.T, w *World) {
	unit := w.Bound(t)
	if _, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack()); err != nil {
		t.Fatal(err)
	}
	other := attempt(t.Context(), func(a *access.Idempotency) { a.BodyDigest = Hex("another body") })
	if _, err := w.Advance(other, unit.ID, w.TakeBack()); !errors.Is(err, lifecycle.ErrKeyReused) {
		t.Errorf("same key, other body: %v, want ErrKeyReused", err)
	}
	if _, err := w.Advance(other, w.Bound(t).ID, w.TakeBack()); !errors.Is(err, lifecycle.ErrKeyReused) {
		t.Errorf("same key, other body about another unit: %v, want ErrKeyReused", err)
	}
	if second, err := w.Advance(attempt(t.Context()), w.Bound(t).ID, w.TakeBack()); err != nil || second.Replayed {
		t.Errorf("another unit of the same attempt: %v, replayed %v; want a change of its own", err, second.Replayed)
	}
}

func otherKeys(t *testing.T, w *World) {
	// Each case tries on a unit of its own: another unit under the same key is
	// part of the same attempt.
	cases := map[string]func(*access.Idempotency){
		"principal": func(a *access.Idempotency) { a.Principal = "person:psn_z@org_b" },
		"route":     func(a *access.Idempotency) { a.Route = "POST /v1/orders" },
		"key":       func(a *access.Idempotency) { a.Key = "key-2" },
	}
	for name, change := range cases {
		unit := w.Bound(t)
		if _, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack()); err != nil {
			t.Fatalf("%s: first on this unit: %v", name, err)
		}
		_, err := w.Advance(attempt(t.Context(), change), unit.ID, w.TakeBack())
		if !errors.Is(err, lifecycle.ErrRefused) {
			t.Errorf("another %s: %v, want a decision of its own: a refusal", name, err)
		}
	}
}

func answerExpires(t *testing.T, w *World) {
	unit := w.Bound(t)
	if _, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack()); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(7*24*time.Hour - time.Millisecond)
	if again, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack()); err != nil || !again.Replayed {
		t.Errorf("within seven days: %v, replayed %v; want the first answer", err, again.Replayed)
	}
	w.Clock.Add(time.Millisecond)
	if _, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack()); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("after seven days: %v, want a new decision: a refusal", err)
	}
	if purged, _, err := w.Purge(t.Context()); err != nil || purged != 0 {
		t.Errorf("purged %d, %v; want nothing yet: a clock may be ahead", purged, err)
	}
	w.Clock.Add(2 * time.Hour)
	if purged, more, err := w.Purge(t.Context()); err != nil || purged != 2 || more {
		t.Errorf("purged %d, more %v, %v; want the old attempt and its answer", purged, more, err)
	}
	if purged, _, err := w.Purge(t.Context()); err != nil || purged != 0 {
		t.Errorf("purged %d, %v; want nothing left", purged, err)
	}
}

func refusalNotKept(t *testing.T, w *World) {
	unit := w.Bound(t)
	refuse := func(lifecycle.Snapshot) (lifecycle.Change, error) { return lifecycle.Change{}, &lifecycle.Refusal{} }
	if _, err := w.Advance(attempt(t.Context()), unit.ID, refuse); !errors.Is(err, lifecycle.ErrRefused) {
		t.Fatalf("first: %v, want a refusal", err)
	}
	if second, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack()); err != nil || second.Replayed {
		t.Errorf("second: %v, replayed %v; want a decision of its own", err, second.Replayed)
	}
}

func replaysAtOnce(t *testing.T, w *World) {
	unit := w.Bound(t)
	const clients = 8
	type result struct {
		outcome lifecycle.Outcome
		err     error
	}
	results := make(chan result, clients)
	for range clients {
		go func() {
			outcome, err := w.Advance(attempt(t.Context()), unit.ID, w.TakeBack())
			results <- result{outcome, err}
		}()
	}
	first := 0
	returns := map[lifecycle.ReturnID]bool{}
	for range clients {
		r := <-results
		if r.err != nil {
			t.Fatalf("a client got %v", r.err)
		}
		if !r.outcome.Replayed {
			first++
		}
		returns[r.outcome.Change.Return.ID] = true
	}
	if first != 1 || len(returns) != 1 {
		t.Errorf("%d clients were first, %d returns answered; want one of each", first, len(returns))
	}
}

func adminReplay(t *testing.T, w *World) {
	ctx := attempt(t.Context(), func(a *access.Idempotency) { a.Route = "POST /admin/people" })
	person := func() access.Person {
		return access.Person{
			ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk},
			Name: "Ada", Email: "ada@example.test", CreatedAt: w.Clock.Now(),
		}
	}
	first, err := w.SavePerson(ctx, person())
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.SavePerson(ctx, person())
	if err != nil || second.ID != first.ID {
		t.Errorf("replay saved %s, %v; want %s", second.ID, err, first.ID)
	}
	if _, err := w.SavePerson(t.Context(), person()); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("the same address without the key: %v, want ErrInvalid", err)
	}
}
