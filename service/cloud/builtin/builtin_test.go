package builtin

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

// tables is the cloud's door over two maps, as the store keeps it.
type tables struct {
	mu    sync.Mutex // guards all
	links []lifecycle.CloudLink
	units map[lifecycle.UnitID]lifecycle.CloudUnit
	clips map[lifecycle.UnitID][]time.Time
	saved int
	fault func(change func()) error // the next call's, once
}

func (t *tables) do(ctx context.Context, change func()) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if fault := t.fault; fault != nil {
		t.fault = nil
		return fault(change)
	}
	change()
	return nil
}

func (t *tables) CloudLinks(ctx context.Context, unit lifecycle.UnitID) ([]lifecycle.CloudLink, error) {
	var found []lifecycle.CloudLink
	err := t.do(ctx, func() {
		for _, l := range t.links {
			if l.Unit == unit {
				found = append(found, l)
			}
		}
	})
	return found, err
}

func (t *tables) LinkCloudAccount(ctx context.Context, link lifecycle.CloudLink) error {
	return t.do(ctx, func() {
		t.links = slices.DeleteFunc(t.links, func(l lifecycle.CloudLink) bool {
			return l.Unit == link.Unit && l.Account == link.Account && l.Kind == link.Kind
		})
		t.links = append(t.links, link)
	})
}

func (t *tables) EndCloudLinks(ctx context.Context, unit lifecycle.UnitID, before, goneAt time.Time, kinds []lifecycle.BindingKind) error {
	return t.do(ctx, func() {
		for i, l := range t.links {
			meant := len(kinds) == 0 || slices.Contains(kinds, l.Kind)
			if l.Unit == unit && meant && l.Since.Before(before) && l.GoneAt.IsZero() {
				t.links[i].GoneAt = goneAt
			}
		}
	})
}

func (t *tables) CloudUnit(ctx context.Context, unit lifecycle.UnitID) (lifecycle.CloudUnit, error) {
	var row lifecycle.CloudUnit
	err := t.do(ctx, func() { row = t.units[unit] })
	return row, err
}

func (t *tables) ChangeCloudUnit(ctx context.Context, unit lifecycle.UnitID, change func(*lifecycle.CloudUnit)) error {
	return t.do(ctx, func() {
		row := t.units[unit]
		row.Unit = unit
		change(&row)
		t.units[unit] = row
		t.saved++
	})
}

func (t *tables) CloudRecordings(ctx context.Context, unit lifecycle.UnitID, from, before time.Time) (lifecycle.CloudRecordings, error) {
	var found lifecycle.CloudRecordings
	err := t.do(ctx, func() {
		for _, at := range t.clips[unit] {
			if !clipWithin(at, from, before) {
				continue
			}
			if found.Oldest.IsZero() || at.Before(found.Oldest) {
				found.Oldest = at
			}
			found.Newest = latest(found.Newest, at)
		}
	})
	return found, err
}

func (t *tables) AddCloudRecording(ctx context.Context, unit lifecycle.UnitID, at time.Time) error {
	return t.do(ctx, func() { t.clips[unit] = append(t.clips[unit], at) })
}

func (t *tables) DeleteCloudRecordings(ctx context.Context, unit lifecycle.UnitID, from, before time.Time) error {
	return t.do(ctx, func() {
		t.clips[unit] = slices.DeleteFunc(t.clips[unit], func(at time.Time) bool { return clipWithin(at, from, before) })
	})
}

func clipWithin(at, from, before time.Time) bool {
	return !at.Before(from) && (before.IsZero() || at.Before(before))
}

