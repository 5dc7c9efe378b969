package oidc_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/admin/oidc"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

func TestPasswordsEndAndNobodyIsLockedOut(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.link(t, k.staff, k.admin, "ada")
	b := k.browser(t)
	b.byPassword("admin@shop.test")
	end := url.Values{"allowed": {"false"}}
	if early := b.post("/admin/providers/passwords", end); early.status != http.StatusConflict {
		t.Errorf("from a session by password = %d: %s", early.status, text(early.body))
	}
	clerk := k.browser(t)
	clerk.byPassword("clerk@shop.test")
	b = k.browser(t)
	b.signIn(k.staff, "ada")
	if done := b.post("/admin/providers/passwords", end); done.status != http.StatusSeeOther || !strings.HasSuffix(done.location, "done=passwords-off") {
		t.Fatalf("ended = %d to %q: %s", done.status, done.location, text(done.body))
	}
	if person, _, _ := b.who(); person != string(k.admin.ID) {
		t.Error("who ended passwords is signed out")
	}
	if person, _, _ := clerk.who(); person != "" {
		t.Error("a session by password goes on")
	}
	if in := clerk.byPassword("clerk@shop.test"); in.status != http.StatusUnprocessableEntity || !strings.Contains(in.body, "not with a password") {
		t.Errorf("by password = %d: %s", in.status, text(in.body))
	}
	if guess := clerk.post("/sign-in", url.Values{"email": {"clerk@shop.test"}, "password": {"a wrong guess of it"}}); strings.Contains(guess.body, "not with a password") {
		t.Error("a wrong password is told what the organisation does")
	}
	if in := k.browser(t).byPassword("owner@example.test"); in.status != http.StatusSeeOther {
		t.Errorf("an owner by password = %d", in.status)
	}
	// Her last way in stays, and so does what it leads through.
	if last := b.post("/account/providers/"+k.staff.ID+"/unlink", nil); last.status != http.StatusConflict {
		t.Errorf("unlink beside a password that lets nobody in = %d", last.status)
	}
	if gone := b.post("/admin/providers/"+k.staff.ID+"/end", nil); gone.status != http.StatusConflict {
		t.Errorf("end the provider from a session through it = %d", gone.status)
	}
	byPasskey := principal(k.admin, k.shop, access.MeansPasskey)
	settings := k.settings(access.AudienceStaff, "Renamed")
	if _, err := k.room.Change(t.Context(), principal(k.admin, k.shop, access.MeansOIDC), k.staff.ID, settings); err != nil {
		t.Errorf("another name keeps nobody out: %v", err)
	}
	settings.ClientID = "another"
	if _, err := k.room.Change(t.Context(), principal(k.admin, k.shop, access.MeansOIDC), k.staff.ID, settings); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("another client from a session through it: %v, want ErrRefused", err)
	}
	if _, err := k.room.Change(t.Context(), byPasskey, k.staff.ID, settings); err != nil {
		t.Errorf("by passkey: %v", err)
	}
	// Whoever runs the server lets passwords in again.
	operator := access.Principal{Kind: access.KindMachine, Machine: "operator", Scopes: []access.Scope{access.ScopeOperator}}
	if org, err := k.room.SetPasswords(t.Context(), operator, k.shop.ID, true); err != nil || org.PasswordsOff() {
		t.Errorf("the operator: %+v, %v", org, err)
	}
	if in := clerk.byPassword("clerk@shop.test"); in.status != http.StatusSeeOther {
		t.Errorf("by password again = %d: %s", in.status, text(in.body))
	}
}

func TestProvidersAreTheirOrganisations(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, own, other := t.Context(), principal(k.admin, k.shop, access.MeansPasskey), principal(k.admin, k.vendor, access.MeansPasskey)
	settings := k.settings(access.AudienceStaff, "Shop staff")
	for what, err := range map[string]error{
		"read": second(k.room.Provider(ctx, other, k.staff.ID)), "change": second(k.room.Change(ctx, other, k.staff.ID, settings)),
		"end": second(k.room.End(ctx, other, k.staff.ID)), "try": k.room.Try(ctx, other, k.staff.ID), "policy": second(k.room.Policy(ctx, other, k.shop.ID)),
		"passwords": second(k.room.SetPasswords(ctx, other, k.shop.ID, true)),
	} {
		if !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("another's, %s: %v, want ErrNotFound", what, err)
		}
	}
	if err := k.room.Try(ctx, own, k.staff.ID); err != nil {
		t.Errorf("try: %v", err)
	}
	k.op.bend(bent{metadata: func(m map[string]any) { m["jwks_uri"] = "https://keys.example/" }})
	var failure *oidc.Failure
	if err := k.room.Try(ctx, own, k.staff.ID); !errors.As(err, &failure) || failure.Detail != "discovery.keys-host" {
		t.Errorf("try one with keys elsewhere: %v", err)
	}
	settings.Issuer, settings.Secret = "https://id.example", ""
	if _, err := k.room.Change(ctx, own, k.staff.ID, settings); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Provider(ctx, k.staff.ID); err != nil || got.Secret != "" || got.Issuer != settings.Issuer {
		t.Errorf("with another issuer: %+v, %v; want the secret forgotten", got.Issuer, err)
	}
	if _, err := k.room.End(ctx, own, k.staff.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.room.Change(ctx, own, k.staff.ID, settings); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("change what has ended: %v, want ErrRefused", err)
	}
	if gone := k.browser(t).post("/sign-in/with/"+k.staff.ID, nil); gone.status != http.StatusGone {
		t.Errorf("through what has ended = %d", gone.status)
	}
}

func second[T any](_ T, err error) error { return err }

// Every code that a page or an answer may hold has a sentence.
func TestCodesHaveSentences(t *testing.T) {
	t.Parallel()
	codes := []string{
		"provider.audience", "provider.owners-vendor", "provider.shape", "provider.issuer-https", "provider.hosts", "provider.acr", "provider.max-age",
		"provider.enough", "provider.ended", "provider.passwords-off", "passwords.come-without", "identity.taken", "identity.another", "identity.last",
		"sign-in.passwords-off", "provider.try.well", "provider.try.discovery", "provider.try.discovery.claims",
	}
	for _, trouble := range oidc.Troubles() {
		codes = append(codes, "trouble."+string(trouble))
	}
	for _, detail := range []string{
		"authorize-host", "token-host", "keys-host", "pkce", "algorithms", "network", "host", "too-long", "redirect", "status", "crowd", "unreachable",
	} {
		codes = append(codes, "provider.try.discovery."+detail)
	}
	missing, err := messages.Missing(codes...)
	if err != nil || len(missing) > 0 {
		t.Errorf("no sentence for %q, %v", missing, err)
	}
}
