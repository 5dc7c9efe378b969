package cloud

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestWhatHasNoDateMayBeOld(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		since time.Time
		want  bool
	}{
		{"without a date", time.Time{}, true},
		{"a moment before", noon.Add(-time.Millisecond), true},
		{"at the same instant", noon, false},
		{"later", noon.Add(time.Hour), false},
	}
	for _, c := range cases {
		if got := (Link{Since: c.since}).OlderThan(noon); got != c.want {
			t.Errorf("link %s: OlderThan = %v, want %v", c.name, got, c.want)
		}
		if got := (Span{Any: true, Oldest: c.since}).OlderThan(noon); got != c.want {
			t.Errorf("span %s: OlderThan = %v, want %v", c.name, got, c.want)
		}
	}
	if (Span{}).OlderThan(noon) {
		t.Error("an empty span holds nothing old")
	}
}

func TestDarkMeansNothingIsLeft(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		probe Probe
		want  bool
	}{
		{"nothing", Probe{}, true},
		{"a fresh credential is no light", Probe{CredentialAt: noon}, true},
		{"a link", Probe{Links: []Link{{Kind: lifecycle.BindingPartner}}}, false},
		{"a session", Probe{Sessions: Span{Any: true}}, false},
		{"a recording", Probe{Recordings: Span{Any: true}}, false},
	}
	for _, c := range cases {
		if got := c.probe.Dark(); got != c.want {
			t.Errorf("%s: Dark = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestInventoryTellsKindsApart(t *testing.T) {
	t.Parallel()
	inventory := Inventory{Links: []Link{{AccountHash: "a", Kind: lifecycle.BindingOwner}}}
	if !inventory.Has("a", lifecycle.BindingOwner) {
		t.Error("the owner is not found")
	}
	if inventory.Has("a", lifecycle.BindingPartner) || inventory.Has("b", lifecycle.BindingOwner) {
		t.Error("found what is not there")
	}
}

func TestErrorKindsMatchThroughWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("unbind: %w", &RateLimited{After: 3 * time.Second})
	if !errors.Is(err, ErrRateLimited) || errors.Is(err, ErrTemporary) {
		t.Errorf("%v does not match ErrRateLimited alone", err)
	}
	var limited *RateLimited
	if !errors.As(err, &limited) || limited.After != 3*time.Second {
		t.Errorf("the wait is lost in %v", err)
	}
}

type silent struct{ Cloud }

func TestRegistry(t *testing.T) {
	t.Parallel()
	registry, err := NewRegistry(map[string]Peer{
		"zeta":  {Cloud: silent{}},
		"acme1": {Cloud: silent{}, Delay: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"acme1", "zeta"}, registry.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	peer, err := registry.Peer("acme1")
	if err != nil || peer.Delay != time.Minute {
		t.Errorf("Peer = %v, %v", peer, err)
	}
	if _, err := registry.Peer("acme2"); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown cloud: %v, want ErrUnknown", err)
	}
}

func TestRegistryRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	cases := map[string]Peer{
		"":                                   {Cloud: silent{}},
		"Acme":                               {Cloud: silent{}},
		"acme.cloud":                         {Cloud: silent{}}, // a dot would split its task ids
		"a-name-that-goes-on-for-too-long-x": {Cloud: silent{}},
		"no-adapter":                         {},
		"backwards":                          {Cloud: silent{}, Delay: -time.Second},
	}
	for name, peer := range cases {
		if _, err := NewRegistry(map[string]Peer{name: peer}); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}
