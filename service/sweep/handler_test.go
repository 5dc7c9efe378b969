package sweep

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func site(t *testing.T, k *kit) *webtest.Site {
	t.Helper()
	handler, err := NewHandler(k.sweep)
	if err != nil {
		t.Fatal(err)
	}
	return webtest.New(t, handler.Mount, nil)
}

func principal(actor lifecycle.Actor) access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles}
}

func officerOf(org access.Organisation, id string) access.Principal {
	return access.Principal{
		Kind: access.KindPerson, Person: lifecycle.PersonID(id), Org: org.ID, OrgKind: org.Kind,
		Roles: []lifecycle.Role{lifecycle.RoleSecurityOfficer},
	}
}

// planted is a world with one old link, swept.
func planted(t *testing.T) (*kit, lifecycle.Flag) {
	t.Helper()
	k := newKit(t)
	before := k.Clock.Now().Add(time.Hour) // a link anew: one that ended stays ended
	unit := k.resold(t)
	k.link(t, unit, k.Owner, before)
	k.run(t, SoldButBound)
	return k, k.flags(t, unit.ID, SoldButBound)[0]
}

func TestOfficerReadsAndWorksAFlag(t *testing.T) {
	t.Parallel()
	k, flag := planted(t)
	officer := site(t, k).As(principal(k.Officer))
	var list web.List[flagJSON]
	officer.Get("/v1/flags?state=open&kind=sold-but-bound").Decode(&list)
	if len(list.Items) != 1 || list.Items[0].ID != flag.ID || list.Items[0].Unit.Brand != "acme" {
		t.Fatalf("list: %+v", list.Items)
	}
	for _, step := range []struct{ path, want string }{{"/acknowledge", "acknowledged"}, {"/resolve", "resolved"}} {
		answer := officer.PostJSON("/v1/flags/"+string(flag.ID)+step.path, map[string]any{})
		var worked flagJSON
		answer.Decode(&worked)
		if answer.Status != http.StatusOK || string(worked.State) != step.want {
			t.Errorf("%s: %d %s", step.path, answer.Status, answer.Body)
		}
	}
}

func TestFlagOfAnotherOrganisationLooksLikeNone(t *testing.T) {
	t.Parallel()
	k, flag := planted(t)
	stranger := site(t, k).As(officerOf(k.Retailer, "psn_stranger"))
	none := stranger.Get("/v1/flags/flg_none")
	for _, answer := range []*webtest.Response{
		stranger.Get("/v1/flags/" + string(flag.ID)),
		stranger.PostJSON("/v1/flags/"+string(flag.ID)+"/resolve", map[string]any{}),
	} {
		if answer.Status != http.StatusNotFound || string(answer.Body) != string(none.Body) {
			t.Errorf("%d %s, want %d %s", answer.Status, answer.Body, none.Status, none.Body)
		}
	}
	var list web.List[flagJSON]
	stranger.Get("/v1/flags").Decode(&list)
	if len(list.Items) != 0 {
		t.Errorf("a stranger's list: %+v", list.Items)
	}
}

func TestClerkSeesNoFlagsAndRunsNoSweep(t *testing.T) {
	t.Parallel()
	k, _ := planted(t)
	clerk := site(t, k).As(principal(k.Clerk))
	if got := clerk.Get("/v1/flags").Status; got != http.StatusForbidden {
		t.Errorf("flags: %d", got)
	}
	if got := clerk.PostJSON("/v1/sweeps/"+SoldButBound, nil).Status; got != http.StatusForbidden {
		t.Errorf("sweep: %d", got)
	}
}

