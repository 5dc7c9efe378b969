package owner_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

type boundBody struct {
	ID    lifecycle.BindingID
	State lifecycle.BindingState
}

func TestBindWithTheCredentialThatTheUnitReported(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, k.makes(t, unit)))
	if got.Status != 201 || decoded[boundBody](t, got).State != lifecycle.BindingLive {
		t.Fatalf("bind: %d %s", got.Status, got.Body)
	}
	if links := k.links(t, unit.ID); !slices.Equal(links, []string{k.hash(k.Owner)}) {
		t.Errorf("links in the cloud = %v, want the owner's", links)
	}
	s, err := k.World.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if binding, _ := s.Owner(); binding.AccountHash != k.hash(k.Owner) || binding.ProofHash != "" {
		t.Errorf("binding = %+v: wants the cloud's hash of the account, and no proof kept", binding)
	}
}

func TestBindWaitsForTheUnit(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, text := k.Sold(t), rand.Text()
	got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, shown(text)))
	if got.Status != 202 || decoded[boundBody](t, got).State != lifecycle.BindingPending {
		t.Fatalf("bind before the unit spoke: %d %s", got.Status, got.Body)
	}
	type mine struct {
		Units, Pending []struct{ Serial, State string }
	}
	before := decoded[mine](t, k.as(k.Owner).Get("/v1/mine"))
	if len(before.Units) != 0 || len(before.Pending) != 1 || before.Pending[0].State != "" {
		t.Errorf("while it waits: %+v", before)
	}
	if links := k.links(t, unit.ID); len(links) != 0 {
		t.Errorf("a pending binding has links %v", links)
	}
	k.reports(t, unit.ID, text)
	after := decoded[mine](t, k.as(k.Owner).Get("/v1/mine"))
	if len(after.Units) != 1 || len(after.Pending) != 0 || after.Units[0].State != "bound" {
		t.Errorf("confirmed: %+v", after)
	}
	if links := k.links(t, unit.ID); !slices.Equal(links, []string{k.hash(k.Owner)}) {
		t.Errorf("links after the owner looked = %v", links)
	}
}

func TestWhatABindIsTold(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		unit   func(t *testing.T, k *kit) (lifecycle.Unit, string)
		status int
		codes  []string
	}{
		"wrong code on a unit that waits": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.Sold(t)
			k.makes(t, unit)
			return unit, rand.Text()
		}, 409, []string{"bind.proof"}},
		"the last owner's code": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.Sold(t)
			old := k.makes(t, unit)
			k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, old))
			k.as(k.Owner).PostJSON("/v1/releases", keyBody(unit))
			k.makes(t, unit)
			return unit, old
		}, 409, []string{"bind.proof"}},
		"bound, without the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			return k.owned(t, k.Owner), rand.Text()
		}, 404, nil},
		"bound, with the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.owned(t, k.Owner)
			return unit, k.makes(t, unit)
		}, 409, []string{"bind.bound"}},
		"never sold, without the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			return k.Registered(t), rand.Text()
		}, 404, nil},
		"never sold, with the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.Registered(t)
			return unit, k.makes(t, unit)
		}, 409, []string{"bind.not-sold"}},
		"stolen and reset by hand, with the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.owned(t, k.Owner)
			k.as(k.Owner).PostJSON("/v1/mine/stolen", keyBody(unit))
			k.hardReset(t, unit.ID)
			return unit, k.makes(t, unit)
		}, 409, []string{"owner.held"}},
		"stolen and reset by hand, without the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.owned(t, k.Owner)
			k.as(k.Owner).PostJSON("/v1/mine/stolen", keyBody(unit))
			k.hardReset(t, unit.ID)
			return unit, rand.Text()
		}, 404, nil},
		"taken back, with the unit": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			unit := k.TakenBack(t)
			return unit, k.makes(t, unit)
		}, 409, []string{"bind.returned"}},
		"made up": {func(t *testing.T, k *kit) (lifecycle.Unit, string) {
			return lifecycle.Unit{Key: lifecycle.UnitKey{Brand: storetest.Brand, Serial: "NEVER-MADE"}}, rand.Text()
		}, 404, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			unit, proof := c.unit(t, k)
			got := k.as(k.Neighbour).PostJSON("/v1/bindings", bindBody(unit, proof))
			if got.Status != c.status {
				t.Fatalf("status %d, want %d: %s", got.Status, c.status, got.Body)
			}
			if diff := cmp.Diff(c.codes, codes(t, got)); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if state := got.Problem().State; state != "" {
				t.Errorf("the refusal tells the state %q", state)
			}
		})
	}
}

