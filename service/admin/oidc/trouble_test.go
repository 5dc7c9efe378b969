package oidc_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/admin/oidc"
)

// A provider that is down, slow or endless costs its own button, and says so.
func TestAProviderInTrouble(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.clerk, "bob")
	const document = "/.well-known/openid-configuration"
	cases := []struct {
		name, detail string
		bent         bent
		status       int
	}{
		{"down", "discovery.status", bent{instead: status(document, 503)}, 503},
		{"slow", "discovery.unreachable", bent{instead: hangs(document)}, 503},
		{"10 MB", "discovery.too-long", bent{instead: endless(document)}, 503},
		{"elsewhere", "discovery.redirect", bent{instead: redirect(document)}, 503},
		{"not found", "discovery", bent{instead: status(document, 404)}, 403},
		{"another issuer", "discovery", bent{metadata: func(m map[string]any) { m["issuer"] = "https://id.example" }}, 403},
		{"tokens from elsewhere", "discovery.token-host", bent{metadata: func(m map[string]any) { m["token_endpoint"] = "https://evil.example/token" }}, 403},
		{"keys from elsewhere", "discovery.keys-host", bent{metadata: func(m map[string]any) { m["jwks_uri"] = "http://169.254.169.254/latest" }}, 403},
		{"people to elsewhere", "discovery.authorize-host", bent{metadata: func(m map[string]any) { m["authorization_endpoint"] = "https://evil.example/" }}, 403},
		{"without PKCE", "discovery.pkce", bent{metadata: func(m map[string]any) { m["code_challenge_methods_supported"] = []string{"plain"} }}, 403},
		{"with secrets of both alone", "discovery.algorithms", bent{metadata: func(m map[string]any) { m["id_token_signing_alg_values_supported"] = []string{"HS256"} }}, 403},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k.Clock.Add(time.Minute) // it has rested
			k.op.bend(c.bent)
			b := k.browser(t)
			answer := b.post("/sign-in/with/"+k.staff.ID, nil)
			if answer.status != c.status || !strings.Contains(answer.body, "Shop staff") {
				t.Errorf("= %d: %s; want %d with its name", answer.status, text(answer.body), c.status)
			}
			if err := k.op.said(k, c.detail); err != nil {
				t.Error(err)
			}
			asked := k.op.requests(document)
			if c.status == http.StatusServiceUnavailable {
				if again := b.post("/sign-in/with/"+k.staff.ID, nil); again.status != c.status || k.op.requests(document) != asked {
					t.Errorf("at once again = %d, asked %d times; want it left alone", again.status, k.op.requests(document)-asked)
				}
			}
			if in := b.byPassword("clerk@shop.test"); in.status != http.StatusSeeOther {
				t.Errorf("by password meanwhile = %d: %s", in.status, text(in.body))
			}
		})
	}
	k.op.bend(bent{})
	k.Clock.Add(time.Minute)
	if b := k.browser(t); b.signIn(k.staff, "bob").status != http.StatusSeeOther {
		t.Error("a provider that is back lets nobody in")
	}
}

// TestWhoeverGoesAwaySilencesNoProvider: what a provider says of itself is asked
// for everybody. Somebody who closes their browser meanwhile, again and again,
// must not keep all others from it.
func TestWhoeverGoesAwaySilencesNoProvider(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, away := context.WithCancel(t.Context())
	defer away()
	k.op.bend(bent{instead: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/.well-known/openid-configuration" {
			away()
			select {
			case <-r.Context().Done():
			case <-time.After(300 * time.Millisecond):
			}
		}
		return false
	}})
	begin := oidc.Begin{Provider: k.staff.ID, Purpose: access.ForSignIn, Next: "/", Network: "192.0.2.1"}
	if _, err := k.room.Start(ctx, begin); err == nil {
		t.Error("somebody who has gone away is sent to the provider")
	}
	if _, err := k.room.Start(t.Context(), begin); err != nil {
		t.Errorf("and the next is told: %v", err)
	}
}

