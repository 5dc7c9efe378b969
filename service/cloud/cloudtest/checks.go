package cloudtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// check is one thing that holds for every honest cloud. It says what does not
// hold, so that the suite itself can be tested on clouds that must fail.
type check struct {
	name string
	run  func(context.Context, Fixture) error
}

func checks() []check {
	return []check{
		{"inventory lists what is bound", inventoryLists},
		{"inventory hides account names", inventoryHides},
		{"reading changes nothing", readingChangesNothing},
		{"revoke ends older partners alone", revokeEndsPartners},
		{"unbind ends what is older and leaves what is newer", unbindLeavesNewer},
		{"cut ends older sessions", cutEndsSessions},
		{"detach puts older recordings out of reach", detachHidesRecordings},
		{"delete deletes what lies within its bounds and nothing else", deletesWithin},
		{"rotate makes a newer credential", rotateRenews},
		{"notify is taken on once", notifyOnce},
		{"probe tells the truth before and after", probeTells},
		{"a repeat does no more", repeatsAreIdle},
		{"a lost answer is safe to repeat", lostAnswer},
		{"nothing but the asked unit changes", onlyTheUnit},
		{"errors have a kind and no secrets", errorsAreClean},
		{"a call ends with its context", contextEnds},
	}
}

// The accounts of the suite's world. None may ever be seen outside the cloud.
const (
	oldOwner   = "ada.lovelace@example.test"
	oldPartner = "partner-grant-4711"
	newOwner   = "grace.hopper@example.test"
	stranger   = "alan.turing@example.test"
)

// settle fills the cloud: an owner, a partner, a session and a recording of
// long ago on both units.
func (f Fixture) settle() {
	longAgo := f.Now().Add(-48 * time.Hour)
	for _, s := range []Subject{f.Unit, f.Other} {
		f.Bind(s.ID, oldOwner, lifecycle.BindingOwner, longAgo)
		f.Bind(s.ID, oldPartner, lifecycle.BindingPartner, longAgo.Add(time.Hour))
		f.Session(s.ID, longAgo.Add(2*time.Hour))
		f.Record(s.ID, longAgo.Add(3*time.Hour))
	}
}

func inventoryLists(ctx context.Context, f Fixture) error {
	f.settle()
	got, err := f.Cloud.Inventory(ctx, f.request(f.Unit))
	if err != nil {
		return err
	}
	if err := sameKinds(got.Links, lifecycle.BindingOwner, lifecycle.BindingPartner); err != nil {
		return err
	}
	for _, l := range got.Links {
		if !l.Since.IsZero() && !l.Since.Before(f.Now()) {
			return fmt.Errorf("a link of two days ago is said to stand since %s", l.Since)
		}
	}
	unknown := f.request(Subject{ID: "unt_nobody", Key: lifecycle.UnitKey{Brand: "nobody", Serial: "0"}})
	none, err := f.Cloud.Inventory(ctx, unknown)
	if err != nil || len(none.Links) > 0 {
		return fmt.Errorf("a unit that the cloud does not know: %v, %w", none.Links, err)
	}
	return nil
}

func inventoryHides(ctx context.Context, f Fixture) error {
	f.settle()
	mine, err := f.Cloud.Inventory(ctx, f.request(f.Unit))
	if err != nil {
		return err
	}
	other, err := f.Cloud.Inventory(ctx, f.request(f.Other))
	if err != nil {
		return err
	}
	for _, l := range mine.Links {
		if l.AccountHash == "" {
			return errors.New("a link without an account hash")
		}
		for _, secret := range []string{oldOwner, oldPartner} {
			if strings.Contains(l.AccountHash, secret) || strings.Contains(secret, l.AccountHash) {
				return fmt.Errorf("the inventory names an account: %q", l.AccountHash)
			}
		}
		if !other.Has(l.AccountHash, l.Kind) {
			return errors.New("the same account has another hash on another unit")
		}
	}
	return nil
}

func readingChangesNothing(ctx context.Context, f Fixture) error {
	f.settle()
	before, err := f.facts(ctx, f.Unit)
	if err != nil {
		return err
	}
	for range 2 {
		if _, err := f.Cloud.Preflight(ctx, f.request(f.Unit)); err != nil {
			return err
		}
		f.Pass(f.Delay)
		after, err := f.facts(ctx, f.Unit)
		if err != nil {
			return err
		}
		if diff := before.diff(after); diff != "" {
			return fmt.Errorf("reading changed what is read (-before +after):\n%s", diff)
		}
	}
	return nil
}

func revokeEndsPartners(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	f.Pass(time.Minute)
	f.Bind(f.Unit.ID, newOwner, lifecycle.BindingPartner, f.Now())
	if err := f.Cloud.Revoke(ctx, r); err != nil {
		return err
	}
	f.Pass(f.Delay)
	got, err := f.Cloud.Inventory(ctx, r)
	if err != nil {
		return err
	}
	return sameKinds(got.Links, lifecycle.BindingOwner, lifecycle.BindingPartner)
}