func TestBindIsThrottled(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	neighbour := k.as(k.Neighbour)
	status := 0
	for range 20 {
		got := neighbour.PostJSON("/v1/bindings", map[string]any{"brand": "acme", "serial": rand.Text(), "proof": rand.Text()})
		if status = got.Status; status == 429 {
			break
		}
	}
	if status != 429 {
		t.Fatalf("twenty serials tried, the last one answered %d", status)
	}
	unit := k.Sold(t)
	if got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, k.makes(t, unit))); got.Status != 201 {
		t.Errorf("somebody else has to wait too: %d %s", got.Status, got.Body)
	}
}

func TestUnbind(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	pending := decoded[boundBody](t, k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, rand.Text())))
	if got := k.as(k.Neighbour).Delete("/v1/bindings/" + string(pending.ID)); got.Status != 404 {
		t.Errorf("a stranger ends it: %d", got.Status)
	}
	if got := k.as(k.Owner).Delete("/v1/bindings/" + string(pending.ID)); got.Status != 204 {
		t.Fatalf("end a pending binding: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Owner).Delete("/v1/bindings/" + string(pending.ID)); got.Status != 404 {
		t.Errorf("end it twice: %d", got.Status)
	}
	got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, k.makes(t, unit)))
	live := decoded[boundBody](t, got)
	got = k.as(k.Owner).Delete("/v1/bindings/" + string(live.ID))
	if got.Status != 409 || !slices.Equal(codes(t, got), []string{"unbind.owner"}) {
		t.Errorf("end the owner's own: %d %s", got.Status, got.Body)
	}
}

func TestReleaseEndsItAndIsRepeatable(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.Clock.Add(time.Hour)
	ada := k.as(k.Owner).WithKey("release-key-1")
	first := ada.PostJSON("/v1/releases", keyBody(unit))
	if first.Status != 201 {
		t.Fatalf("release: %d %s", first.Status, first.Body)
	}
	k.Clock.Add(time.Hour)
	if again := ada.PostJSON("/v1/releases", keyBody(unit)); again.Status != 201 || again.Body != first.Body {
		t.Errorf("repeated: %d %s, want %s", again.Status, again.Body, first.Body)
	}
	if other := k.as(k.Owner).PostJSON("/v1/releases", keyBody(unit)); other.Status != 404 {
		t.Errorf("with another key: %d %s", other.Status, other.Body)
	}
	now := k.now(t, unit.ID)
	if now.State != lifecycle.StateSold || now.Epoch != unit.Epoch+1 || now.EpochBy != lifecycle.EventRelease {
		t.Errorf("unit after the release: state %s, epoch %d by %s", now.State, now.Epoch, now.EpochBy)
	}
}

func TestBindIsRepeatable(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	body := bindBody(unit, k.makes(t, unit))
	ada := k.as(k.Owner).WithKey("bind-key-1")
	first, again := ada.PostJSON("/v1/bindings", body), ada.PostJSON("/v1/bindings", body)
	if first.Status != 201 || again.Status != 201 || first.Body != again.Body {
		t.Errorf("first %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	body["proof"] = rand.Text()
	if other := ada.PostJSON("/v1/bindings", body); other.Status != 422 || other.Problem().Code != "key-reused" {
		t.Errorf("same key, another body: %d %s", other.Status, other.Body)
	}
}

func TestWhoMayNotBind(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	if got := k.as(k.Clerk).PostJSON("/v1/bindings", bindBody(unit, rand.Text())); got.Status != 403 {
		t.Errorf("a clerk: %d", got.Status)
	}
	for _, proof := range []string{rand.Text()[1:], rand.Text() + "A", "0" + rand.Text()[1:], "Ä" + rand.Text()[2:]} {
		got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, proof))
		if got.Status != 422 || !slices.Equal(codes(t, got), []string{"proof.shape"}) {
			t.Errorf("proof %q: %d %s", proof, got.Status, got.Body)
		}
	}
	got := k.as(k.Owner).PostJSON("/v1/bindings", map[string]any{"brand": "no brand", "serial": "", "proof": ""})
	if got.Status != 422 || len(got.Problem().Reasons) != 3 {
		t.Errorf("three mistakes: %d %s", got.Status, got.Body)
	}
}
