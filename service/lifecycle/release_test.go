package lifecycle

import (
	"errors"
	"testing"
	"time"
)

// released is a unit whose owner let go of it, as it is then.
func released(t *testing.T, s Snapshot, erase bool) Snapshot {
	t.Helper()
	owner, _ := s.Owner()
	change, err := Release{
		Command: Command{Actor: Actor{Kind: ActorPerson, Person: owner.Account, Roles: []Role{RoleOwner}}, At: s.Unit.EpochAt.Add(time.Hour)},
		Order:   "ord_release", Erase: erase,
	}.Decide(s)
	if err != nil {
		t.Fatal(err)
	}
	return s.Apply(change)
}

// owned is a unit that somebody has, at two clouds.
func owned() Snapshot {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	return Snapshot{
		Unit:  Unit{ID: "unt_1", Key: UnitKey{Brand: "acme", Serial: "A1"}, State: StateBound, Epoch: 3, EpochAt: at},
		Model: Model{Clouds: []string{"one", "two"}},
		Bindings: []Binding{
			{ID: "bnd_1", Kind: BindingOwner, State: BindingLive, Account: "psn_a", Epoch: 3, LiveAt: at},
			{ID: "bnd_2", Kind: BindingMember, State: BindingLive, Account: "psn_b", Epoch: 3, LiveAt: at},
		},
	}
}

func TestReleaseAsksForDeletionOnlyWhereItsOwnerDid(t *testing.T) {
	t.Parallel()
	for _, erase := range []bool{false, true} {
		s := released(t, owned(), erase)
		if s.Unit.State != StateSold || s.Unit.EpochBy != EventRelease || len(s.LiveBindings()) != 0 {
			t.Errorf("erase %t: %+v", erase, s.Unit)
		}
		for _, cloud := range []string{"one", "two"} {
			x, owed := s.Deletion("bnd_1", cloud)
			if !owed || x.WantedAt.IsZero() == erase || !x.Before.Equal(s.Unit.EpochAt) || !x.From.Equal(owned().Unit.EpochAt) {
				t.Errorf("erase %t: %s owes %+v, %t", erase, cloud, x, owed)
			}
			if _, asked := s.Order.Task(TaskID(cloud, VerbDelete)); asked {
				t.Errorf("erase %t: %s is asked to delete by the order", erase, cloud)
			}
			if _, asked := s.Order.Task(TaskID(cloud, VerbDetach)); !asked {
				t.Errorf("erase %t: %s is not asked to put recordings out of reach", erase, cloud)
			}
		}
		if len(s.Deletions) != 2 {
			t.Errorf("erase %t: %d deletions, want the owner's in two clouds", erase, len(s.Deletions))
		}
	}
}

// A thief must not destroy evidence by a release; the release itself goes.
func TestNothingIsDeletedUnderAHold(t *testing.T) {
	t.Parallel()
	held := owned()
	held.Holds = []Hold{{ID: "hld_1", Kind: HoldStolen, PlacedBy: Actor{Person: "psn_a"}, PlacedAt: held.Unit.EpochAt}}
	if s := released(t, held, false); s.Unit.State != StateSold || MayErase(s) {
		t.Errorf("released under a hold: %s, may erase %t", s.Unit.State, MayErase(s))
	}
	_, err := Release{
		Command: Command{Actor: Actor{Kind: ActorPerson, Person: "psn_a"}, At: held.Unit.EpochAt.Add(time.Hour)}, Order: "ord_1", Erase: true,
	}.Decide(held)
	var refusal *Refusal
	if !errors.As(err, &refusal) || !refusal.Has("release.erase-held") {
		t.Errorf("deletion under a hold: %v", err)
	}
}

func TestReceiptStandsWhileTheUnitIsAsReleased(t *testing.T) {
	t.Parallel()
	s := released(t, owned(), false)
	receipt := ReleaseReceipt{Unit: s.Unit.ID, Epoch: s.Unit.Epoch, Last: true}
	with := func(change func(*Snapshot, *ReleaseReceipt)) bool {
		s, r := s, receipt
		change(&s, &r)
		return r.Stands(s)
	}
	tests := []struct {
		name   string
		change func(*Snapshot, *ReleaseReceipt)
		want   bool
	}{
		{"as released", func(*Snapshot, *ReleaseReceipt) {}, true},
		{"reset by hand since", func(s *Snapshot, _ *ReleaseReceipt) { s.Unit.Epoch++ }, true},
		{"another unit", func(_ *Snapshot, r *ReleaseReceipt) { r.Unit = "unt_2" }, false},
		{"bound again", func(s *Snapshot, _ *ReleaseReceipt) { s.Unit.State = StateBound }, false},
		{"taken back", func(s *Snapshot, _ *ReleaseReceipt) { s.Unit.State = StateReturned }, false},
		{"sold anew", func(s *Snapshot, _ *ReleaseReceipt) { s.Unit.Epoch, s.Unit.EpochBy = 9, EventSell }, false},
		{"released again by the next owner", func(s *Snapshot, r *ReleaseReceipt) { s.Unit.Epoch, r.Last = 9, false }, false},
		{"of an epoch to come", func(_ *Snapshot, r *ReleaseReceipt) { r.Epoch++ }, false},
	}
	for _, tt := range tests {
		if got := with(tt.change); got != tt.want {
			t.Errorf("%s: stands %t, want %t", tt.name, got, tt.want)
		}
	}
}
