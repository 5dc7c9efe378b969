package contest_test

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/bench/contest"
)

// kit is the room over the real store: a shop took a unit back without a
// receipt, and its former owner objects.
type kit struct {
	*storetest.World
	site *webtest.Site
	unit lifecycle.Unit
	hold lifecycle.HoldID
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	doors, err := contest.NewHandler(contest.New(contest.Config{
		Store: w.Store, Names: w.Store, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}))
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{World: w, hold: lifecycle.HoldID(storetest.NewID("hld"))}
	k.site = webtest.New(t, doors.Mount, func(c *web.Config) { c.Now = w.Clock.Now })
	k.unit = w.TakenBack(t)
	objects := lifecycle.Contest{Command: w.By(w.Owner), ID: k.hold}
	if _, err := w.AdvanceWithContest(t.Context(), k.unit.ID, w.Owner.Person, k.hold, "It never left my home.", objects.Decide); err != nil {
		t.Fatal(err)
	}
	return k
}

// officer is a security officer of an organisation.
func (k *kit) officer(person lifecycle.PersonID, org access.Organisation) *webtest.Client {
	return k.as(person, org, lifecycle.RoleSecurityOfficer)
}

func (k *kit) as(person lifecycle.PersonID, org access.Organisation, roles ...lifecycle.Role) *webtest.Client {
	return k.site.As(access.Principal{Kind: access.KindPerson, Person: person, Org: org.ID, OrgKind: org.Kind, Roles: roles, Name: "Olga Oak"})
}

func wants(t *testing.T, what string, got *webtest.Response, status int, texts ...string) {
	t.Helper()
	if got.Status != status {
		t.Fatalf("%s: status %d, want %d: %s", what, got.Status, status, got.Body)
	}
	for _, text := range texts {
		if !strings.Contains(got.Body, text) {
			t.Errorf("%s does not say %q:\n%s", what, text, got.Body)
		}
	}
}

