package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func flagScenarios() []scenario {
	return []scenario{
		{"the same cause is one flag", flagOnce},
		{"a resolved flag opens again", flagAgain},
		{"a change raises its flags", flagOfChange},
		{"a cause that stands twice in a change is one flag", flagTwice},
		{"flags are listed by every filter, newest first", flagsListed},
		{"a flag about no unit", flagOfNone},
	}
}

func (w *World) flag(unit lifecycle.UnitID, cause string) lifecycle.Flag {
	return lifecycle.Flag{
		Unit: unit, Kind: lifecycle.FlagStuckReset, Cause: cause, Severity: lifecycle.SeverityHigh, Org: w.Retailer.ID,
		Evidence: map[string]string{"cloud": Cloud}, FirstAt: w.Clock.Now(), LastAt: w.Clock.Now(),
	}
}

func (w *World) raise(t *testing.T, flag lifecycle.Flag) lifecycle.Flag {
	t.Helper()
	raised, err := w.RaiseFlag(t.Context(), flag)
	if err != nil {
		t.Fatalf("raise flag: %v", err)
	}
	return raised
}

func flagOnce(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	first := w.raise(t, w.flag(unit.ID, "ord_1"))
	if _, err := w.WorkFlag(t.Context(), first.ID, w.Officer.Person, lifecycle.FlagAcknowledged); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	second := w.raise(t, w.flag(unit.ID, "ord_1"))
	if second.ID != first.ID || !second.FirstAt.Equal(first.FirstAt) || !second.LastAt.Equal(w.Clock.Now()) {
		t.Errorf("seen again: %+v, want %s since %v, last now", second, first.ID, first.FirstAt)
	}
	if second.State != lifecycle.FlagAcknowledged || second.DoneBy != w.Officer.Person {
		t.Errorf("seen again it is %s by %q, want acknowledged as before", second.State, second.DoneBy)
	}
	read, err := w.Flag(t.Context(), first.ID)
	if diff := cmp.Diff(second, read); err != nil || diff != "" {
		t.Errorf("flag: %v, (-raised +read):\n%s", err, diff)
	}
	if other := w.raise(t, w.flag(unit.ID, "ord_2")); other.ID == first.ID {
		t.Error("another cause is the same flag")
	}
}

func flagAgain(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	first := w.raise(t, w.flag(unit.ID, "ord_1"))
	done, err := w.WorkFlag(t.Context(), first.ID, w.Officer.Person, lifecycle.FlagResolved)
	if err != nil || done.State != lifecycle.FlagResolved || !done.DoneAt.Equal(w.Clock.Now()) {
		t.Fatalf("resolved: %+v, %v", done, err)
	}
	again := w.raise(t, w.flag(unit.ID, "ord_1"))
	if again.ID != first.ID || again.State != lifecycle.FlagOpen || again.DoneBy != "" || !again.DoneAt.IsZero() {
		t.Errorf("its cause came back: %+v, want %s open, done by nobody", again, first.ID)
	}
}

func flagOfChange(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	s := w.snapshot(t, unit.ID)
	outcome := w.Must(t, unit.ID, lifecycle.Attest{
		Command: w.By(w.Clerk), Order: s.Order.ID, Check: lifecycle.CheckCodesAgree, Pass: false,
	}.Decide)
	if len(outcome.Change.Flags) != 1 || outcome.Change.Flags[0].ID == "" {
		t.Fatalf("flags %+v, want one with an id", outcome.Change.Flags)
	}
	read, err := w.Flag(t.Context(), outcome.Change.Flags[0].ID)
	if diff := cmp.Diff(outcome.Change.Flags[0], read); err != nil || diff != "" {
		t.Errorf("flag: %v, (-answered +read):\n%s", err, diff)
	}
}

func flagTwice(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	outcome := w.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		change, err := w.CloudsProven(*s.Order)(s)
		change.Flags = []lifecycle.Flag{w.flag(unit.ID, "same"), w.flag(unit.ID, "same"), w.flag(unit.ID, "other")}
		return change, err
	})
	if got := len(outcome.Change.Flags); got != 2 {
		t.Errorf("%d flags, want 2", got)
	}
}

func flagsListed(t *testing.T, w *World) {
	unit, other := w.TakenBack(t), w.TakenBack(t)
	var newest []lifecycle.FlagID
	for _, cause := range []string{"1", "2", "3"} {
		w.Clock.Add(time.Second)
		newest = append([]lifecycle.FlagID{w.raise(t, w.flag(unit.ID, cause)).ID}, newest...)
	}
	elsewhere := w.flag(other.ID, "1")
	elsewhere.Org, elsewhere.Kind = w.Warehouse.ID, lifecycle.FlagOtherStock
	w.Clock.Add(time.Second)
	elsewhere.FirstAt = w.Clock.Now()
	last := w.raise(t, elsewhere).ID
	if _, err := w.WorkFlag(t.Context(), last, w.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	all := append([]lifecycle.FlagID{last}, newest...)
	cases := []struct {
		name   string
		filter lifecycle.FlagFilter
		want   []lifecycle.FlagID
	}{
		{"all", lifecycle.FlagFilter{}, all},
		{"of the unit", lifecycle.FlagFilter{Unit: unit.ID}, newest},
		{"of the organisation", lifecycle.FlagFilter{Org: w.Retailer.ID}, newest},
		{"of the vendor", lifecycle.FlagFilter{Org: w.Vendor.ID}, all},
		{"of a kind", lifecycle.FlagFilter{Kind: lifecycle.FlagOtherStock}, []lifecycle.FlagID{last}},
		{"in a state", lifecycle.FlagFilter{State: lifecycle.FlagOpen}, newest},
		{"of the unit and the warehouse", lifecycle.FlagFilter{Unit: unit.ID, Org: w.Warehouse.ID}, nil},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, w.flags(t, c.filter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func (w *World) flags(t *testing.T, filter lifecycle.FlagFilter) []lifecycle.FlagID {
	t.Helper()
	var ids []lifecycle.FlagID
	page := lifecycle.Page{Limit: 2}
	for {
		flags, next, err := w.Flags(t.Context(), filter, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range flags {
			ids = append(ids, flag.ID)
		}
		if next == "" {
			return ids
		}
		page.After = next
	}
}

func flagOfNone(t *testing.T, w *World) {
	flag := w.flag("", "index 7")
	flag.Kind = lifecycle.FlagLedgerAudit
	raised := w.raise(t, flag)
	if read, err := w.Flag(t.Context(), raised.ID); err != nil || read.Unit != "" {
		t.Errorf("flag %+v, %v; want one about no unit", read, err)
	}
	if _, err := w.RaiseFlag(t.Context(), w.flag("unt_x", "1")); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("flag on an unknown unit: %v, want ErrNotFound", err)
	}
	if _, err := w.Flag(t.Context(), "flg_x"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("unknown flag: %v, want ErrNotFound", err)
	}
}
