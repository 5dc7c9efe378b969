package reset

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	before = noon.Add(-time.Hour)
	after  = noon.Add(time.Hour)
)

func links(kind lifecycle.BindingKind, since ...time.Time) []cloud.Link {
	var all []cloud.Link
	for _, at := range since {
		all = append(all, cloud.Link{AccountHash: "hash", Kind: kind, Since: at})
	}
	return all
}

func TestWhatShowsAnEffect(t *testing.T) {
	t.Parallel()
	const owner, partner = lifecycle.BindingOwner, lifecycle.BindingPartner
	inventory := func(l []cloud.Link) look { return look{before: noon, inventory: cloud.Inventory{Links: l}} }
	probe := func(p cloud.Probe) look { return look{before: noon, probed: true, probe: p} }
	cases := []struct {
		name string
		verb lifecycle.Verb
		look look
		want bool
	}{
		{"an older partner", "revoke", inventory(links(partner, before)), false},
		{"a partner without a date", "revoke", inventory(links(partner, time.Time{})), false},
		{"an older partner in the probe alone", "revoke", probe(cloud.Probe{Links: links(partner, before)}), false},
		{"a newer partner", "revoke", inventory(links(partner, after)), true},
		{"an older owner is no partner", "revoke", inventory(links(owner, before)), true},

		{"nobody", "unbind", inventory(nil), true},
		{"an older owner", "unbind", inventory(links(owner, before)), false},
		{"older and newer", "unbind", inventory(links(owner, after, before)), false},
		{"newer ones alone", "unbind", inventory(links(owner, noon, after)), true},
		{"without a date", "unbind", inventory(links(owner, time.Time{})), false},
		{"without a date, and ours", "unbind", look{before: noon, ours: []string{"hash"}, inventory: cloud.Inventory{Links: links(owner, time.Time{})}}, true},
		{"old, although ours", "unbind", look{before: noon, ours: []string{"hash"}, inventory: cloud.Inventory{Links: links(owner, before)}}, false},
		{"in the probe alone", "unbind", probe(cloud.Probe{Links: links(owner, before)}), false},

		{"nothing recorded", "detach", probe(cloud.Probe{}), true},
		{"not probed", "detach", inventory(nil), false},
		{"an older recording", "detach", probe(cloud.Probe{Recordings: cloud.Span{Any: true, Oldest: before, Newest: after}}), false},
		{"a newer recording", "detach", probe(cloud.Probe{Recordings: cloud.Span{Any: true, Oldest: after, Newest: after}}), true},

		{"a newer credential", "rotate", probe(cloud.Probe{CredentialAt: noon}), true},
		{"an older credential", "rotate", probe(cloud.Probe{CredentialAt: before}), false},
		{"a credential without a date", "rotate", probe(cloud.Probe{}), false},
		{"a credential nobody asked for", "rotate", inventory(nil), false},

		{"no session", "cut", probe(cloud.Probe{}), true},
		{"an older session", "cut", probe(cloud.Probe{Sessions: cloud.Span{Any: true, Oldest: before}}), false},
		{"a session without a date", "cut", probe(cloud.Probe{Sessions: cloud.Span{Any: true}}), false},
		{"a newer session", "cut", probe(cloud.Probe{Sessions: cloud.Span{Any: true, Oldest: noon}}), true},
		{"not probed", "cut", inventory(nil), false},

		{"no effect to see", "notify", probe(cloud.Probe{}), false},
		{"a probe proves itself elsewhere", "probe", probe(cloud.Probe{}), false},
	}
	for _, c := range cases {
		if _, got := c.look.shows(c.verb, lifecycle.Order{Before: noon}); got != c.want {
			t.Errorf("%s, %s: shows = %v, want %v", c.verb, c.name, got, c.want)
		}
	}
}

func TestEveryCloudVerbIsLookedForOrProvesItself(t *testing.T) {
	t.Parallel()
	for _, verb := range lifecycle.CloudVerbs() {
		_, shows := look{probed: true, probe: cloud.Probe{CredentialAt: noon}}.shows(verb, lifecycle.Order{Before: noon})
		if shows != acts(verb) {
			t.Errorf("%s: a dark cloud shows its effect: %v, it acts: %v", verb, shows, acts(verb))
		}
	}
}

