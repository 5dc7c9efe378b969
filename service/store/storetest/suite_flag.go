package storetest

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

func flagScenarios() []scenario {
	return []scenario{
		{"the same cause is one flag", flagOnce},
		{"a resolved flag opens again", flagAgain},
		{"a flag that opens again keeps its history", flagHistory},
		{"a severity is never lowered", flagSeverity},
		{"a change opens a resolved flag again", flagAgainByChange},
		{"a change settles what stands, and raises nothing by it", flagSettledByChange},
		{"of many that find a cause at once one raises it, and one opens it again", flagRace},
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
	if first.News != lifecycle.FlagNew || again.News != lifecycle.FlagReopened || again.Reopened != 1 || !again.ReopenedAt.Equal(w.Clock.Now()) {
		t.Errorf("news %q and then %q, %d times, at %v", first.News, again.News, again.Reopened, again.ReopenedAt)
	}
	if seen := w.raise(t, w.flag(unit.ID, "ord_1")); seen.News != lifecycle.FlagSeenAgain || seen.Reopened != 1 {
		t.Errorf("seen once more: %+v, want no news", seen)
	}
}

// entries counts what the ledger says about a subject.
func (w *World) entries(t *testing.T, subject, event string) (n int) {
	t.Helper()
	w.settle(t)
	log := w.Ledger(t.Context())
	head, err := log.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := log.Entries(t.Context(), 0, head.Size)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range all {
		leaf, err := ledger.DecodeLeaf(entry.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if leaf.Subject == subject && leaf.Event == event {
			n++
		}
	}
	return n
}

func flagHistory(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	flag := w.raise(t, w.flag(unit.ID, "ord_1"))
	var want []lifecycle.FlagRound
	for round := 1; round <= 2; round++ {
		w.Clock.Add(time.Hour)
		done, err := w.WorkFlag(t.Context(), flag.ID, w.Officer.Person, lifecycle.FlagResolved)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(time.Hour)
		found := w.flag(unit.ID, "ord_1")
		found.Evidence = map[string]string{"cloud": Cloud, "attempts": strconv.Itoa(round)}
		again := w.raise(t, found)
		if again.Reopened != round || !again.FirstAt.Equal(flag.FirstAt) || !again.LastAt.Equal(w.Clock.Now()) {
			t.Errorf("round %d: %+v", round, again)
		}
		if diff := cmp.Diff(found.Evidence, again.Evidence); diff != "" {
			t.Errorf("evidence of the new finding (-want +got):\n%s", diff)
		}
		want = append([]lifecycle.FlagRound{{
			Number: round, Severity: done.Severity, Evidence: done.Evidence, DoneBy: done.DoneBy, DoneAt: done.DoneAt,
			ReopenedAt: w.Clock.Now(),
		}}, want...)
	}
	got, err := w.FlagRounds(t.Context(), flag.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("history: %v, (-want +got):\n%s", err, diff)
	}
	for event, want := range map[string]int{"raise": 1, "reopen": 2, "resolved": 2} {
		if got := w.entries(t, string(flag.ID), event); got != want {
			t.Errorf("%d entries %q on the ledger, want %d", got, event, want)
		}
	}
	if _, err := w.FlagRounds(t.Context(), "flg_none"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("history of no flag: %v, want ErrNotFound", err)
	}
}

func flagSeverity(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	var id lifecycle.FlagID
	for _, step := range []struct{ found, want lifecycle.Severity }{
		{lifecycle.SeverityMedium, lifecycle.SeverityMedium},
		{lifecycle.SeverityLow, lifecycle.SeverityMedium},
		{lifecycle.SeverityCritical, lifecycle.SeverityCritical},
		{lifecycle.SeverityHigh, lifecycle.SeverityCritical},
	} {
		flag := w.flag(unit.ID, "same")
		flag.Severity = step.found
		id = w.raise(t, flag).ID
		if read, err := w.Flag(t.Context(), id); err != nil || read.Severity != step.want {
			t.Errorf("found as %s it is %s, %v; want %s", step.found, read.Severity, err, step.want)
		}
	}
	if _, err := w.WorkFlag(t.Context(), id, w.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	low := w.flag(unit.ID, "same")
	low.Severity = lifecycle.SeverityLow
	if again := w.raise(t, low); again.Severity != lifecycle.SeverityCritical {
		t.Errorf("open again it is %s, want critical as before", again.Severity)
	}
}

func flagAgainByChange(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	raise := func() lifecycle.Flag {
		t.Helper()
		return w.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			change, err := w.CloudsProven(*s.Order)(s)
			change.Flags = []lifecycle.Flag{w.flag(unit.ID, "same")}
			return change, err
		}).Change.Flags[0]
	}
	first := raise()
	if _, err := w.WorkFlag(t.Context(), first.ID, w.Officer.Person, lifecycle.FlagAcknowledged); err != nil {
		t.Fatal(err)
	}
	if seen := raise(); seen.State != lifecycle.FlagAcknowledged || seen.News != lifecycle.FlagSeenAgain {
		t.Errorf("acknowledged and found again: %+v, want acknowledged still", seen)
	}
	if _, err := w.WorkFlag(t.Context(), first.ID, w.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	again := raise()
	if again.ID != first.ID || again.News != lifecycle.FlagReopened || again.State != lifecycle.FlagOpen || again.Reopened != 1 {
		t.Errorf("resolved and found again: %+v, want %s open again", again, first.ID)
	}
	if rounds, err := w.FlagRounds(t.Context(), first.ID); err != nil || len(rounds) != 1 || rounds[0].DoneBy != w.Officer.Person {
		t.Errorf("history %+v, %v; want one round, settled by the officer", rounds, err)
	}
}

func flagSettledByChange(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	settle := func() []lifecycle.Flag {
		t.Helper()
		return w.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			change, err := w.CloudsProven(*s.Order)(s)
			change.Flags = []lifecycle.Flag{{
				Kind: lifecycle.FlagStuckReset, Cause: "same", State: lifecycle.FlagResolved, DoneBy: w.Officer.Person, DoneAt: w.Clock.Now(),
			}}
			return change, err
		}).Change.Flags
	}
	if got := settle(); len(got) != 0 {
		t.Errorf("none stands, and the change says %+v", got)
	}
	raised := w.raise(t, w.flag(unit.ID, "same"))
	other := w.raise(t, w.flag(unit.ID, "other"))
	if _, err := w.WorkFlag(t.Context(), raised.ID, w.Officer.Person, lifecycle.FlagAcknowledged); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	settled := settle()
	if len(settled) != 1 || settled[0].ID != raised.ID || settled[0].News != lifecycle.FlagSettled {
		t.Fatalf("settled %+v, want %s", settled, raised.ID)
	}
	want := settled[0]
	want.News = "" // not kept
	read, err := w.Flag(t.Context(), raised.ID)
	if diff := cmp.Diff(want, read); err != nil || diff != "" {
		t.Errorf("flag: %v, (-change +read):\n%s", err, diff)
	}
	if read.State != lifecycle.FlagResolved || !read.DoneAt.Equal(w.Clock.Now()) || read.Severity != raised.Severity || read.Evidence["cloud"] != Cloud {
		t.Errorf("settled it is %+v, want as it was raised, and resolved now", read)
	}
	if left, err := w.Flag(t.Context(), other.ID); err != nil || left.State != lifecycle.FlagOpen {
		t.Errorf("another cause is %s, %v; want it open", left.State, err)
	}
	if got := settle(); len(got) != 0 {
		t.Errorf("settled already, and the change says %+v", got)
	}
	if again := w.raise(t, w.flag(unit.ID, "same")); again.News != lifecycle.FlagReopened {
		t.Errorf("its cause is back: %+v, want it open again", again)
	}
}

