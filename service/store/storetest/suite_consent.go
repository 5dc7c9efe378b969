package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func consentScenarios() []scenario {
	return []scenario{
		{"an owner is asked, and consents", askedAndGiven},
		{"a question to nobody is kept like any other", askedNobody},
		{"a code becomes a question once", codeTyped},
		{"an owner is told of a question once, and not by who asks", asksTold},
		{"questions that are long over are purged", asksPurged},
		{"a question is answered once", answeredOnce},
		{"a consent ends with what it hangs on", consentEnds},
		{"an access is on the ledger, and so is an attempt", accesses},
		{"two who revoke and look at once", revokedMeanwhile},
	}
}

// Agent is a new support agent of the world's vendor.
func (w *World) Agent(t testing.TB) lifecycle.Actor {
	t.Helper()
	return w.person(t, w.Vendor, lifecycle.RoleSupportAgent)
}

// Ask is a question of the agent's, as their room would put it.
func (w *World) Ask(agent lifecycle.Actor) access.ConsentAsk {
	now := w.Clock.Now()
	return access.ConsentAsk{
		ID: NewID("ask"), Agent: agent.Person, Org: agent.Org, MadeAt: now, ExpiresAt: now.Add(access.ConsentAskFor),
		Terms: access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 2, Case: "C-17"},
	}
}

// Asked has the agent ask about a unit, and returns the question as its owner
// reads it.
func (w *World) Asked(t testing.TB, agent, owner lifecycle.Actor, unit lifecycle.Unit) access.ConsentAsk {
	t.Helper()
	ask := w.Ask(agent)
	if err := w.AskForConsent(t.Context(), unit.Key, ask); err != nil {
		t.Fatalf("ask: %v", err)
	}
	asks, err := w.ConsentAsks(t.Context(), owner.Person)
	if err != nil || len(asks) == 0 || asks[0].ID != ask.ID {
		t.Fatalf("questions to the owner: %+v, %v; want %s first", asks, err, ask.ID)
	}
	return asks[0]
}

// Consent is what the question becomes when its owner says yes now. The
// signature is made up: the store does not look at it.
func (w *World) Consent(ask access.ConsentAsk) access.Consent {
	now := w.Clock.Now()
	return access.Consent{
		ID: "cns_" + strings.TrimPrefix(ask.ID, "ask_"), Ask: ask.ID, Unit: ask.Unit, Epoch: ask.Epoch, Owner: ask.Owner,
		Agent: ask.Agent, Org: ask.Org, For: ask.Terms.Purpose, From: ask.Terms.From, To: ask.Terms.To,
		Words: access.HashDisclosure("en", "words"), Since: now, Until: now.Add(time.Duration(ask.Terms.Hours) * time.Hour),
		RPID: "localhost", Proof: access.PasskeySignature{Credential: []byte("c"), PublicKey: []byte("k"), At: now},
	}
}

// Consented is a consent of the unit's owner to the agent.
func (w *World) Consented(t testing.TB, agent, owner lifecycle.Actor, unit lifecycle.Unit) access.Consent {
	t.Helper()
	given, err := w.GiveConsent(t.Context(), w.Consent(w.Asked(t, agent, owner, unit)))
	if err != nil {
		t.Fatalf("consent: %v", err)
	}
	return given
}

// Looks has an agent try to look under a consent.
func (w *World) Looks(t testing.TB, agent lifecycle.Actor, consent string) access.Access {
	t.Helper()
	a, err := w.OpenAccess(t.Context(), access.Access{
		ID: NewID("acc"), Consent: consent, Agent: agent.Person, Org: agent.Org, Reason: access.ReasonFault, Note: "it is dark",
	})
	if err != nil {
		t.Fatalf("open access: %v", err)
	}
	return a
}

