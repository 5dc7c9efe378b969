package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

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
		{"a person is changed in one piece", personChanged},
		{"two admins cannot disable each other at once", lastAdmin},
		{"signing up says nothing about who is known", signUp},
		{"a token is found by its hash until it ends", tokens},
		{"an invitation is accepted once", invitations},
		{"the first link of an empty database is used once", firstStart},
		{"sessions are found until they are over", webSessions},
		{"guesses are counted by all processes together", throttleShared},
		{"a station is enrolled once and ends for good", stations},
		{"a person has one badge", badges},
		{"a PIN is locked by wrong ones, and an officer is told", pins},
		{"who is disabled or forgotten has no badge and no PIN", badgesTaken},
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

func personChanged(t *testing.T, w *World) {
	ada := w.ada(t)
	token := access.Credential{ID: NewID("tok"), Hash: Hex("t"), Kind: access.KindPerson, Person: ada.ID, CreatedAt: w.Clock.Now()}
	if _, err := w.SaveCredential(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	spoilt := access.Credential{ID: NewID("tok"), Hash: Hex("s"), Kind: access.KindPerson, Person: ada.ID, CreatedAt: w.Clock.Now()}
	if _, err := w.SaveCredential(t.Context(), spoilt); err != nil {
		t.Fatal(err)
	}
	w.Tamper(t, fmt.Sprintf(`UPDATE credential SET scopes = '{junk' WHERE credential_id = '%s'`, spoilt.ID))
	changed, err := w.ChangePerson(t.Context(), ada.ID, func(p access.Person, otherAdmins int) (access.Person, error) {
		if diff := cmp.Diff(ada, p); diff != "" || otherAdmins != 0 {
			t.Errorf("change got %d other admins, and (-saved +got):\n%s", otherAdmins, diff)
		}
		p.Name, p.PasswordHash, p.Generation, p.DisabledAt = "Augusta Ada", "$argon2id$new", p.Generation+1, w.Clock.Now()
		p.Roles, p.Email, p.Org = []lifecycle.Role{lifecycle.RoleAuditor}, "elsewhere@example.test", w.Warehouse.ID
		return p, nil
	})
	want := ada
	want.Name, want.PasswordHash, want.Generation, want.DisabledAt = "Augusta Ada", "$argon2id$new", ada.Generation+1, w.Clock.Now()
	want.Roles = []lifecycle.Role{lifecycle.RoleAuditor}
	if diff := cmp.Diff(want, changed); err != nil || diff != "" {
		t.Errorf("changed: %v; address and organisation stay (-want +got):\n%s", err, diff)
	}
	if ended, err := w.CredentialByHash(t.Context(), token.Hash); err != nil || ended.EndedAt.IsZero() {
		t.Errorf("token of a disabled person: %+v, %v; want it ended", ended, err)
	}
	if n := w.Tamper(t, fmt.Sprintf(`UPDATE credential SET scopes = '[]' WHERE credential_id = '%s' AND ended_at IS NOT NULL`, spoilt.ID)); n != 1 {
		t.Error("a token whose scopes cannot be read outlived its person")
	}
	no := func(p access.Person, _ int) (access.Person, error) { return p, lifecycle.ErrForbidden }
	if _, err := w.ChangePerson(t.Context(), ada.ID, no); !errors.Is(err, lifecycle.ErrForbidden) {
		t.Errorf("change's own error: %v, want it as it is", err)
	}
	if _, err := w.ChangePerson(t.Context(), "psn_x", no); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("change of nobody: %v, want ErrNotFound", err)
	}
}

func lastAdmin(t *testing.T, w *World) {
	var admins []access.Person
	for _, email := range []string{"a@example.test", "b@example.test"} {
		saved, err := w.SavePerson(t.Context(), access.Person{
			ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleAdmin},
			Email: email, PasswordHash: "$argon2id$", CreatedAt: w.Clock.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		admins = append(admins, saved)
	}
	errs := make([]error, len(admins))
	var wg sync.WaitGroup
	for i, admin := range admins {
		wg.Go(func() {
			_, errs[i] = w.ChangePerson(t.Context(), admin.ID, func(p access.Person, otherAdmins int) (access.Person, error) {
				if otherAdmins == 0 {
					return p, lifecycle.ErrRefused
				}
				p.DisabledAt = w.Clock.Now()
				return p, nil
			})
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("two admins disabled at once: %v; want one to stay", errs)
	}
}

func signUp(t *testing.T, w *World) {
	size := func() int64 {
		t.Helper()
		w.settle(t)
		head, err := w.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return head
	}
	bob := access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: "Bob", Email: "bob@example.test",
		PasswordHash: "$argon2id$", CreatedAt: w.Clock.Now(),
	}
	before := size()
	if err := w.SignUp(t.Context(), bob); err != nil {
		t.Fatal(err)
	}
	if got, err := w.PersonByEmail(t.Context(), bob.Email); err != nil || cmp.Diff(bob, got) != "" {
		t.Errorf("signed up: %v, (-want +got):\n%s", err, cmp.Diff(bob, got))
	}
	first := size() - before
	thief := bob
	thief.ID, thief.PasswordHash = lifecycle.PersonID(NewID("psn")), "$argon2id$thief"
	if err := w.SignUp(t.Context(), thief); err != nil {
		t.Errorf("a known address: %v, want the same answer", err)
	}
	if second := size() - before - first; second != first {
		t.Errorf("the ledger grew by %d for a new address and by %d for a known one", first, second)
	}
	if got, err := w.PersonByEmail(t.Context(), bob.Email); err != nil || cmp.Diff(bob, got) != "" {
		t.Errorf("who was there: %v, (-want +got):\n%s", err, cmp.Diff(bob, got))
	}
	if _, err := w.Person(t.Context(), thief.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("who came later: %v, want ErrNotFound", err)
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
	if byID, err := w.Credential(t.Context(), token.ID); err != nil || cmp.Diff(token, byID) != "" {
		t.Errorf("token by id: %v, (-saved +read):\n%s", err, cmp.Diff(token, byID))
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
