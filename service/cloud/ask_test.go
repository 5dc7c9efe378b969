package cloud

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// spoken is a cloud that answers pages, in one way or another.
type spoken struct {
	Cloud
	inventory func(context.Context) (Inventory, error)
	preflight func(context.Context) (Preflight, error)
}

func (s spoken) Inventory(ctx context.Context, _ Request) (Inventory, error) { return s.inventory(ctx) }
func (s spoken) Preflight(ctx context.Context, _ Request) (Preflight, error) { return s.preflight(ctx) }

// TestAskKnowsWhatIsSaidInTime: a cloud that fails, lies about what it may say,
// hangs or falls over is "not known", and costs the others nothing.
func TestAskKnowsWhatIsSaidInTime(t *testing.T) {
	t.Parallel()
	links := Inventory{Links: []Link{{AccountHash: "a", Kind: lifecycle.BindingOwner}}}
	says := func(context.Context) (Inventory, error) { return links, nil }
	ready := func(context.Context) (Preflight, error) { return Preflight{Eligibility: Eligible}, nil }
	blocked := Preflight{Eligibility: Blocked, Blockers: []string{"subscription"}}
	kept := []Data{{Kind: "recordings", Erasable: true}}
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	registry, err := NewRegistry(map[string]Peer{
		"ready":   {Cloud: spoken{inventory: says, preflight: ready}},
		"blocked": {Cloud: spoken{inventory: says, preflight: func(context.Context) (Preflight, error) { return blocked, nil }}, Keeps: kept},
		"down":    {Cloud: spoken{inventory: func(context.Context) (Inventory, error) { return Inventory{}, ErrTemporary }, preflight: ready}},
		"half":    {Cloud: spoken{inventory: says, preflight: func(context.Context) (Preflight, error) { return Preflight{}, errors.New("x") }}},
		"mute":    {Cloud: spoken{inventory: says, preflight: func(context.Context) (Preflight, error) { return Preflight{}, nil }}},
		"liar":    {Cloud: spoken{inventory: says, preflight: func(context.Context) (Preflight, error) { return Preflight{Eligibility: "sure!"}, nil }}},
		"clumsy":  {Cloud: spoken{inventory: func(context.Context) (Inventory, error) { panic("secret") }, preflight: ready}},
		"deaf": {Cloud: spoken{inventory: func(context.Context) (Inventory, error) {
			<-release // whatever its context says
			return links, nil
		}, preflight: ready}, Keeps: kept},
	})
	if err != nil {
		t.Fatal(err)
	}
	names := append(registry.Names(), "unheard-of")
	got := registry.Ask(t.Context(), names, Request{Unit: "unt_1"}, 50*time.Millisecond)
	want := []Word{
		{Cloud: "blocked", Keeps: kept, Known: true, Inventory: links, Preflight: blocked},
		{Cloud: "clumsy"}, {Cloud: "deaf", Keeps: kept}, {Cloud: "down"}, {Cloud: "half"}, {Cloud: "liar"}, {Cloud: "mute"},
		{Cloud: "ready", Known: true, Inventory: links, Preflight: Preflight{Eligibility: Eligible}},
		{Cloud: "unheard-of"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

// A cloud that never answers costs so many goroutines and no more, and is asked
// again once it has answered.
func TestAskIsBounded(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked, release := 0, make(chan struct{})
	hangs := func(context.Context) (Inventory, error) {
		mu.Lock()
		asked++
		mu.Unlock()
		<-release
		return Inventory{}, nil
	}
	registry, err := NewRegistry(map[string]Peer{"slow": {Cloud: spoken{
		inventory: hangs, preflight: func(context.Context) (Preflight, error) { return Preflight{Eligibility: Eligible}, nil },
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 * askedAtOnce {
		if word := registry.Ask(t.Context(), []string{"slow"}, Request{}, time.Millisecond)[0]; word.Known {
			t.Fatal("it has answered")
		}
	}
	mu.Lock()
	if asked > askedAtOnce {
		t.Errorf("asked %d times at once, want at most %d", asked, askedAtOnce)
	}
	mu.Unlock()
	close(release)
	for deadline := time.Now().Add(10 * time.Second); ; {
		if registry.Ask(t.Context(), []string{"slow"}, Request{}, time.Second)[0].Known {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("it is not asked again")
		}
	}
}

func TestBlockerMessages(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"cloud.acme.blocker.in-use", "cloud.blocker.in-use", "cloud.blocker.other"}, BlockerMessages("acme", "in-use")); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"", "Your camera of 12 Main St", "a.b", "<script>"} {
		if diff := cmp.Diff([]string{"cloud.blocker.other"}, BlockerMessages("acme", text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
