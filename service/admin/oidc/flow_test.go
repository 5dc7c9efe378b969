package oidc_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
)

var ticket = regexp.MustCompile(`name="ticket" value="([^"]+)"`)

// join says yes on the page for newcomers.
func (b *browser) join(newcomer page, name string) page {
	b.t.Helper()
	found := ticket.FindStringSubmatch(newcomer.body)
	if found == nil {
		b.t.Fatalf("no page for newcomers: %d, %s", newcomer.status, text(newcomer.body))
	}
	return b.post("/sign-in/new", url.Values{"ticket": {found[1]}, "provider": {b.k.owners.ID}, "name": {name}})
}

func TestAnOwnerComesInTwice(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.browser(t)
	first := b.signIn(k.owners, "ada")
	if person, _, _ := b.who(); first.status != http.StatusOK || person != "" || !strings.Contains(first.body, "Acme account") {
		t.Fatalf("the first time = %d, signed in as %q: %s; want a page that asks first", first.status, person, text(first.body))
	}
	if nameless := b.join(first, ""); nameless.status != http.StatusUnprocessableEntity || ticket.FindString(nameless.body) == "" {
		t.Errorf("without a name = %d, %s; want the page again", nameless.status, text(nameless.body))
	}
	if joined := b.join(first, "Ada"); joined.status != http.StatusSeeOther || joined.location != k.url+"/who" {
		t.Fatalf("joined = %d to %q: %s", joined.status, joined.location, text(joined.body))
	}
	person, means, proved := b.who()
	ada, err := k.Person(t.Context(), personID(person))
	if err != nil || means != string(access.MeansOIDC) || time.Since(proved) > time.Minute {
		t.Errorf("signed in as %q by %q, proved at %s, %v", person, means, proved, err)
	}
	// The address in the token is the owner's: it must find nobody.
	if ada.ID == k.owner.ID || ada.Email != "" || ada.Org != "" || !ada.JoinedAt.Equal(k.Clock.Now().Truncate(time.Millisecond)) && ada.JoinedAt.IsZero() {
		t.Errorf("ada is %+v; want somebody of her own, without an address", ada)
	}
	if again := b.join(first, "Ada"); again.status != http.StatusUnprocessableEntity {
		t.Errorf("the same ticket again = %d, %s", again.status, text(again.body))
	}
	another := k.browser(t)
	if second := another.signIn(k.owners, "ada"); second.status != http.StatusSeeOther || second.location != k.url+"/who" {
		t.Errorf("the second time = %d, %s", second.status, text(second.body))
	}
	if second, _, _ := another.who(); second != person {
		t.Errorf("the second time as %s, want %s", second, person)
	}
	// Another sub is another person, whatever else is alike.
	k.op.bend(bent{claims: func(c map[string]any) { c["sub"] = "sub-of-ada-2" }})
	if changed := k.browser(t).signIn(k.owners, "ada"); changed.status != http.StatusOK || !ticket.MatchString(changed.body) {
		t.Errorf("another sub = %d, %s; want a newcomer", changed.status, text(changed.body))
	}
}