func unbindLeavesNewer(ctx context.Context, f Fixture) error {
	f.settle()
	f.Bind(f.Unit.ID, stranger, lifecycle.BindingMember, f.Now().Add(-time.Millisecond))
	r := f.request(f.Unit)
	f.Bind(f.Unit.ID, newOwner, lifecycle.BindingOwner, r.Before) // not before Before
	if err := f.Cloud.Unbind(ctx, r); err != nil {
		return err
	}
	f.Pass(f.Delay)
	got, err := f.Cloud.Inventory(ctx, r)
	if err != nil {
		return err
	}
	if err := sameKinds(got.Links, lifecycle.BindingOwner); err != nil {
		return err
	}
	if got.Links[0].Since.Before(r.Before) {
		return errors.New("the older owner is left, and the newer one is gone")
	}
	return nil
}

func cutEndsSessions(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	if err := f.Cloud.Cut(ctx, r); err != nil {
		return err
	}
	f.Pass(f.Delay)
	probe, err := f.Cloud.Probe(ctx, r)
	if err != nil {
		return err
	}
	if probe.Sessions.OlderThan(r.Before) {
		return errors.New("a session of before still runs")
	}
	f.Session(f.Unit.ID, f.Now())
	if err := f.Cloud.Cut(ctx, r); err != nil {
		return err
	}
	f.Pass(f.Delay)
	if probe, err = f.Cloud.Probe(ctx, r); err != nil {
		return err
	}
	if !probe.Sessions.Any {
		return errors.New("a session that began later was cut")
	}
	return nil
}

func detachHidesRecordings(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	if err := f.Cloud.Detach(ctx, r); err != nil {
		return err
	}
	f.Pass(f.Delay)
	probe, err := f.Cloud.Probe(ctx, r)
	if err != nil {
		return err
	}
	if probe.Recordings.OlderThan(r.Before) {
		return errors.New("a recording of before is within reach")
	}
	f.Record(f.Unit.ID, f.Now())
	if err := f.Cloud.Detach(ctx, r); err != nil {
		return err
	}
	if probe, err = f.Cloud.Probe(ctx, r); err != nil {
		return err
	}
	if !probe.Recordings.Any {
		return errors.New("a recording made later was taken away")
	}
	return nil
}

// deletesWithin: an earlier owner's recordings, one's own, a later owner's.
func deletesWithin(ctx context.Context, f Fixture) error {
	r := f.request(f.Unit)
	r.From = r.Before.Add(-time.Hour)
	for _, at := range []time.Time{r.From.Add(-time.Minute), r.From, r.Before.Add(-time.Millisecond), r.Before} {
		f.Record(f.Unit.ID, at)
	}
	earlier, later := r, r
	earlier.From, earlier.Before = time.Time{}, r.From
	later.From, later.Before = r.Before, r.Before.Add(time.Hour)
	for range 2 { // a repeat does no more
		if err := f.Cloud.Detach(ctx, r); err != nil {
			return err
		}
		if err := f.Cloud.Delete(ctx, r); err != nil {
			return err
		}
		f.Pass(f.Delay)
		for _, want := range []struct {
			name    string
			request cloud.Request
			kept    cloud.Kept
		}{{"what was asked for", r, cloud.KeptNone}, {"what is older", earlier, cloud.KeptSome}, {"what is newer", later, cloud.KeptSome}} {
			probe, err := f.Cloud.Probe(ctx, want.request)
			if err != nil {
				return err
			}
			if probe.Kept != want.kept && probe.Kept != cloud.KeptUnknown {
				return fmt.Errorf("%s: the cloud keeps %q, want %q", want.name, probe.Kept, want.kept)
			}
			if !probe.Recordings.Any {
				return errors.New("a recording made later was taken away")
			}
		}
	}
	return nil
}

func rotateRenews(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	if err := f.Cloud.Rotate(ctx, r); err != nil {
		return err
	}
	f.Pass(f.Delay)
	probe, err := f.Cloud.Probe(ctx, r)
	if err != nil {
		return err
	}
	if probe.CredentialAt.IsZero() || probe.CredentialAt.Before(r.Before) {
		return fmt.Errorf("the credential is of %s, older than %s", probe.CredentialAt, r.Before)
	}
	return nil
}

func notifyOnce(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	first, err := f.Cloud.Notify(ctx, r)
	if err != nil {
		return err
	}
	f.Pass(time.Minute)
	again, err := f.Cloud.Notify(ctx, r)
	if err != nil {
		return err
	}
	if first.ID == "" || first != again {
		return fmt.Errorf("one order has the notices %q and %q", first.ID, again.ID)
	}
	return nil
}

func sameKinds(links []cloud.Link, want ...lifecycle.BindingKind) error {
	var got []lifecycle.BindingKind
	for _, l := range links {
		got = append(got, l.Kind)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("links of kinds %v, want %v", got, want)
	}
	return nil
}

// facts is everything that can be read of a unit.
type facts struct {
	Links []cloud.Link
	Probe cloud.Probe
}

func (f Fixture) facts(ctx context.Context, s Subject) (facts, error) {
	inventory, err := f.Cloud.Inventory(ctx, f.request(s))
	if err != nil {
		return facts{}, err
	}
	probe, err := f.Cloud.Probe(ctx, f.request(s))
	return facts{Links: inventory.Links, Probe: probe}, err
}

func (f facts) diff(other facts) string {
	byAccount := cmpopts.SortSlices(func(a, b cloud.Link) bool {
		return cmp.Or(cmp.Compare(a.AccountHash, b.AccountHash), cmp.Compare(a.Kind, b.Kind)) < 0
	})
	return gocmp.Diff(f, other, byAccount)
}
