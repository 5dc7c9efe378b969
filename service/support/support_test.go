package support_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/support"
	"quitclaim/service/web/messages"
)

// Whether a unit is known, has an owner, or is another vendor's: the answer is
// the same, to the last byte.
func TestAskingTellsNothingOfAnOwner(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	owned, sold := k.Bound(t), k.Sold(t)
	agent := k.as(k.agent)
	want := agent.PostJSON("/v1/support/asks", asking("acme", "NEVER"))
	if want.Status != 202 {
		t.Fatalf("ask about nothing: %d %s", want.Status, want.Body)
	}
	page := agent.PostForm("/support/ask", form("acme", "NEVER"))
	for _, serial := range []string{owned.Key.Serial, sold.Key.Serial} {
		got := agent.PostJSON("/v1/support/asks", asking("acme", serial))
		if got.Status != want.Status || got.Body != want.Body || got.Header.Get("Content-Type") != want.Header.Get("Content-Type") {
			t.Errorf("ask about %s: %d %s, want %d %s", serial, got.Status, got.Body, want.Status, want.Body)
		}
		got = agent.PostForm("/support/ask", form("acme", serial))
		if got.Status != 303 || got.Status != page.Status || got.Header.Get("Location") != page.Header.Get("Location") {
			t.Errorf("ask by the page about %s: %d to %s", serial, got.Status, got.Header.Get("Location"))
		}
	}
	asks, err := k.ConsentAsks(t.Context(), k.Owner.Person)
	if err != nil || len(asks) != 1 || asks[0].Unit != owned.ID {
		t.Errorf("questions to the owner: %+v, %v; want one", asks, err)
	}
}

func form(brand, serial string) url.Values {
	return url.Values{
		"brand": {brand}, "serial": {serial}, "purpose": {"live-support"}, "hours": {"2"}, "case": {"C-17"}, "from_day": {""}, "to_day": {""},
	}
}

func TestAnAgentAsksAFewAnHour(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	agent := k.as(k.agent)
	throttled := 0
	for i := range 25 {
		if got := agent.PostJSON("/v1/support/asks", asking("acme", fmt.Sprintf("NEVER-%d", i))); got.Status == 429 {
			throttled++
		}
	}
	if throttled == 0 {
		t.Error("25 questions in a row, and no wait")
	}
	if got := k.as(k.Agent(t)).PostJSON("/v1/support/asks", asking("acme", "NEVER-99")); got.Status != 202 {
		t.Errorf("another agent: %d, want 202: they are counted by themselves", got.Status)
	}
}

// Each question is a mail to the owner, so a vendor's agents together ask about
// one unit a few times a day: no is an answer. How it is written is no way round.
func TestAnOwnerIsAskedAFewTimesADay(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	for i, want := range []int{202, 202, 202, 429, 429} {
		serial := unit.Key.Serial
		if i%2 == 1 {
			serial = strings.ToLower(serial)
		}
		if got := k.as(k.Agent(t)).PostJSON("/v1/support/asks", asking("acme", serial)); got.Status != want {
			t.Errorf("question %d about one unit: %d, want %d", i, got.Status, want)
		}
	}
	other := k.Bound(t)
	if got := k.as(k.agent).PostJSON("/v1/support/asks", asking("acme", other.Key.Serial)); got.Status != 202 {
		t.Errorf("about another unit: %d, want 202", got.Status)
	}
}

// Each look is a mail to the owner, too.
func TestAConsentIsNoWayToFillAMailbox(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, c := k.consented(t)
	looks, last := 0, 0
	for last != 429 && looks < 96 {
		last = k.as(k.agent).PostJSON("/v1/support/consents/"+c.ID+"/open", opening()).Status
		looks++
	}
	if last != 429 || looks < 20 {
		t.Errorf("after %d looks in a row: %d, want a wait after some dozens", looks, last)
	}
	k.Clock.Add(access.AccessFor)
	k.opens(t, c)
}

func TestTermsAreToldAtTheirFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	agent := k.as(k.agent)
	review := form("acme", "X")
	review.Set("purpose", "review")
	got := agent.PostForm("/support/ask", review)
	if got.Status != 422 || !strings.Contains(got.Body, "Name the days") {
		t.Errorf("a review without days: %d", got.Status)
	}
	review.Set("from_day", "2026-03-01")
	if got = agent.PostForm("/support/ask", review); got.Status != 422 || !strings.Contains(got.Body, "Give both days") {
		t.Errorf("a review with one day: %d", got.Status)
	}
	review.Set("to_day", "2026-03-01")
	if got = agent.PostForm("/support/ask", review); got.Status != 303 {
		t.Errorf("a review of one day: %d %s", got.Status, got.Body)
	}
	if got = agent.PostForm("/support/code", url.Values{"code": {"WRONG"}, "purpose": {"live-support"}, "hours": {"1"}, "case": {"1"}, "from_day": {""}, "to_day": {""}}); got.Status != 422 ||
		!strings.Contains(got.Body, "This code is wrong") {
		t.Errorf("a wrong code: %d %s", got.Status, got.Body)
	}
}

// No ledger, no access: at whatever call it fails, nothing of the unit is in an
// answer.
func TestNoLedgerNoAccess(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, c := k.consented(t)
	opened := k.opens(t, c)
	agent := k.as(k.agent)
	calls := map[string]func() (int, string){
		"open by the API": func() (int, string) {
			got := agent.PostJSON("/v1/support/consents/"+c.ID+"/open", opening())
			return got.Status, got.Body
		},
		"open by the page": func() (int, string) {
			got := agent.PostForm("/support/consents/"+c.ID+"/open", url.Values{"reason": {"fault"}, "note": {"dark"}})
			return got.Status, got.Body + got.Header.Get("Location")
		},
	}
	k.record.failing.Store(true)
	before := k.record.views.Load()
	for name, call := range calls {
		if status, body := call(); status < 500 || strings.Contains(body, unit.Key.Serial) || strings.Contains(body, "acc_") {
			t.Errorf("%s without a ledger: %d %s", name, status, body)
		}
	}
	if k.record.views.Load() != before {
		t.Error("something was read without an entry on the ledger")
	}
	k.record.failing.Store(false)
	k.record.reading.Store(true)
	for _, path := range []string{"/v1/support/accesses/" + opened, "/support/accesses/" + opened, "/v1/support/accesses/" + opened + "/events"} {
		if got := agent.Get(path); got.Status < 500 || strings.Contains(got.Body, unit.Key.Serial) {
			t.Errorf("%s while nobody can say whether the consent stands: %d %s", path, got.Status, got.Body)
		}
	}
}

func TestAnAgentSeesTheUnitAndNothingOfItsOwner(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, c := k.consented(t)
	agent := k.as(k.agent)
	owner, err := k.Person(t.Context(), k.Owner.Person)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{string(owner.ID), owner.Email, owner.Name, string(unit.ID)}
	list := agent.Get("/v1/support/consents")
	opened := k.opens(t, c)
	pages := map[string]string{
		"the list": list.Body, "the page of consents": agent.Get("/support").Body, "the consent": agent.Get("/support/consents/" + c.ID).Body,
		"the unit": agent.Get("/v1/support/accesses/" + opened).Body, "the unit's page": agent.Get("/support/accesses/" + opened).Body,
	}
	for name, body := range pages {
		if !strings.Contains(body, unit.Key.Serial) {
			t.Errorf("%s does not name the unit: %s", name, body)
		}
		for _, secret := range secrets {
			if strings.Contains(body, secret) {
				t.Errorf("%s has %q in it", name, secret)
			}
		}
	}
	if !strings.Contains(pages["the unit"], `"answers":true`) || !strings.Contains(pages["the unit"], `"state":"bound"`) {
		t.Errorf("the unit: %s", pages["the unit"])
	}
}