func TestStaffComeInByInvitationOrLink(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.browser(t)
	stranger := b.signIn(k.staff, "mara")
	if person, _, _ := b.who(); stranger.status != http.StatusForbidden || person != "" {
		t.Fatalf("nobody has let her in = %d as %q: %s", stranger.status, person, text(stranger.body))
	}
	code := access.NewToken()
	mara := k.person(t, k.shop.ID, "mara@shop.test", "clerk")
	link := access.SetupLink{Hash: access.TokenHash(code), Person: mara.ID, ExpiresAt: k.Clock.Now().Add(time.Hour)}
	if err := k.SaveSetupLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	if invitation := b.get("/setup/" + code); !strings.Contains(invitation.body, "/setup/"+code+"/with/"+k.staff.ID) {
		t.Errorf("the invitation has no button of the shop's: %s", text(invitation.body))
	}
	if wrong := b.post("/setup/"+code+"/with/"+k.owners.ID, nil); wrong.status != http.StatusNotFound {
		t.Errorf("an invitation through a provider for owners = %d", wrong.status)
	}
	in := b.get(b.prove(b.leave("/setup/"+code+"/with/"+k.staff.ID, nil), "mara"))
	if person, means, _ := b.who(); in.status != http.StatusSeeOther || person != string(mara.ID) || means != string(access.MeansOIDC) {
		t.Fatalf("invited = %d as %q by %q: %s", in.status, person, means, text(in.body))
	}
	if again := k.browser(t).post("/setup/"+code+"/with/"+k.staff.ID, nil); again.status != http.StatusNotFound {
		t.Errorf("the invitation again = %d", again.status)
	}
	// Somebody who is here already links their account. Who has copied a token of
	// theirs does not: they would come in for good.
	program := k.browser(t)
	made, err := access.IssueToken(t.Context(), k.Opened, newID(), access.Credential{Kind: access.KindPerson, Person: k.clerk.ID}, k.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	program.token = made.Text
	if got := program.post("/account/providers/"+k.staff.ID+"/link", nil); got.status != http.StatusForbidden {
		t.Errorf("link by token = %d, want 403", got.status)
	}
	c := k.browser(t)
	c.byPassword("clerk@shop.test")
	linked := c.get(c.prove(c.leave("/account/providers/"+k.staff.ID+"/link", nil), "bob"))
	if linked.status != http.StatusSeeOther || !strings.HasSuffix(linked.location, "?done=provider-linked") {
		t.Fatalf("linked = %d to %q: %s", linked.status, linked.location, text(linked.body))
	}
	if taken := c.get(c.prove(c.leaveAsIf(t, k.admin, "admin@shop.test"), "bob")); taken.status != http.StatusForbidden {
		t.Errorf("somebody else's sub = %d: %s", taken.status, text(taken.body))
	}
	d := k.browser(t)
	d.signIn(k.staff, "bob")
	if person, _, _ := d.who(); person != string(k.clerk.ID) {
		t.Errorf("signed in as %q, want the clerk", person)
	}
	disable(t, k, k.clerk.ID)
	if person, _, _ := d.who(); person != "" {
		t.Error("a disabled person is still signed in")
	}
	out := d.signIn(k.staff, "bob")
	if person, _, _ := d.who(); out.status != http.StatusForbidden || person != "" || text(out.body) != text(stranger.body) {
		t.Errorf("disabled = %d as %q: %s; want what a stranger is told", out.status, person, text(out.body))
	}
	if err := k.op.said(k, "disabled"); err != nil {
		t.Error(err)
	}
}

// leaveAsIf signs another person in and begins to link.
func (b *browser) leaveAsIf(t *testing.T, _ access.Person, email string) string {
	t.Helper()
	b.post("/sign-out", nil)
	b.byPassword(email)
	return b.leave("/account/providers/"+b.k.staff.ID+"/link", nil)
}

// What a provider says, and does not say, that must let nobody in.
func TestALyingProviderLetsNobodyIn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.clerk, "bob")
	claim := func(name string, value any) func(map[string]any) {
		return func(all map[string]any) {
			if all[name] = value; value == nil {
				delete(all, name)
			}
		}
	}
	cases := []struct {
		name   string
		bent   bent
		status int
		detail string
	}{
		{"wrong nonce", bent{claims: claim("nonce", "another")}, 403, "nonce"},
		{"no nonce", bent{claims: claim("nonce", nil)}, 403, "nonce"},
		{"wrong audience", bent{claims: claim("aud", "another")}, 403, "token.invalid"},
		{"for others too, and not said for whom", bent{claims: func(all map[string]any) {
			all["aud"] = []string{clientID, "another"}
			delete(all, "azp")
		}}, 403, "azp"},
		{"another authorised party", bent{claims: claim("azp", "another")}, 403, "azp"},
		{"another issuer", bent{claims: claim("iss", "https://id.example")}, 403, "token.invalid"},
		{"expired", bent{claims: claim("exp", ago(time.Minute))}, 403, "token.expired"},
		{"of the future", bent{claims: claim("iat", ago(-time.Hour))}, 403, "iat"},
		{"proved in the future", bent{claims: claim("auth_time", ago(-time.Hour))}, 403, "auth_time.future"},
		{"no sub", bent{claims: claim("sub", "")}, 403, "sub"},
		{"an endless sub", bent{claims: claim("sub", strings.Repeat("s", 256))}, 403, "sub"},
		{"not signed", bent{algorithm: "none"}, 403, "token.invalid"},
		{"signed with what both know", bent{algorithm: "HS256"}, 403, "token.invalid"},
		{"another sub", bent{claims: claim("sub", "sub-of-eve")}, 403, "sub"},
		{"no id token", bent{instead: tokens(`{"access_token":"a","token_type":"Bearer"}`)}, 403, "token.no-id-token"},
		{"no JSON", bent{instead: tokens(`<html>`)}, 403, "token"},
		{"refused", bent{instead: status("/oauth/token", 400)}, 403, "token"},
		{"trouble of its own", bent{instead: status("/oauth/token", 502)}, 503, "token.status"},
		{"elsewhere", bent{instead: redirect("/oauth/token")}, 503, "token.redirect"},
		{"10 MB", bent{instead: endless("/oauth/token")}, 503, "token.too-long"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := k.browser(t)
			k.op.bend(bent{})
			back := b.prove(b.leave("/sign-in/with/"+k.staff.ID, url.Values{"next": {"/who"}}), "bob")
			k.op.bend(c.bent)
			answer := b.get(back)
			if person, _, _ := b.who(); answer.status != c.status || person != "" {
				t.Errorf("= %d, signed in as %q: %s; want %d and nobody", answer.status, person, text(answer.body), c.status)
			}
			if err := k.op.said(k, c.detail); err != nil {
				t.Error(err)
			}
			k.op.bend(bent{})
			if again := b.get(back); again.status != http.StatusUnprocessableEntity {
				t.Errorf("the same answer again = %d, want 422: it is used up", again.status)
			}
		})
	}
}

func TestAnAnswerIsForOneBrowserOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.clerk, "bob")
	k.link(t, k.owners, k.owner, "bob")
	begin := func() (*browser, string) {
		b := k.browser(t)
		return b, b.prove(b.leave("/sign-in/with/"+k.staff.ID, url.Values{"next": {"/who"}}), "bob")
	}
	nobody := func(what string, b *browser, answer page, want int) {
		t.Helper()
		if person, _, _ := b.who(); answer.status != want || person != "" {
			t.Errorf("%s = %d as %q: %s; want %d and nobody", what, answer.status, person, text(answer.body), want)
		}
	}
	b, back := begin()
	eve := k.browser(t)
	nobody("in another browser", eve, eve.get(back), 422)
	eve.leave("/sign-in/with/"+k.staff.ID, nil) // she has a cookie of her own now
	nobody("in another browser with an attempt of its own", eve, eve.get(back), 422)
	nobody("somebody who only looks", b, b.do(http.MethodHead, back, nil), 422)
	if in := b.get(back); in.status != http.StatusSeeOther {
		t.Errorf("in its own browser after all that = %d: %s", in.status, text(in.body))
	}
	b.post("/sign-out", nil)
	nobody("the same state again", b, b.get(back), 422)
	// The code of an answer that was used, under a state that was not.
	c, other := begin()
	used, _ := url.Parse(back)
	nobody("a code that was used", c, c.get(with(other, "code", used.Query().Get("code"))), 403)

	b, back = begin()
	nobody("no state", b, b.get(with(back, "state", "")), 422)
	nobody("a made-up state", b, b.get(with(back, "state", access.NewToken())), 422)
	nobody("another provider's path", b, b.get(strings.Replace(back, k.staff.ID, k.owners.ID, 1)), 403)
	nobody("and then its own", b, b.get(back), 422)
	b, back = begin()
	nobody("another issuer's answer", b, b.get(with(back, "iss", "https://id.example")), 403)
	b, back = begin()
	nobody("they said no", b, b.get(with(with(back, "code", ""), "error", "access_denied")), 403)
	b, back = begin()
	nobody("no code", b, b.get(with(back, "code", "")), 403)
	b, back = begin()
	k.Clock.Add(access.ProviderAttemptFor)
	nobody("too late", b, b.get(back), 422)

	k.Clock.Add(2 * time.Hour) // what it said of itself is asked anew
	k.op.bend(bent{metadata: announces, claims: func(all map[string]any) { all["exp"] = ago(-24 * time.Hour) }})
	b, back = begin()
	nobody("no issuer where one is announced", b, b.get(back), 403)
	b, back = begin()
	if in := b.get(with(back, "iss", k.op.issuer)); in.status != http.StatusSeeOther {
		t.Errorf("its issuer, as announced = %d: %s", in.status, text(in.body))
	}
}

func TestDemandsOfAnOrganisation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.clerk, "bob")
	k.demand(t, []string{"phr", "phrh"}, time.Hour)
	cases := []struct {
		name   string
		claims map[string]any
		status int
		detail string
	}{
		{"as demanded", map[string]any{"acr": "phr", "auth_time": ago(10 * time.Minute)}, 303, ""},
		{"the other class", map[string]any{"acr": "phrh", "auth_time": ago(time.Minute)}, 303, ""},
		{"no class", map[string]any{}, 403, "acr"},
		{"a weak class", map[string]any{"acr": "pwd"}, 403, "acr"},
		{"too long ago", map[string]any{"acr": "phr", "auth_time": ago(2 * time.Hour)}, 403, "auth_time.old"},
		{"it does not say when", map[string]any{"acr": "phr", "auth_time": nil}, 403, "auth_time.missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := k.browser(t)
			there := b.leave("/sign-in/with/"+k.staff.ID, url.Values{"next": {"/who"}})
			asked, _ := url.Parse(there)
			if q := asked.Query(); q.Get("acr_values") != "phr phrh" || q.Get("max_age") != "3600" || q.Get("code_challenge_method") != "S256" || q.Get("scope") != "openid" {
				t.Errorf("asked for %v", q)
			}
			back := b.prove(there, "bob")
			k.op.bend(bent{claims: func(all map[string]any) {
				for name, value := range c.claims {
					if all[name] = value; value == nil {
						delete(all, name)
					}
				}
			}})
			answer := b.get(back)
			k.op.bend(bent{})
			_, _, proved := b.who()
			if answer.status != c.status {
				t.Errorf("= %d: %s; want %d", answer.status, text(answer.body), c.status)
			}
			if at, ok := c.claims["auth_time"].(int64); ok && c.status == 303 && proved.Unix() != at {
				t.Errorf("the session is proved since %s, want the provider's auth_time %d", proved, at)
			}
			if err := k.op.said(k, c.detail); err != nil {
				t.Error(err)
			}
		})
	}
}
