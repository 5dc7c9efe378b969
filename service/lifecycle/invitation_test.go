package lifecycle_test

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestWhomAnInvitationConcerns(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	named := lifecycle.Invitation{Unit: "unt_1", Epoch: 3, Maker: "psn_ada", Binding: lifecycle.Binding{
		ID: "bnd_1", Kind: lifecycle.BindingMember, State: lifecycle.BindingPending, Account: "psn_bob", Epoch: 3,
		CreatedAt: noon, OfferedUntil: noon.Add(lifecycle.OfferForNamed),
	}}
	shown := named
	shown.Binding.Account, shown.Binding.OfferedUntil = "", noon.Add(lifecycle.OfferForFaceToFace)
	cases := []struct {
		name   string
		start  lifecycle.Invitation
		change func(*lifecycle.Invitation)
		// who is concerned of maker, named and stranger
		maker, bob, stranger bool
	}{
		{"named, waiting", named, func(*lifecycle.Invitation) {}, true, true, false},
		{"named, ended", named, func(i *lifecycle.Invitation) { i.Binding.State = lifecycle.BindingEnded }, false, true, false},
		{"named, the unit moved on", named, func(i *lifecycle.Invitation) { i.Epoch = 4 }, false, true, false},
		{"named, not answered in time", named, func(i *lifecycle.Invitation) { i.Binding.OfferedUntil = noon }, false, true, false},
		{"shown, waiting", shown, func(*lifecycle.Invitation) {}, true, true, true},
		{"shown, taken", shown, func(i *lifecycle.Invitation) {
			i.Binding.State, i.Binding.Account = lifecycle.BindingLive, "psn_bob"
		}, false, true, true},
		{"shown, the unit moved on", shown, func(i *lifecycle.Invitation) {
			i.Epoch, i.Binding.State = 4, lifecycle.BindingEnded
		}, false, true, true},
		{"none", lifecycle.Invitation{}, func(*lifecycle.Invitation) {}, false, false, false},
	}
	for _, c := range cases {
		c.change(&c.start)
		for person, want := range map[lifecycle.PersonID]bool{"psn_ada": c.maker, "psn_bob": c.bob, "psn_eve": c.stranger, "": false} {
			if got := c.start.Concerns(person, noon.Add(time.Minute)); got != want {
				t.Errorf("%s: concerns %q %v, want %v", c.name, person, got, want)
			}
		}
	}
}
