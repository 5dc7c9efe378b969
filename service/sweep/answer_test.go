package sweep

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// counting counts how often a whole snapshot is read.
type counting struct {
	Units
	snapshots atomic.Int64
}

func (c *counting) Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	c.snapshots.Add(1)
	return c.Units.Snapshot(ctx, unit)
}

func TestTheSameAnswerAgainCostsNoSnapshot(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	units := &counting{Units: k.sweep.config.Units}
	k.sweep.config.Units = units
	unit := k.resold(t)
	k.run(t, SoldButBound)
	if got := units.snapshots.Load(); got != 1 {
		t.Errorf("%d snapshots for the first look at one unit, want 1", got)
	}
	k.Clock.Add(askAgain)
	if run := k.run(t, SoldButBound); run.Seen != 1 || run.Failed != 0 || units.snapshots.Load() != 1 {
		t.Errorf("seen %d, failed %d, %d snapshots; want 1, 0, and no new one", run.Seen, run.Failed, units.snapshots.Load())
	}
	// The owner lets go, and the cloud's link is nobody's whom we know.
	k.Must(t, unit.ID, lifecycle.Release{Command: k.By(k.Neighbour), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	if run := k.run(t, SoldButBound); run.Seen != 1 || run.Failed != 0 || units.snapshots.Load() != 2 {
		t.Errorf("seen %d, failed %d, %d snapshots after the release; want the same answer judged anew",
			run.Seen, run.Failed, units.snapshots.Load())
	}
}

func TestLooksAreNeverRepeatedInOneRun(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for range 3 {
		k.resold(t)
	}
	k.run(t, SoldButBound)
	k.Clock.Add(lifecycle.WatchFor)
	k.run(t, SoldButBound) // from now on they are asked about once a month
	for range 2 {
		if run := k.run(t, SoldButBound); run.Seen != 3 {
			t.Errorf("seen %d, want each of 3 once", run.Seen)
		}
	}
}

func TestDigestKnowsWhatIsNews(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	link := func(account string, since time.Time) cloud.Link {
		return cloud.Link{AccountHash: account, Kind: lifecycle.BindingOwner, Since: since}
	}
	say := func(links ...cloud.Link) []answer { return []answer{{"acme", cloud.Probe{Links: links}}} }
	base := digest(3, say(link("a", at), link("b", at)))
	if other := digest(3, say(link("b", at), link("a", at))); other != base {
		t.Error("the order of links is news")
	}
	news := map[string]string{
		"another version":      digest(4, say(link("a", at), link("b", at))),
		"another account":      digest(3, say(link("a", at), link("c", at))),
		"one account less":     digest(3, say(link("a", at))),
		"another date":         digest(3, say(link("a", at), link("b", at.Add(time.Second)))),
		"another cloud":        digest(3, []answer{{"other", cloud.Probe{Links: say(link("a", at), link("b", at))[0].Links}}}),
		"a session":            digest(3, []answer{{"acme", cloud.Probe{Sessions: cloud.Span{Any: true}}}}),
		"nobody":               digest(3, say()),
		"nobody, and refused":  digest(3, []answer{{"acme", cloud.Probe{CredentialRefused: true}}}),
		"two clouds, as above": digest(3, append(say(link("a", at)), answer{"other", cloud.Probe{Links: []cloud.Link{link("b", at)}}})),
	}
	seen := map[string]string{base: "the first answer"}
	for what, got := range news {
		if same, taken := seen[got]; taken {
			t.Errorf("%s is no news after %s", what, same)
		}
		seen[got] = what
	}
}
