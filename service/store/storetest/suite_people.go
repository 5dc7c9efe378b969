package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func peopleScenarios() []scenario {
	return []scenario{
		{"an organisation and its brands", organisations},
		{"a person is found by mail address in any letter case", personByEmail},
		{"a mail address is one person's", emailTaken},
		{"a forgotten person cannot be read nor sign in", forgotten},
		{"a new generation ends sessions, saving does not", generations},
		{"a token is found by its hash until it ends", tokens},
		{"a set-up link is used once", setupLinks},
		{"sessions are found until they are over", webSessions},
		{"models and accreditations", models},
	}
}

func organisations(t *testing.T, w *World) {
	got, err := w.Organisation(t.Context(), w.Vendor.ID)
	if diff := cmp.Diff(w.Vendor, got); err != nil || diff != "" {
		t.Errorf("organisation: %v, (-saved +read):\n%s", err, diff)
	}
	if vendor, err := w.VendorOf(t.Context(), Brand); err != nil || vendor.ID != w.Vendor.ID {
		t.Errorf("vendor of %s: %s, %v; want %s", Brand, vendor.ID, err, w.Vendor.ID)
	}
	thief := access.Organisation{
		ID: lifecycle.OrgID(NewID("org")), Kind: lifecycle.OrgVendor, Name: "Thief", Brands: []string{"thief", Brand}, CreatedAt: w.Clock.Now(),
	}
	if _, err := w.SaveOrganisation(t.Context(), thief); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("another's brand: %v, want ErrInvalid", err)
	}
	if _, err := w.Organisation(t.Context(), thief.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("who took another's brand: %v, want ErrNotFound", err)
	}
	renamed := w.Vendor
	renamed.Name, renamed.Brands = "Acme Ltd", []string{"acme-pro"}
	if _, err := w.SaveOrganisation(t.Context(), renamed); err != nil {
		t.Fatal(err)
	}
	if _, err := w.VendorOf(t.Context(), Brand); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("vendor of a brand that was given up: %v, want ErrNotFound", err)
	}
	vendors, next, err := w.Organisations(t.Context(), lifecycle.OrgVendor, lifecycle.Page{Limit: 10})
	if diff := cmp.Diff([]access.Organisation{renamed}, vendors); err != nil || next != "" || diff != "" {
		t.Errorf("vendors: %v, next %q, (-want +got):\n%s", err, next, diff)
	}
	if all, _, err := w.Organisations(t.Context(), "", lifecycle.Page{}); err != nil || len(all) != 3 {
		t.Errorf("%d organisations, %v; want 3", len(all), err)
	}
}

func (w *World) ada(t *testing.T) access.Person {
	t.Helper()
	ada := access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk, lifecycle.RoleAdmin},
		Name: "Ada Lovelace", Email: "Ada@Example.test", PasswordHash: "$argon2id$", CreatedAt: w.Clock.Now(),
	}
	saved, err := w.SavePerson(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ada, saved); diff != "" {
		t.Errorf("saved person (-given +saved):\n%s", diff)
	}
	return saved
}

func personByEmail(t *testing.T, w *World) {
	ada := w.ada(t)
	for _, email := range []string{"Ada@Example.test", " ada@example.TEST "} {
		got, err := w.PersonByEmail(t.Context(), email)
		if diff := cmp.Diff(ada, got); err != nil || diff != "" {
			t.Errorf("by %q: %v, (-want +got):\n%s", email, err, diff)
		}
	}
	if _, err := w.PersonByEmail(t.Context(), "bob@example.test"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("by an unknown address: %v, want ErrNotFound", err)
	}
	staff, _, err := w.People(t.Context(), w.Retailer.ID, lifecycle.Page{})
	if err != nil || len(staff) != 2 {
		t.Errorf("%d people of the retailer, %v; want the clerk and Ada", len(staff), err)
	}
	if empty, err := w.Empty(t.Context()); err != nil || empty {
		t.Errorf("empty %v, %v; want not", empty, err)
	}
}