func askedAndGiven(t *testing.T, w *World) {
	ctx, agent, unit := t.Context(), w.Agent(t), w.Bound(t)
	first := w.Asked(t, agent, w.Owner, unit)
	w.Clock.Add(time.Second)
	ask := w.Asked(t, agent, w.Owner, unit)
	if asks, err := w.ConsentAsks(ctx, w.Owner.Person); err != nil || len(asks) != 1 {
		t.Errorf("after a second question: %+v, %v; want it alone", asks, err)
	}
	if ask.Terms.Case != "C-17" || ask.Key != unit.Key || ask.Model != w.Model.Name || ask.Epoch != unit.Epoch {
		t.Errorf("the question is %+v", ask)
	}
	if _, err := w.GiveConsent(ctx, w.Consent(first)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("consent to a question that was replaced: %v, want ErrNotFound", err)
	}
	other := w.Consent(ask)
	other.Agent = w.Agent(t).Person
	if _, err := w.GiveConsent(ctx, other); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("consent to another agent than asked: %v, want ErrNotFound", err)
	}
	want := w.Consent(ask)
	given, err := w.GiveConsent(ctx, want)
	want.Entry = given.Entry
	if diff := cmp.Diff(want, given); err != nil || diff != "" {
		t.Fatalf("give: %v (-want +got):\n%s", err, diff)
	}
	held, err := w.ConsentsOf(ctx, w.Owner.Person)
	if err != nil || len(held) != 1 || held[0].Over != "" || cmp.Diff(want, held[0].Consent) != "" {
		t.Errorf("the owner's consents: %+v, %v", held, err)
	}
	if to, err := w.ConsentsTo(ctx, agent.Person); err != nil || len(to) != 1 || to[0].Key != unit.Key {
		t.Errorf("the agent's consents: %+v, %v", to, err)
	}
	if asks, err := w.ConsentAsks(ctx, w.Owner.Person); err != nil || len(asks) != 0 {
		t.Errorf("questions after the answer: %+v, %v; want none", asks, err)
	}
}

func askedNobody(t *testing.T, w *World) {
	ctx, agent := t.Context(), w.Agent(t)
	sold := w.Sold(t)
	head := w.head(t)
	keys := []lifecycle.UnitKey{sold.Key, {Brand: Brand, Serial: "NEVER"}, {Brand: "other", Serial: "1"}}
	for _, key := range keys {
		if err := w.AskForConsent(ctx, key, w.Ask(agent)); err != nil {
			t.Errorf("ask about %s: %v", key, err)
		}
	}
	if grown := w.head(t) - head; grown != int64(len(keys)) {
		t.Errorf("%d questions made %d entries", len(keys), grown)
	}
	bound := w.Bound(t)
	stranger := w.Ask(agent)
	stranger.Org = w.Retailer.ID // of no vendor of this unit
	if err := w.AskForConsent(ctx, bound.Key, stranger); err != nil {
		t.Errorf("ask for another vendor: %v", err)
	}
	if asks, err := w.ConsentAsks(ctx, w.Owner.Person); err != nil || len(asks) != 0 {
		t.Errorf("questions to the owner: %+v, %v; want none", asks, err)
	}
}