// A consent may name days on which somebody else had the unit, and a cloud may
// not have put their recordings away yet: those are not this owner's to show.
func TestAReviewShowsNothingOfAnEarlierOwner(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	records := func(after time.Duration) time.Time {
		t.Helper()
		k.Clock.Add(after)
		at := k.Clock.Now()
		if err := k.AddCloudRecording(t.Context(), unit.ID, at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	records(time.Hour)
	k.Clock.Add(time.Hour)
	gone := lifecycle.Release{Command: k.By(k.Owner), Order: lifecycle.OrderID(storetest.NewID("ord"))}
	k.Bind(t, k.Must(t, unit.ID, gone.Decide).Change.Unit, k.Neighbour)
	reviews := func() string {
		t.Helper()
		ask := k.Ask(k.agent)
		ask.Terms.Purpose, ask.Terms.From, ask.Terms.To = access.ConsentForReview, k.Clock.Now().AddDate(0, 0, -7), k.Clock.Now().AddDate(0, 0, 1)
		if err := k.AskForConsent(t.Context(), unit.Key, ask); err != nil {
			t.Fatal(err)
		}
		asks, err := k.ConsentAsks(t.Context(), k.Neighbour.Person)
		if err != nil || len(asks) == 0 {
			t.Fatalf("questions: %v, %v", asks, err)
		}
		given, err := k.GiveConsent(t.Context(), k.Consent(asks[0]))
		if err != nil {
			t.Fatal(err)
		}
		return k.as(k.agent).Get("/v1/support/accesses/" + k.opens(t, given)).Body
	}
	if got := reviews(); !strings.Contains(got, `"recordings":{"any":false`) {
		t.Errorf("recordings of before are told: %s", got)
	}
	own := records(time.Hour)
	if got := reviews(); !strings.Contains(got, `"any":true`) || strings.Contains(got, own.Add(-2*time.Hour).Format("2006-01-02T15:04")) {
		t.Errorf("their own: %s", got)
	}
}

// Who may help with the unit as it is now may not say that they look for
// recordings: that is another consent.
func TestAReasonSuitsThePurpose(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, c := k.consented(t) // live support
	for reason, want := range map[access.AccessReason]int{access.ReasonRecording: 422, access.ReasonSecurity: 201, "curiosity": 422} {
		got := k.as(k.agent).PostJSON("/v1/support/consents/"+c.ID+"/open", map[string]any{"reason": string(reason), "note": "it is dark"})
		if got.Status != want || want == 422 && !strings.Contains(got.Body, "support.reason-unknown") {
			t.Errorf("to look for %s under live support: %d %s, want %d", reason, got.Status, got.Body, want)
		}
	}
	looks, _, err := k.AccessesOf(t.Context(), k.Owner.Person, c.Unit, c.Epoch, lifecycle.Page{})
	if err != nil || len(looks) != 1 || looks[0].Reason != access.ReasonSecurity {
		t.Errorf("on record: %+v, %v; want the one look", looks, err)
	}
}

// What another agent has is as what never was; what is over says so to whose it
// was, and shows nothing.
func TestWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, c := k.consented(t)
	opened := k.opens(t, c)
	thief := k.as(k.Agent(t))
	for never, theirs := range map[string]string{
		"/support/consents/cns_never": "/support/consents/" + c.ID, "/v1/support/accesses/acc_never": "/v1/support/accesses/" + opened,
		"/support/accesses/acc_never": "/support/accesses/" + opened, "/v1/support/accesses/acc_never/events": "/v1/support/accesses/" + opened + "/events",
	} {
		want, got := thief.Get(never), thief.Get(theirs)
		if got.Status != 404 || got.Status != want.Status || strings.ReplaceAll(got.Body, theirs, never) != want.Body {
			t.Errorf("%s: %d, want the %d of what never was", theirs, got.Status, want.Status)
		}
	}
	want := thief.PostJSON("/v1/support/consents/cns_never/open", opening())
	if got := thief.PostJSON("/v1/support/consents/"+c.ID+"/open", opening()); got.Status != 404 || got.Body != want.Body {
		t.Errorf("open under another's consent: %d %s, want %s", got.Status, got.Body, want.Body)
	}
	if err := k.RevokeConsent(t.Context(), c.ID, k.Owner.Person); err != nil {
		t.Fatal(err)
	}
	got := k.as(k.agent).Get("/support/accesses/" + opened)
	if got.Status != 404 || !strings.Contains(got.Body, "The owner ended it.") || strings.Contains(got.Body, unit.Key.Serial) {
		t.Errorf("the agent's page after the end: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.agent).Get("/v1/support/accesses/" + opened); got.Status != 404 {
		t.Errorf("the unit after the end: %d, want 404", got.Status)
	}
}

// A view that is open ends with what it hangs on, at the next of four looks a
// second.
func TestAnOpenViewEndsWithItsConsent(t *testing.T) {
	t.Parallel()
	ends := map[access.ConsentEnd]func(k *kit, unit lifecycle.Unit, c access.Consent) error{
		access.ConsentRevoked: func(k *kit, _ lifecycle.Unit, c access.Consent) error {
			return k.RevokeConsent(context.Background(), c.ID, k.Owner.Person)
		},
		access.ConsentExpired: func(k *kit, _ lifecycle.Unit, _ access.Consent) error {
			k.Clock.Add(access.AccessFor)
			return nil
		},
		access.ConsentPassedOn: func(k *kit, unit lifecycle.Unit, _ access.Consent) error {
			k.Clock.Add(time.Millisecond)
			_, err := k.Advance(context.Background(), unit.ID, k.TakeBack())
			return err
		},
		access.ConsentNoAgent: func(k *kit, _ lifecycle.Unit, _ access.Consent) error {
			_, err := k.ChangePerson(context.Background(), k.agent.Person, func(p access.Person, _ int) (access.Person, error) {
				p.DisabledAt = k.Clock.Now()
				return p, nil
			})
			return err
		},
	}
	for want, end := range ends {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			unit, c := k.consented(t)
			opened := k.opens(t, c)
			sent, over := make(chan access.ConsentEnd, 8), make(chan error, 1)
			go func() {
				over <- k.room.Follow(t.Context(), k.agent, opened, func(why access.ConsentEnd) error {
					sent <- why
					return nil
				})
			}()
			k.ticks <- k.Clock.Now() // nothing has happened
			if err := end(k, unit, c); err != nil {
				t.Fatal(err)
			}
			k.ticks <- k.Clock.Now()
			if err := <-over; err != nil {
				t.Fatalf("follow: %v", err)
			}
			if got := <-sent; got != want || len(sent) != 0 {
				t.Errorf("the view ended with %q, want %q and nothing besides", got, want)
			}
			err := k.room.Follow(t.Context(), k.agent, opened, func(access.ConsentEnd) error { return nil })
			var gone *support.Over
			if !errors.As(err, &gone) || gone.Why != want {
				t.Errorf("to come back: %v, want over: %s", err, want)
			}
		})
	}
}