func emailTaken(t *testing.T, w *World) {
	ada := w.ada(t)
	other := ada
	other.ID, other.Email = lifecycle.PersonID(NewID("psn")), "ADA@example.test"
	var mistakes *lifecycle.Invalid
	if _, err := w.SavePerson(t.Context(), other); !errors.As(err, &mistakes) || !lifecycle.HasReason(mistakes.Reasons, "email.taken") {
		t.Errorf("the same address: %v, want email.taken", err)
	}
	ada.Name = "Augusta Ada"
	if saved, err := w.SavePerson(t.Context(), ada); err != nil || saved.Name != ada.Name {
		t.Errorf("the same person again: %+v, %v; want the new name", saved, err)
	}
}

func forgotten(t *testing.T, w *World) {
	ada := w.ada(t)
	token := access.Credential{ID: NewID("tok"), Hash: Hex("ada's token"), Kind: access.KindPerson, Person: ada.ID, CreatedAt: w.Clock.Now()}
	if _, err := w.SaveCredential(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if err := w.ForgetPerson(t.Context(), ada.ID); err != nil {
		t.Fatal(err)
	}
	got, err := w.Person(t.Context(), ada.ID)
	want := access.Person{
		ID: ada.ID, Org: ada.Org, Roles: ada.Roles, Generation: ada.Generation + 1, CreatedAt: ada.CreatedAt, DisabledAt: w.Clock.Now(),
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("forgotten person: %v, (-want +got):\n%s", err, diff)
	}
	if _, err := w.PersonByEmail(t.Context(), ada.Email); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("by the old address: %v, want ErrNotFound", err)
	}
	if ended, err := w.CredentialByHash(t.Context(), token.Hash); err != nil || ended.EndedAt.IsZero() {
		t.Errorf("token of a forgotten person: %+v, %v; want it ended", ended, err)
	}
	if err := w.ForgetPerson(t.Context(), ada.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("forgetting twice: %v, want ErrNotFound", err)
	}
	again := ada
	again.ID = lifecycle.PersonID(NewID("psn"))
	if _, err := w.SavePerson(t.Context(), again); err != nil {
		t.Errorf("the address of a forgotten person is not free: %v", err)
	}
}

func generations(t *testing.T, w *World) {
	ada := w.ada(t)
	generation, err := w.AdvanceGeneration(t.Context(), ada.ID)
	if err != nil || generation != ada.Generation+1 {
		t.Fatalf("generation %d, %v; want %d", generation, err, ada.Generation+1)
	}
	saved, err := w.SavePerson(t.Context(), ada) // read before the generation moved on
	if err != nil || saved.Generation != generation {
		t.Errorf("saving made the generation %d, %v; want %d", saved.Generation, err, generation)
	}
	if _, err := w.AdvanceGeneration(t.Context(), "psn_x"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("generation of nobody: %v, want ErrNotFound", err)
	}
}

func tokens(t *testing.T, w *World) {
	token := access.Credential{
		ID: NewID("tok"), Hash: Hex("token"), Kind: access.KindMachine, Org: w.Retailer.ID, Scopes: []string{"sales"}, Name: "till 1", CreatedAt: w.Clock.Now(),
	}
	if _, err := w.SaveCredential(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	got, err := w.CredentialByHash(t.Context(), token.Hash)
	if diff := cmp.Diff(token, got); err != nil || diff != "" {
		t.Errorf("token: %v, (-saved +read):\n%s", err, diff)
	}
	if err := w.EndCredential(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	token.EndedAt = w.Clock.Now()
	list, _, err := w.Credentials(t.Context(), w.Retailer.ID, lifecycle.Page{})
	if diff := cmp.Diff([]access.Credential{token}, list); err != nil || diff != "" {
		t.Errorf("tokens of the retailer: %v, (-want +got):\n%s", err, diff)
	}
	if mine, _, err := w.CredentialsOf(t.Context(), w.Clerk.Person, lifecycle.Page{}); err != nil || len(mine) != 0 {
		t.Errorf("tokens of the clerk: %v, %v; want none", mine, err)
	}
	if err := w.EndCredential(t.Context(), token.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("ending twice: %v, want ErrNotFound", err)
	}
}

func setupLinks(t *testing.T, w *World) {
	ada := w.ada(t)
	link := access.SetupLink{Hash: Hex("link"), Person: ada.ID, ExpiresAt: w.Clock.Now().Add(time.Hour)}
	if err := w.SaveSetupLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	if got, err := w.SetupLink(t.Context(), link.Hash); err != nil || got != link {
		t.Errorf("link %+v, %v; want %+v", got, err, link)
	}
	other := ada
	other.ID = w.Clerk.Person
	if _, err := w.UseSetupLink(t.Context(), link.Hash, other); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another's link: %v, want ErrNotFound", err)
	}
	ada.PasswordHash = "$argon2id$new"
	if saved, err := w.UseSetupLink(t.Context(), link.Hash, ada); err != nil || saved.PasswordHash != ada.PasswordHash {
		t.Errorf("used: %+v, %v; want the new password", saved, err)
	}
	if _, err := w.UseSetupLink(t.Context(), link.Hash, ada); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("used twice: %v, want ErrNotFound", err)
	}
	late := access.SetupLink{Hash: Hex("late"), ExpiresAt: w.Clock.Now().Add(time.Hour)}
	if err := w.SaveSetupLink(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Hour)
	if _, err := w.SetupLink(t.Context(), late.Hash); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("too old: %v, want ErrNotFound", err)
	}
}