func asksTold(t *testing.T, w *World) {
	ctx, agent, unit := t.Context(), w.Agent(t), w.Bound(t)
	inbox := func() int {
		t.Helper()
		list, _, err := w.Notices(ctx, w.Owner.Person, lifecycle.Page{})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := inbox()
	w.Asked(t, agent, w.Owner, unit)
	if err := w.AskForConsent(ctx, lifecycle.UnitKey{Brand: Brand, Serial: "NEVER"}, w.Ask(agent)); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	refused := w.Asked(t, w.Agent(t), w.Owner, unit)
	if err := w.RefuseConsent(ctx, refused.ID, w.Owner.Person); err != nil {
		t.Fatal(err)
	}
	if now := inbox(); now != before {
		t.Errorf("asking by itself told the owner %d times: who asks would notice", now-before)
	}
	for _, want := range []int{1, 0} {
		if told, err := w.TellAsks(ctx); err != nil || told != want {
			t.Errorf("told of %d questions, %v; want %d", told, err, want)
		}
		if now := inbox(); now != before+1 {
			t.Errorf("the owner was told %d times, want once", now-before)
		}
	}
}

func asksPurged(t *testing.T, w *World) {
	ctx, agent := t.Context(), w.Agent(t)
	ask := w.Asked(t, agent, w.Owner, w.Bound(t))
	if err := w.AskForConsent(ctx, lifecycle.UnitKey{Brand: Brand, Serial: "NEVER"}, w.Ask(agent)); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(access.ConsentAskFor + 29*24*time.Hour)
	if purged, _, err := w.Purge(ctx); err != nil || purged != 0 {
		t.Errorf("purged %d rows, %v; want none yet", purged, err)
	}
	w.Clock.Add(2 * 24 * time.Hour)
	if purged, _, err := w.Purge(ctx); err != nil || purged != 2 {
		t.Errorf("purged %d rows, %v; want both questions", purged, err)
	}
	if err := w.RefuseConsent(ctx, ask.ID, w.Owner.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a no to a question that is gone: %v, want ErrNotFound", err)
	}
}

// head is the size of the ledger once all that was written has its place.
func (w *World) head(t testing.TB) int64 {
	t.Helper()
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	head, err := w.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func codeTyped(t *testing.T, w *World) {
	ctx, agent, unit := t.Context(), w.Agent(t), w.Bound(t)
	show := func(code string) {
		t.Helper()
		now := w.Clock.Now()
		err := w.ShowConsentCode(ctx, access.ConsentAsk{
			ID: NewID("ask"), Unit: unit.ID, Epoch: unit.Epoch, Owner: w.Owner.Person, CodeHash: access.ConsentCodeHash(code),
			MadeAt: now, ExpiresAt: now.Add(access.ConsentCodeFor),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	typed := func(agent lifecycle.Actor, code string) error {
		ask := w.Ask(agent)
		ask.CodeHash = access.ConsentCodeHash(code)
		return w.TypeConsentCode(ctx, ask)
	}
	show("ABCDE-FGHIJ")
	if asks, err := w.ConsentAsks(ctx, w.Owner.Person); err != nil || len(asks) != 0 {
		t.Errorf("a code that waits is no question: %+v, %v", asks, err)
	}
	show("KLMNO-PQRST")
	if err := typed(agent, "ABCDEFGHIJ"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a code that was replaced: %v, want ErrNotFound", err)
	}
	if err := typed(agent, "klmno pqrst"); err != nil {
		t.Fatalf("the code, as people type it: %v", err)
	}
	if err := typed(w.Agent(t), "KLMNOPQRST"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a code that was typed: %v, want ErrNotFound", err)
	}
	asks, err := w.ConsentAsks(ctx, w.Owner.Person)
	if err != nil || len(asks) != 1 || asks[0].Agent != agent.Person || asks[0].Unit != unit.ID {
		t.Errorf("questions to the owner: %+v, %v", asks, err)
	}
	show("LATE")
	w.Clock.Add(access.ConsentCodeFor)
	if err := typed(agent, "LATE"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a code that is too old: %v, want ErrNotFound", err)
	}
	show("MOVED")
	w.Clock.Add(time.Millisecond)
	w.Must(t, unit.ID, w.TakeBack())
	if err := typed(agent, "MOVED"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a code of an older epoch: %v, want ErrNotFound", err)
	}
}

func answeredOnce(t *testing.T, w *World) {
	ctx, agent, unit := t.Context(), w.Agent(t), w.Bound(t)
	ask := w.Asked(t, agent, w.Owner, unit)
	if err := w.RefuseConsent(ctx, ask.ID, w.Neighbour.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a neighbour's no: %v, want ErrNotFound", err)
	}
	stolen := w.Consent(ask)
	stolen.Owner = w.Neighbour.Person
	if _, err := w.GiveConsent(ctx, stolen); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a neighbour's yes: %v, want ErrNotFound", err)
	}
	if err := w.RefuseConsent(ctx, ask.ID, w.Owner.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := w.GiveConsent(ctx, w.Consent(ask)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a yes after a no: %v, want ErrNotFound", err)
	}
	late := w.Asked(t, agent, w.Owner, unit)
	w.Clock.Add(access.ConsentAskFor)
	if _, err := w.GiveConsent(ctx, w.Consent(late)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a yes too late: %v, want ErrNotFound", err)
	}
	moved := w.Asked(t, agent, w.Owner, unit)
	w.Must(t, unit.ID, w.TakeBack())
	if _, err := w.GiveConsent(ctx, w.Consent(moved)); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a yes about a unit that moved on: %v, want ErrNotFound", err)
	}
	if asks, err := w.ConsentAsks(ctx, w.Owner.Person); err != nil || len(asks) != 0 {
		t.Errorf("questions to who had it: %+v, %v; want none", asks, err)
	}
}

func consentEnds(t *testing.T, w *World) {
	ends := []struct {
		why access.ConsentEnd
		end func(agent lifecycle.Actor, unit lifecycle.Unit, c access.Consent)
	}{
		{access.ConsentExpired, func(_ lifecycle.Actor, _ lifecycle.Unit, c access.Consent) {
			w.Clock.Add(c.Until.Sub(w.Clock.Now()))
		}},
		{access.ConsentRevoked, func(_ lifecycle.Actor, _ lifecycle.Unit, c access.Consent) {
			if err := w.RevokeConsent(t.Context(), c.ID, w.Owner.Person); err != nil {
				t.Error(err)
			}
		}},
		{access.ConsentPassedOn, func(_ lifecycle.Actor, unit lifecycle.Unit, _ access.Consent) {
			w.Clock.Add(time.Millisecond)
			w.Must(t, unit.ID, w.TakeBack())
		}},
		{access.ConsentNoAgent, func(agent lifecycle.Actor, _ lifecycle.Unit, _ access.Consent) {
			w.changes(t, agent, func(p *access.Person) { p.Roles = []lifecycle.Role{lifecycle.RoleAuditor} })
		}},
		{access.ConsentNoAgent, func(agent lifecycle.Actor, _ lifecycle.Unit, _ access.Consent) {
			w.changes(t, agent, func(p *access.Person) { p.DisabledAt = w.Clock.Now() })
		}},
	}
	for _, e := range ends {
		agent, unit := w.Agent(t), w.Bound(t)
		c := w.Consented(t, agent, w.Owner, unit)
		opened := w.Looks(t, agent, c.ID)
		if view, err := w.AccessView(t.Context(), opened.ID, agent.Person); err != nil || view.Over != "" || view.Unit.Unit.ID != unit.ID {
			t.Errorf("%s: a view while it stands: over %q, %v", e.why, view.Over, err)
		}
		e.end(agent, unit, c)
		view, err := w.AccessView(t.Context(), opened.ID, agent.Person)
		if err != nil || view.Over != e.why || view.Unit.Unit.ID != "" {
			t.Errorf("a view after its end: over %q, unit %q, %v; want %s and nothing", view.Over, view.Unit.Unit.ID, err, e.why)
		}
		if tried := w.Looks(t, agent, c.ID); tried.Refused != e.why || tried.Owner != w.Owner.Person {
			t.Errorf("an attempt after its end: %+v, want it refused, %s", tried, e.why)
		}
		if to, err := w.ConsentsTo(t.Context(), agent.Person); err != nil || len(to) != 0 {
			t.Errorf("%s: the agent's consents: %+v, %v; want none", e.why, to, err)
		}
	}
	if err := w.RevokeConsent(t.Context(), "cns_none", w.Owner.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("revoke what never was: %v, want ErrNotFound", err)
	}
}

func (w *World) changes(t testing.TB, who lifecycle.Actor, change func(*access.Person)) {
	t.Helper()
	_, err := w.ChangePerson(t.Context(), who.Person, func(p access.Person, _ int) (access.Person, error) {
		change(&p)
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func accesses(t *testing.T, w *World) {
	ctx, agent, unit := t.Context(), w.Agent(t), w.Bound(t)
	c := w.Consented(t, agent, w.Owner, unit)
	opened := w.Looks(t, agent, c.ID)
	leaf, err := w.Leaf(ctx, opened.ID, opened.Index)
	if err != nil || leaf.Kind != "access" || leaf.Event != "open" {
		t.Errorf("the entry of an access: %+v, %v", leaf, err)
	}
	for _, secret := range []string{"it is dark", "example.test", "Test Person", unit.Key.Serial} {
		if strings.Contains(string(leaf.Body), secret) {
			t.Errorf("the entry of an access has %q in it: %s", secret, leaf.Body)
		}
	}
	w.Clock.Add(time.Second)
	thief := w.Agent(t)
	tried := w.Looks(t, thief, c.ID)
	if tried.Refused != access.ConsentNotTheirs || tried.Index <= opened.Index {
		t.Errorf("another agent's attempt: %+v", tried)
	}
	typed := w.Looks(t, thief, "ada.moor@example.test")
	if typed.Refused != access.ConsentNotTheirs || typed.Owner != "" || typed.Consent != access.NoConsent {
		t.Errorf("an attempt at nothing: %+v", typed)
	}
	if leaf, err := w.Leaf(ctx, typed.ID, typed.Index); err != nil || strings.Contains(string(leaf.Body), "ada.moor") {
		t.Errorf("what was typed is on the ledger, where nobody can erase it: %s, %v", leaf.Body, err)
	}
	if _, err := w.AccessView(ctx, opened.ID, thief.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another agent's view: %v, want ErrNotFound", err)
	}
	page := lifecycle.Page{Limit: 1}
	newest, next, err := w.AccessesOf(ctx, w.Owner.Person, unit.ID, unit.Epoch, page)
	if err != nil || len(newest) != 1 || newest[0].ID != tried.ID || newest[0].Refused != access.ConsentNotTheirs {
		t.Fatalf("who looked, newest first: %+v, %v", newest, err)
	}
	page.After = next
	rest, _, err := w.AccessesOf(ctx, w.Owner.Person, unit.ID, unit.Epoch, page)
	if err != nil || len(rest) != 1 || rest[0].ID != opened.ID || rest[0].Note != "it is dark" || rest[0].Index != opened.Index {
		t.Errorf("who looked, the rest: %+v, %v", rest, err)
	}
	if all := w.standing(t, "access", 2); len(all) != 3 {
		t.Errorf("all accesses: %+v; want one and two attempts", all)
	}
	if _, err := w.AccessOf(ctx, opened.ID, w.Neighbour.Person); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a neighbour's look at it: %v, want ErrNotFound", err)
	}
	one, err := w.AccessOf(ctx, opened.ID, w.Owner.Person)
	if err != nil || one.Agent != agent.Person || one.Key != unit.Key {
		t.Errorf("one access: %+v, %v", one, err)
	}
	w.Clock.Add(access.AccessFor)
	if view, err := w.AccessView(ctx, opened.ID, agent.Person); err != nil || view.Over != access.ConsentExpired {
		t.Errorf("a view after its quarter of an hour: over %q, %v", view.Over, err)
	}
}

// revokedMeanwhile: whichever comes first, nothing is shown after the revoke.
func revokedMeanwhile(t *testing.T, w *World) {
	agent, unit := w.Agent(t), w.Bound(t)
	c := w.Consented(t, agent, w.Owner, unit)
	done := make(chan error, 1)
	go func() { done <- w.RevokeConsent(context.WithoutCancel(t.Context()), c.ID, w.Owner.Person) }()
	opened := w.Looks(t, agent, c.ID)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	view, err := w.AccessView(t.Context(), opened.ID, agent.Person)
	if err != nil || view.Over != access.ConsentRevoked {
		t.Errorf("after both: over %q, %v; want revoked", view.Over, err)
	}
}