func TestFlagThatCameBackAndSweepsByAPI(t *testing.T) {
	t.Parallel()
	k, flag := planted(t)
	officer := site(t, k).As(principal(k.Officer))
	if _, err := k.WorkFlag(t.Context(), flag.ID, k.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	settled := k.Clock.Now()
	k.Clock.Add(time.Hour)
	flag.LastAt, flag.Evidence = k.Clock.Now(), map[string]string{"cloud": "another"}
	if _, err := k.RaiseFlag(t.Context(), flag); err != nil {
		t.Fatal(err)
	}
	var back flagJSON
	officer.Get("/v1/flags/" + string(flag.ID)).Decode(&back)
	if back.State != lifecycle.FlagOpen || back.Reopened != 1 || !time.Time(back.ReopenedAt).Equal(k.Clock.Now()) {
		t.Errorf("flag: %+v", back)
	}
	if len(back.History) != 1 || !time.Time(back.History[0].DoneAt).Equal(settled) || back.History[0].Evidence["cloud"] == "another" {
		t.Errorf("history: %+v; want how it stood when it was settled", back.History)
	}
	if back.Evidence["cloud"] != "another" {
		t.Errorf("evidence %v; want that of the new finding", back.Evidence)
	}
	k.sweep.tick(t.Context())
	k.sweep.running.Wait()
	k.Clock.Add(26 * time.Hour)
	var sweeps web.List[statusJSON]
	officer.Get("/v1/sweeps").Decode(&sweeps)
	if len(sweeps.Items) != len(k.sweep.Jobs()) {
		t.Fatalf("sweeps: %+v", sweeps.Items)
	}
	for _, s := range sweeps.Items {
		if s.Standing != StandingMissed || s.Missed == 0 || time.Time(s.Since).IsZero() || !time.Time(s.Next).After(k.Clock.Now()) {
			t.Errorf("a day without any: %+v", s)
		}
		if (s.Job == SoldButBound) != (s.Last != nil) {
			t.Errorf("last run of %s: %+v; only sold-but-bound has run", s.Job, s.Last)
		}
	}
}

func TestSweepByRequest(t *testing.T) {
	t.Parallel()
	k, _ := planted(t)
	officer := site(t, k).As(principal(k.Officer))
	var run runJSON
	answer := officer.PostJSON("/v1/sweeps/"+StuckReset, map[string]any{})
	answer.Decode(&run)
	if answer.Status != http.StatusOK || run.Job != StuckReset {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	if got := officer.PostJSON("/v1/sweeps/nothing", map[string]any{}).Status; got != http.StatusNotFound {
		t.Errorf("unknown job: %d", got)
	}
	if got := officer.Get("/v1/flags?state=maybe").Status; got != http.StatusUnprocessableEntity {
		t.Errorf("unknown state: %d", got)
	}
}

func TestPagesOfTheOfficer(t *testing.T) {
	t.Parallel()
	k, flag := planted(t)
	officer := site(t, k).As(principal(k.Officer))
	list := officer.Get("/flags")
	if list.Status != http.StatusOK || !strings.Contains(string(list.Body), "Sold, but still bound") || !strings.Contains(string(list.Body), "Run now") {
		t.Errorf("list: %d\n%s", list.Status, list.Body)
	}
	one := officer.Get("/flags/" + string(flag.ID))
	if one.Status != http.StatusOK || !strings.Contains(string(one.Body), "I am on it") {
		t.Errorf("one: %d", one.Status)
	}
	worked := officer.PostForm("/flags/"+string(flag.ID), url.Values{"to": {"acknowledged"}})
	if worked.Status != http.StatusSeeOther {
		t.Errorf("work: %d %s", worked.Status, worked.Body)
	}
	k.Clock.Add(time.Second) // the next slot
	if ran := officer.PostForm("/flags/sweeps/"+SoldButBound, url.Values{}); ran.Status != http.StatusSeeOther {
		t.Errorf("run: %d %s", ran.Status, ran.Body)
	}
	if _, err := k.WorkFlag(t.Context(), flag.ID, k.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	k.Clock.Add(time.Hour)
	again := lifecycle.Flag{
		Unit: flag.Unit, Kind: flag.Kind, Cause: flag.Cause, Severity: flag.Severity, Org: flag.Org, FirstAt: k.Clock.Now(),
		LastAt: k.Clock.Now(), Evidence: map[string]string{"cloud": "acme"},
	}
	if _, err := k.RaiseFlag(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/flags", "/flags/" + string(flag.ID)} {
		if back := officer.Get(path); back.Status != http.StatusOK || !strings.Contains(string(back.Body), "Came back (1)") {
			t.Errorf("%s does not say that it came back: %d\n%s", path, back.Status, back.Body)
		}
	}
	k.sweep.tick(t.Context())
	k.sweep.running.Wait()
	k.Clock.Add(3 * time.Hour)
	for _, job := range k.sweep.jobs[:1] {
		h, err := k.sweep.history(t.Context(), job, k.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := k.sweep.alarm(t.Context(), job, judge(job.schedule, h, k.Clock.Now())); err != nil {
			t.Fatal(err)
		}
	}
	late := officer.Get("/flags")
	for _, want := range []string{"Missed", "A sweep does not run", "What is over, and deletes it"} {
		if !strings.Contains(string(late.Body), want) {
			t.Errorf("the page does not say %q:\n%s", want, late.Body)
		}
	}
	if dir := os.Getenv("QUITCLAIM_SCREENS"); dir != "" {
		officer.Shoot(dir, "/flags", "/flags/"+string(flag.ID))
	}
}