// next arms a fault for the next call that reads or writes.
func (t *tables) next(fault func(change func()) error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fault = fault
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const delay = 30 * time.Second

func open(t *testing.T) (*Cloud, *tables, *clock) {
	t.Helper()
	clock := &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	door := &tables{units: map[lifecycle.UnitID]lifecycle.CloudUnit{}, clips: map[lifecycle.UnitID][]time.Time{}}
	return New(Config{Door: door, Now: clock.now, Delay: delay, AccountHash: cloudtest.Hash}), door, clock
}

func TestConformance(t *testing.T) {
	t.Parallel()
	cloudtest.Run(t, func(t *testing.T) cloudtest.Fixture {
		c, door, clock := open(t)
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		return cloudtest.Fixture{
			Cloud: c, Delay: delay, Now: clock.now, Pass: clock.pass,
			Unit:  cloudtest.Subject{ID: "unt_a", Key: lifecycle.UnitKey{Brand: "acme", Serial: "A-0001"}},
			Other: cloudtest.Subject{ID: "unt_b", Key: lifecycle.UnitKey{Brand: "acme", Serial: "A-0002"}},
			Bind: func(unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) {
				must(c.LinkSince(context.Background(), unit, account, kind, since))
			},
			Session: func(unit lifecycle.UnitID, at time.Time) { must(c.Session(context.Background(), unit, at)) },
			Record:  func(unit lifecycle.UnitID, at time.Time) { must(c.Record(context.Background(), unit, at)) },
			Lose: func() {
				door.next(func(change func()) error {
					change()
					return errors.New("disk I/O error")
				})
			},
			Break: func(secret string) { door.next(func(func()) error { return errors.New(secret) }) },
		}
	})
}

func TestLinkBeginsNowAndBeginsAnew(t *testing.T) {
	t.Parallel()
	c, door, clock := open(t)
	ctx := t.Context()
	r := cloud.Request{Unit: "unt_a", Order: "ord_1", Before: clock.now().Add(time.Second)}
	if err := c.Link(ctx, "unt_a", "ada", lifecycle.BindingOwner); err != nil {
		t.Fatal(err)
	}
	if err := c.Unbind(ctx, r); err != nil {
		t.Fatal(err)
	}
	clock.pass(delay)
	if got, err := c.Inventory(ctx, r); err != nil || len(got.Links) != 0 {
		t.Fatalf("after the delay: %v, %v", got, err)
	}
	if err := c.Link(ctx, "unt_a", "ada", lifecycle.BindingOwner); err != nil {
		t.Fatal(err)
	}
	want := []cloud.Link{{AccountHash: cloudtest.Hash("ada"), Kind: lifecycle.BindingOwner, Since: clock.now()}}
	got, err := c.Inventory(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Links); diff != "" {
		t.Errorf("linked again (-want +got):\n%s", diff)
	}
	if len(door.links) != 1 || c.AccountHash("ada") != cloudtest.Hash("ada") {
		t.Errorf("%d rows, hash %q", len(door.links), c.AccountHash("ada"))
	}
}

// TestUnbindPropagates: the inventory and the probe go on reporting the link
// to the last millisecond of the delay.
func TestUnbindPropagates(t *testing.T) {
	t.Parallel()
	c, _, clock := open(t)
	ctx := t.Context()
	if err := c.LinkSince(ctx, "unt_a", "ada", lifecycle.BindingOwner, clock.now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	r := cloud.Request{Unit: "unt_a", Order: "ord_1", Before: clock.now()}
	if err := c.Unbind(ctx, r); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		pass  time.Duration
		links int
	}{{0, 1}, {delay - time.Millisecond, 1}, {time.Millisecond, 0}} {
		clock.pass(step.pass)
		inventory, err := c.Inventory(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		probe, err := c.Probe(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if len(inventory.Links) != step.links || len(probe.Links) != step.links {
			t.Errorf("%s later: %d in the inventory, %d in the probe, want %d", step.pass, len(inventory.Links), len(probe.Links), step.links)
		}
	}
}

func TestRepeatsWriteNothing(t *testing.T) {
	t.Parallel()
	c, door, clock := open(t)
	ctx := t.Context()
	r := cloud.Request{Unit: "unt_a", Order: "ord_1", Before: clock.now()}
	verbs := []func(context.Context, cloud.Request) error{c.Detach, c.Rotate, c.Cut, func(ctx context.Context, r cloud.Request) error {
		_, err := c.Notify(ctx, r)
		return err
	}}
	for _, want := range []int{len(verbs), len(verbs)} {
		for _, verb := range verbs {
			if err := verb(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		if door.saved != want {
			t.Errorf("%d rows written, want %d", door.saved, want)
		}
		clock.pass(time.Second)
	}
}

func TestPreflightSaysThatASessionWillEnd(t *testing.T) {
	t.Parallel()
	c, _, clock := open(t)
	ctx := t.Context()
	r := cloud.Request{Unit: "unt_a", Order: "ord_1", Before: clock.now()}
	quiet, err := c.Preflight(ctx, r)
	if err != nil || quiet.Eligibility != cloud.Eligible {
		t.Errorf("without a session: %v, %v", quiet, err)
	}
	if err := c.Session(ctx, "unt_a", clock.now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	want := cloud.Preflight{Eligibility: cloud.SideEffects, Blockers: []string{"session-ends"}}
	got, err := c.Preflight(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with a session (-want +got):\n%s", diff)
	}
}

func TestCloudNeverSaysThatACredentialWasTried(t *testing.T) {
	t.Parallel()
	c, _, clock := open(t)
	r := cloud.Request{Unit: "unt_a", Order: "ord_1", Before: clock.now()}
	if err := c.Rotate(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	probe, err := c.Probe(t.Context(), r)
	if err != nil || probe.CredentialRefused || probe.CredentialAt.Before(r.Before) {
		t.Errorf("probe = %+v, %v", probe, err)
	}
}