func flagRace(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	rush := func() map[lifecycle.FlagNews]int {
		t.Helper()
		var mu sync.Mutex
		news := map[lifecycle.FlagNews]int{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				flag, err := w.RaiseFlag(t.Context(), w.flag(unit.ID, "rush"))
				if err != nil {
					t.Errorf("raise: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				news[flag.News]++
			})
		}
		wg.Wait()
		return news
	}
	if diff := cmp.Diff(map[lifecycle.FlagNews]int{lifecycle.FlagNew: 1, lifecycle.FlagSeenAgain: 7}, rush()); diff != "" {
		t.Errorf("eight found it (-want +got):\n%s", diff)
	}
	flags, _, err := w.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 {
		t.Fatalf("flags %+v, %v; want one", flags, err)
	}
	if _, err := w.WorkFlag(t.Context(), flags[0].ID, w.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[lifecycle.FlagNews]int{lifecycle.FlagReopened: 1, lifecycle.FlagSeenAgain: 7}, rush()); diff != "" {
		t.Errorf("eight found it again (-want +got):\n%s", diff)
	}
	if got := w.entries(t, string(flags[0].ID), "reopen"); got != 1 {
		t.Errorf("%d entries of its opening again, want one", got)
	}
}

func flagOfChange(t *testing.T, w *World) {
	unit := w.TakenBack(t)
	s := w.snapshot(t, unit.ID)
	outcome := w.Must(t, unit.ID, lifecycle.Attest{
		Command: w.By(w.Clerk), Order: s.Order.ID, Check: lifecycle.CheckCodesAgree, Pass: false,
	}.Decide)
	if len(outcome.Change.Flags) != 1 || outcome.Change.Flags[0].ID == "" || outcome.Change.Flags[0].News != lifecycle.FlagNew {
		t.Fatalf("flags %+v, want one new one with an id", outcome.Change.Flags)
	}
	raised := outcome.Change.Flags[0]
	raised.News = "" // not kept
	read, err := w.Flag(t.Context(), raised.ID)
	if diff := cmp.Diff(raised, read); err != nil || diff != "" {
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