func (k *kit) snapshot(t *testing.T) lifecycle.Snapshot {
	t.Helper()
	s, err := k.Snapshot(t.Context(), k.unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// One proposes, another confirms, and the unit is kept until a desk hands it
// over.
func TestTwoOfficersDecide(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	first, second := k.officer("psn_first", k.Retailer), k.officer("psn_second", k.Retailer)
	path := "/contests/" + string(k.hold)
	wants(t, "the list", first.Get("/contests"), 200, k.unit.Key.Serial, "Nobody has looked yet")
	wants(t, "the contest", first.Get(path), 200, "Cam One", "It never left my home.", "Two people decide, by", "Corner Shop", "How does it end?")
	wants(t, "no answer", first.PostForm(path+"/ruling", url.Values{}), 422, "This is needed.")
	wants(t, "a made-up answer", first.PostForm(path+"/ruling", url.Values{"answer": {"upheld/because"}}), 409, "Choose one of the reasons.")
	wants(t, "propose", first.PostForm(path+"/ruling", url.Values{"answer": {"upheld/was-stolen"}}), 303)
	wants(t, "who proposed", first.Get(path), 200, "A second person must confirm it.")
	wants(t, "confirms alone", first.PostForm(path+"/ruling", url.Values{"answer": {"upheld/was-stolen"}}), 409, "A second person must")
	wants(t, "the other", second.Get(path), 200, "I agree: decide it so", "It was stolen.")
	wants(t, "does not agree", second.PostForm(path+"/object", url.Values{}), 303)
	wants(t, "propose again", second.PostForm(path+"/ruling", url.Values{"answer": {"upheld/no-right-shown"}}), 303)
	wants(t, "confirm", first.PostForm(path+"/ruling", url.Values{"answer": {"upheld/no-right-shown"}}), 303)
	wants(t, "decided", second.Get(path), 200, "It goes back to its former owner", "cancel the return at the desk")
	if hold := k.snapshot(t).StandingHolds(); len(hold) != 1 || !hold[0].Ruling.Upheld() {
		t.Errorf("holds %+v, want it kept for its former owner", hold)
	}
}

func TestARejectedContestIsOver(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ruling := map[string]any{"outcome": "rejected", "reason": "nothing-shown"}
	path := "/v1/contests/" + string(k.hold)
	wants(t, "propose", k.officer("psn_first", k.Retailer).PostJSON(path+"/ruling", ruling), 200, `"decided":false`)
	wants(t, "confirm", k.officer("psn_second", k.Retailer).PostJSON(path+"/ruling", ruling), 200, `"decided":true`)
	if hold := k.snapshot(t).StandingHolds(); len(hold) != 0 {
		t.Errorf("holds %+v, want none", hold)
	}
	wants(t, "afterwards", k.officer("psn_first", k.Retailer).Get(path), 404)
	wants(t, "the list", k.officer("psn_first", k.Retailer).Get("/v1/contests"), 200, `"items":[]`)
}

// Whoever has the unit decides, and nobody else hears of it: not its vendor, not
// another shop, not a clerk of the same one.
func TestOnlyWhoHasTheUnitDecides(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	path := "/v1/contests/" + string(k.hold)
	ruling := map[string]any{"outcome": "rejected", "reason": "nothing-shown"}
	for what, who := range map[string]*webtest.Client{
		"the vendor":      k.officer("psn_vendor", k.Vendor),
		"the warehouse":   k.officer("psn_house", k.Warehouse),
		"an organisation": k.officer("psn_none", access.Organisation{ID: "org_none", Kind: lifecycle.OrgRetailer}),
	} {
		never := who.Get("/v1/contests/hld_never")
		if got := who.Get(path); got.Status != 404 || got.Body != never.Body {
			t.Errorf("%s reads it: %d %s", what, got.Status, got.Body)
		}
		if got := who.PostJSON(path+"/ruling", ruling); got.Status != 404 || got.Body != never.Body {
			t.Errorf("%s decides it: %d %s", what, got.Status, got.Body)
		}
		if got := who.PostJSON(path+"/object", nil); got.Status != 404 {
			t.Errorf("%s objects: %d", what, got.Status)
		}
		wants(t, what, who.Get("/v1/contests"), 200, `"items":[]`)
	}
	if got := k.as("psn_clerk", k.Retailer, lifecycle.RoleClerk).Get(path); got.Status != 403 {
		t.Errorf("a clerk reads it: %d", got.Status)
	}
	wants(t, "an auditor reads", k.as("psn_aud", k.Retailer, lifecycle.RoleAuditor).Get("/contests/"+string(k.hold)), 200, "It never left my home.")
	if got := k.as("psn_aud", k.Retailer, lifecycle.RoleAuditor).PostJSON(path+"/ruling", ruling); got.Status != 403 {
		t.Errorf("an auditor decides: %d", got.Status)
	}
}

func TestALateContestSaysSo(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.Clock.Add(lifecycle.RulingDue + time.Hour)
	officer := k.officer("psn_first", k.Retailer)
	wants(t, "the list", officer.Get("/contests"), 200, "Late")
	wants(t, "the contest", officer.Get("/contests/"+string(k.hold)), 200, "This should have been decided by now.")
}

func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	codes := []string{"done.contest-decided", "done.contest-proposed", "done.contest-open"}
	for _, outcome := range lifecycle.RulingOutcomes() {
		codes = append(codes, "contest.outcome."+string(outcome), "mine.contest."+string(outcome))
		for _, reason := range lifecycle.RulingReasons(outcome) {
			codes = append(codes, "contest.why."+reason, "mine.contest.why."+reason)
		}
	}
	for _, code := range []string{
		"receipt", "unit-was-there", "released", "no-right", "customer-present", "two-clerks", "cancelled", "hard-reset", "stolen",
		"sale", "spoke-since", "pictures",
	} {
		codes = append(codes, "contest.evidence."+code)
	}
	if missing, err := messages.Missing(codes...); err != nil || len(missing) != 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}