func TestBoundMovesOnlyWhileAReturnIsOpen(t *testing.T) {
	t.Parallel()
	sub := after.Add(300 * time.Microsecond)
	cases := []struct {
		name string
		kind lifecycle.OrderKind
		look look
		want time.Time
	}{
		{"nothing newer", lifecycle.OrderReset, look{inventory: cloud.Inventory{Links: links("owner", before, time.Time{})}}, noon},
		{"a newer link", lifecycle.OrderReset, look{inventory: cloud.Inventory{Links: links("owner", before, after)}}, after.Add(time.Millisecond)},
		{"between two milliseconds", lifecycle.OrderReset, look{probe: cloud.Probe{Links: links("owner", sub)}}, after.Add(time.Millisecond)},
		{"at the bound itself", lifecycle.OrderReset, look{inventory: cloud.Inventory{Links: links("owner", noon)}}, noon.Add(time.Millisecond)},
		{"a newer session", lifecycle.OrderReset, look{probe: cloud.Probe{Sessions: cloud.Span{Any: true, Newest: after}}}, after.Add(time.Millisecond)},
		{"a newer recording", lifecycle.OrderReset, look{probe: cloud.Probe{Recordings: cloud.Span{Any: true, Newest: after}}}, after.Add(time.Millisecond)},
		{"a new owner's link", lifecycle.OrderCut, look{inventory: cloud.Inventory{Links: links("owner", after)}}, noon},
	}
	for _, c := range cases {
		got := c.look.bound(lifecycle.Order{Kind: c.kind, Before: noon})
		if !got.Equal(c.want) {
			t.Errorf("%s: bound %s, want %s", c.name, got, c.want)
		}
		c.look.before = got
		if c.kind == lifecycle.OrderReset {
			for _, link := range c.look.links() {
				if !link.OlderThan(got) {
					t.Errorf("%s: a link since %s would stay", c.name, link.Since)
				}
			}
		}
	}
}

func TestSightingsAreWhatChanged(t *testing.T) {
	t.Parallel()
	seen := func(account string, since, seenAt, goneAt time.Time) lifecycle.Sighting {
		return lifecycle.Sighting{Cloud: acme, AccountHash: account, Kind: lifecycle.BindingOwner, Since: since, SeenAt: seenAt, GoneAt: goneAt}
	}
	never := time.Time{}
	known := []lifecycle.Sighting{
		seen("stays", before, before, never),
		seen("goes", before, before, never),
		seen("went", before, before, noon),
		seen("comes-back", before, before, noon),
		{Cloud: "another", AccountHash: "elsewhere", Kind: lifecycle.BindingOwner, SeenAt: before},
	}
	l := look{at: after, inventory: cloud.Inventory{Links: []cloud.Link{
		{AccountHash: "stays", Kind: lifecycle.BindingOwner, Since: before.Add(time.Microsecond)}, // the clock of clouds is finer than ours
		{AccountHash: "comes-back", Kind: lifecycle.BindingOwner, Since: noon},
		{AccountHash: "new", Kind: lifecycle.BindingOwner, Since: noon},
		{AccountHash: "new", Kind: lifecycle.BindingOwner, Since: before}, // twice: the oldest counts
		{AccountHash: "dateless", Kind: lifecycle.BindingOwner},
	}}}
	want := []lifecycle.Sighting{
		seen("comes-back", noon, before, never),
		seen("new", before, after, never),
		seen("dateless", never, after, never),
		seen("goes", before, before, after),
	}
	if diff := cmp.Diff(want, l.sightings(known, acme)); diff != "" {
		t.Errorf("sightings (-want +got):\n%s", diff)
	}
}

func TestDarkNeedsBothReads(t *testing.T) {
	t.Parallel()
	lit := look{at: noon, inventory: cloud.Inventory{Links: links("owner", after)}, probe: cloud.Probe{CredentialRefused: true}}
	want := &lifecycle.Probe{Cloud: acme, At: noon, CredentialRefused: true}
	if diff := cmp.Diff(want, lit.dark(acme)); diff != "" {
		t.Errorf("a link in the inventory alone (-want +got):\n%s", diff)
	}
	if !(look{}).dark(acme).Dark {
		t.Error("nothing anywhere is not dark")
	}
}