func TestAnOpenViewTellsOfChanges(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, c := k.consented(t)
	opened := k.opens(t, c)
	ctx, leave := context.WithCancel(t.Context())
	sent, over := make(chan access.ConsentEnd), make(chan error, 1)
	go func() {
		over <- k.room.Follow(ctx, k.agent, opened, func(why access.ConsentEnd) error {
			sent <- why
			return nil
		})
	}()
	k.ticks <- k.Clock.Now()
	k.Clock.Add(time.Second)
	k.Must(t, unit.ID, k.Hears(unit, lifecycle.ResetNone, strings.Repeat("0", 64)))
	k.ticks <- k.Clock.Now()
	if got := <-sent; got != "" {
		t.Errorf("a change: %q, want no end", got)
	}
	leave()
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Errorf("a reader who left: %v", err)
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, reason := range access.AccessReasons() {
		codes = append(codes, "looked.reason."+string(reason))
	}
	for _, end := range access.ConsentEnds() {
		codes = append(codes, "consent.over."+string(end), "looked.refused."+string(end))
	}
	for _, purpose := range access.ConsentPurposes() {
		codes = append(codes, "consent.purpose."+string(purpose), "consent.purpose-help."+string(purpose))
		for _, shown := range access.ShownFor(purpose) {
			codes = append(codes, "looked.shown."+shown)
		}
	}
	missing, err := messages.Missing(append(codes, "support.code-none", "support.reason-unknown", "support.days-not-both", "done.support-asked", "done.support-code")...)
	if err != nil || len(missing) > 0 {
		t.Errorf("no sentence for %v (%v)", missing, err)
	}
}