func TestKeysTurnOver(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.clerk, "bob")
	sign := func(want int) {
		t.Helper()
		if in := k.browser(t).signIn(k.staff, "bob"); in.status != want {
			t.Errorf("= %d: %s; want %d", in.status, text(in.body), want)
		}
	}
	sign(http.StatusSeeOther)
	keys := k.op.requests("/keys")
	sign(http.StatusSeeOther)
	if got := k.op.requests("/keys"); got != keys || keys != 1 {
		t.Errorf("keys were asked for %d times, then %d: want once", keys, got)
	}
	k.op.keys.rotate(t)
	sign(http.StatusSeeOther)
	if got := k.op.requests("/keys"); got != keys+1 {
		t.Errorf("a new key was asked for %d times, want once", got-keys)
	}
	k.op.keys.rotate(t)
	k.op.bend(bent{instead: hangs("/keys")})
	sign(http.StatusServiceUnavailable)
	k.op.bend(bent{instead: endless("/keys")})
	sign(http.StatusServiceUnavailable)
	k.op.bend(bent{})
	sign(http.StatusSeeOther)
	// A new secret on record is used at once, whatever was remembered.
	settings := k.settings(access.AudienceStaff, k.staff.Name)
	settings.Secret = "another secret"
	if _, err := k.room.Change(t.Context(), principal(k.admin, k.shop, access.MeansPassword), k.staff.ID, settings); err != nil {
		t.Fatal(err)
	}
	sign(http.StatusForbidden)
}

func TestProvingOneselfAnew(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.clerk, "bob")
	k.link(t, k.staff, k.admin, "mara")
	b := k.browser(t)
	if other := b.post("/verify/with/"+k.staff.ID, nil); other.status != http.StatusSeeOther || !strings.Contains(other.location, "/sign-in") {
		t.Errorf("nobody = %d to %q", other.status, other.location)
	}
	k.op.bend(bent{claims: func(all map[string]any) { all["auth_time"] = ago(time.Hour) }})
	b.signIn(k.staff, "bob")
	if _, _, proved := b.who(); time.Since(proved) < 50*time.Minute {
		t.Errorf("proved at %s; want an hour ago, as the provider says", proved)
	}
	if wrong := b.post("/verify/with/"+k.owners.ID, nil); wrong.status != http.StatusNotFound {
		t.Errorf("by a provider that does not know them = %d", wrong.status)
	}
	verify := func(user string, lie func(map[string]any)) page {
		k.op.bend(bent{})
		there := b.leave("/verify/with/"+k.staff.ID, url.Values{"next": {"/who"}})
		if asked, _ := url.Parse(there); asked.Query().Get("prompt") != "login" || asked.Query().Get("max_age") != "0" {
			t.Errorf("asked for %v", asked.Query())
		}
		back := b.prove(there, user)
		k.op.bend(bent{claims: lie})
		return b.get(back)
	}
	if old := verify("bob", func(all map[string]any) { all["auth_time"] = ago(10 * time.Minute) }); old.status != http.StatusForbidden {
		t.Errorf("by a session that was there = %d", old.status)
	}
	if silent := verify("bob", func(all map[string]any) { delete(all, "auth_time") }); silent.status != http.StatusForbidden {
		t.Errorf("without auth_time = %d", silent.status)
	}
	if other := verify("mara", nil); other.status != http.StatusForbidden {
		t.Errorf("as somebody else = %d", other.status)
	}
	if fresh := verify("bob", nil); fresh.status != http.StatusSeeOther || fresh.location != k.url+"/who" {
		t.Errorf("anew = %d to %q: %s", fresh.status, fresh.location, text(fresh.body))
	}
	if person, means, proved := b.who(); person != string(k.clerk.ID) || means != string(access.MeansOIDC) || time.Since(proved) > time.Minute {
		t.Errorf("then %q by %q since %s", person, means, proved)
	}
}

func TestUnlinking(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.owners, k.owner, "ada")
	b := k.browser(t)
	b.signIn(k.owners, "ada")
	unlink := func() page { return b.post("/account/providers/"+k.owners.ID+"/unlink", nil) }
	if ways := b.get("/account/providers"); !strings.Contains(ways.body, "Acme account") || strings.Contains(ways.body, "Shop staff") {
		t.Errorf("an owner's ways in: %s", text(ways.body))
	}
	if done := unlink(); done.status != http.StatusSeeOther || !strings.HasSuffix(done.location, "done=provider-unlinked") {
		t.Fatalf("unlinked = %d to %q: %s", done.status, done.location, text(done.body))
	}
	if again := unlink(); again.status != http.StatusNotFound {
		t.Errorf("unlinked again = %d", again.status)
	}
	// Who has nothing else keeps it.
	b = k.browser(t)
	b.join(b.signIn(k.owners, "bob"), "Bob")
	if last := unlink(); last.status != http.StatusConflict || !strings.Contains(last.body, "last way in") {
		t.Errorf("the last way in = %d: %s", last.status, text(last.body))
	}
	k.Clock.Add(access.VerifiedFor)
	if stale := unlink(); stale.status != http.StatusSeeOther || !strings.Contains(stale.location, "/verify?next=") {
		t.Errorf("without a fresh proof = %d to %q", stale.status, stale.location)
	}
}
