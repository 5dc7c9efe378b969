package cloudtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

func scripted(t *testing.T) (*Memory, *Script, cloud.Request) {
	t.Helper()
	clock := newClock()
	memory := NewMemory(clock.now, 0)
	memory.Bind("unt_a", oldOwner, lifecycle.BindingOwner, clock.now().Add(-time.Hour))
	return memory, NewScript(memory), cloud.Request{Unit: "unt_a", Order: "ord_1", Before: clock.now()}
}

// TestFaults holds each fault to what it says: what the caller hears, and what
// became of the link.
func TestFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		fault Fault
		want  error
		links int
	}{
		{"lie", Lie, nil, 1},
		{"lose", Lose, cloud.ErrTemporary, 0},
		{"down", Down, cloud.ErrTemporary, 1},
		{"gone", Gone, cloud.ErrGone, 1},
		{"twice", Twice, nil, 0},
		{"limit", Limit(time.Minute), cloud.ErrRateLimited, 1},
		{"none", nil, nil, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			memory, script, r := scripted(t)
			script.Always(c.fault, lifecycle.VerbUnbind)
			if err := script.Unbind(t.Context(), r); !errors.Is(err, c.want) {
				t.Errorf("the caller hears %v, want %v", err, c.want)
			}
			got, err := memory.Inventory(t.Context(), r)
			if err != nil || len(got.Links) != c.links {
				t.Errorf("%d links are left, %v; want %d", len(got.Links), err, c.links)
			}
			if script.Count(lifecycle.VerbUnbind) != 1 || script.Calls()[0].Request != r {
				t.Errorf("the journal reads %v", script.Calls())
			}
		})
	}
}

func TestFaultsComeInOrderAndEnd(t *testing.T) {
	t.Parallel()
	_, script, r := scripted(t)
	script.Once(lifecycle.VerbNotify, Down, Gone)
	var heard []error
	for range 3 {
		_, err := script.Notify(t.Context(), r)
		heard = append(heard, err)
	}
	if !errors.Is(heard[0], cloud.ErrTemporary) || !errors.Is(heard[1], cloud.ErrGone) || heard[2] != nil {
		t.Errorf("heard %v, want temporary, gone, nothing", heard)
	}
}

func TestLieOnAReadSaysNothingIsThere(t *testing.T) {
	t.Parallel()
	_, script, r := scripted(t)
	script.Always(Lie)
	inventory, err := script.Inventory(t.Context(), r)
	if err != nil || len(inventory.Links) != 0 {
		t.Errorf("inventory = %v, %v", inventory, err)
	}
}

func TestHangEndsWithItsContext(t *testing.T) {
	t.Parallel()
	_, script, r := scripted(t)
	script.Always(Hang)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := script.Cut(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("hanging ended with %v", err)
	}
}

func TestThenHappensAfterTheEffect(t *testing.T) {
	t.Parallel()
	memory, script, r := scripted(t)
	links := -1
	script.Once(lifecycle.VerbUnbind, Then(func() {
		inventory, err := memory.Inventory(t.Context(), r)
		if err != nil {
			t.Error(err)
		}
		links = len(inventory.Links)
	}))
	if err := script.Unbind(t.Context(), r); err != nil || links != 0 {
		t.Errorf("%d links when the answer was under way, %v", links, err)
	}
}