func webSessions(t *testing.T, w *World) {
	sessions := w.Sessions()
	ctx := t.Context()
	if err := sessions.CommitCtx(ctx, "token", []byte("one"), w.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := sessions.CommitCtx(ctx, "token", []byte("two"), w.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	data, found, err := sessions.FindCtx(ctx, "token")
	if err != nil || !found || string(data) != "two" {
		t.Errorf("session %q, %v, %v; want two", data, found, err)
	}
	if _, found, err := sessions.FindCtx(ctx, "another"); err != nil || found {
		t.Errorf("unknown token: found %v, %v", found, err)
	}
	w.Clock.Add(time.Hour)
	if _, found, err := sessions.FindCtx(ctx, "token"); err != nil || found {
		t.Errorf("a session that is over: found %v, %v", found, err)
	}
	if purged, err := w.Purge(ctx); err != nil || purged != 1 {
		t.Errorf("purged %d, %v; want the session", purged, err)
	}
	if err := sessions.CommitCtx(ctx, "next", []byte("three"), w.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := sessions.DeleteCtx(ctx, "next"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := sessions.FindCtx(ctx, "next"); err != nil || found {
		t.Errorf("a deleted session: found %v, %v", found, err)
	}
}

func models(t *testing.T, w *World) {
	twin := w.Model
	twin.ID, twin.GTIN = lifecycle.ModelID(NewID("mdl")), "04012345678918"
	if _, err := w.SaveModel(t.Context(), twin); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a name that is taken: %v, want ErrInvalid", err)
	}
	twin.Name, twin.GTIN = "Cam Two", w.Model.GTIN
	if _, err := w.SaveModel(t.Context(), twin); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a GTIN that is taken: %v, want ErrInvalid", err)
	}
	twin.GTIN = ""
	twin.Checklist = []lifecycle.Check{{ID: "lens", Text: "Lens is clean"}}
	if _, err := w.SaveModel(t.Context(), twin); err != nil {
		t.Fatal(err)
	}
	all, _, err := w.Models(t.Context(), w.Vendor.ID, lifecycle.Page{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%d models, %v; want 2", len(all), err)
	}
	if got, err := w.Store.Model(t.Context(), twin.ID); err != nil || cmp.Diff(twin, got) != "" {
		t.Errorf("model: %v, (-saved +read):\n%s", err, cmp.Diff(twin, got))
	}
	if may, err := w.AccreditationsFor(t.Context(), w.Warehouse.ID); err != nil || len(may) != 1 {
		t.Errorf("warehouse may certify %v, %v; want one model", may, err)
	}
	if err := w.EndAccreditation(t.Context(), w.Model.ID, w.Warehouse.ID); err != nil {
		t.Fatal(err)
	}
	if left, err := w.Accreditations(t.Context(), w.Model.ID); err != nil || len(left) != 0 {
		t.Errorf("accreditations after the end: %v, %v; want none", left, err)
	}
	if err := w.EndAccreditation(t.Context(), w.Model.ID, w.Warehouse.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("ending twice: %v, want ErrNotFound", err)
	}
}
