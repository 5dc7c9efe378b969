package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func (w *World) link(t *testing.T, text string, person lifecycle.PersonID) access.SetupLink {
	t.Helper()
	link := access.SetupLink{Hash: Hex(text), Person: person, ExpiresAt: w.Clock.Now().Add(time.Hour)}
	if err := w.SaveSetupLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	return link
}

func invitations(t *testing.T, w *World) {
	ada := w.ada(t)
	older, link := w.link(t, "older", ada.ID), w.link(t, "link", ada.ID)
	if _, err := w.SetupLink(t.Context(), older.Hash); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("an earlier link: %v, want ErrNotFound", err)
	}
	if got, err := w.SetupLink(t.Context(), link.Hash); err != nil || got != link {
		t.Errorf("link %+v, %v; want %+v", got, err, link)
	}
	saved, err := w.AcceptInvitation(t.Context(), link.Hash, "$argon2id$new")
	if err != nil || saved.PasswordHash != "$argon2id$new" || saved.Generation != ada.Generation+1 {
		t.Errorf("accepted: %+v, %v; want the new password and a new generation", saved, err)
	}
	if _, err := w.AcceptInvitation(t.Context(), link.Hash, "x"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("accepted twice: %v, want ErrNotFound", err)
	}
	late := w.link(t, "late", ada.ID)
	w.Clock.Add(time.Hour)
	if _, err := w.AcceptInvitation(t.Context(), late.Hash, "x"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("too late: %v, want ErrNotFound", err)
	}
	disabled := func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = w.Clock.Now()
		return p, nil
	}
	if _, err := w.ChangePerson(t.Context(), ada.ID, disabled); err != nil {
		t.Fatal(err)
	}
	forNobody := w.link(t, "disabled", ada.ID)
	if _, err := w.AcceptInvitation(t.Context(), forNobody.Hash, "x"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("who may not sign in: %v, want ErrNotFound", err)
	}
	if _, err := w.SetupLink(t.Context(), forNobody.Hash); err != nil {
		t.Errorf("a link that let nobody in is used up: %v", err)
	}
}

func firstStart(t *testing.T, w *World) {
	empty := w.another(t)
	if _, err := empty.FirstOrganisation(t.Context()); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("host of an empty database: %v, want ErrNotFound", err)
	}
	link := access.SetupLink{Hash: Hex("first"), ExpiresAt: empty.Clock.Now().Add(time.Hour)}
	if err := empty.SaveSetupLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	host := access.Organisation{ID: "org_host", Kind: lifecycle.OrgVendor, Name: "Host", Brands: []string{"host"}, CreatedAt: empty.Clock.Now()}
	admin := access.Person{
		ID: "psn_admin", Org: host.ID, Roles: []lifecycle.Role{lifecycle.RoleAdmin}, Name: "Admin", Email: "admin@example.test", CreatedAt: empty.Clock.Now(),
	}
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = empty.SetUp(t.Context(), link.Hash, host, admin) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("too late at the first start: %v, want ErrNotFound", err)
		}
	}
	got, err := empty.FirstOrganisation(t.Context())
	if diff := cmp.Diff(host, got); done != 1 || err != nil || diff != "" {
		t.Errorf("%d set it up, %v, want one; host (-want +got):\n%s", done, err, diff)
	}
	if _, err := empty.PersonByEmail(t.Context(), admin.Email); err != nil {
		t.Errorf("first admin: %v", err)
	}
	second := w.link(t, "second", "")
	if err := w.SetUp(t.Context(), second.Hash, host, admin); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a first link where there are organisations: %v, want ErrNotFound", err)
	}
}

func webSessions(t *testing.T, w *World) {
	ctx, hash := t.Context(), Hex("token")
	for _, data := range []string{"one", "two"} {
		if err := w.CommitSession(ctx, access.Session{TokenHash: hash, Data: []byte(data), ExpiresAt: w.Clock.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	data, found, err := w.FindSession(ctx, hash)
	if err != nil || !found || string(data) != "two" {
		t.Errorf("session %q, %v, %v; want two", data, found, err)
	}
	if _, found, err := w.FindSession(ctx, Hex("another")); err != nil || found {
		t.Errorf("unknown token: found %v, %v", found, err)
	}
	w.Clock.Add(time.Hour)
	if _, found, err := w.FindSession(ctx, hash); err != nil || found {
		t.Errorf("a session that is over: found %v, %v", found, err)
	}
	w.Clock.Add(2 * time.Hour)
	if purged, _, err := w.Purge(ctx); err != nil || purged != 1 {
		t.Errorf("purged %d, %v; want the session", purged, err)
	}
	if err := w.CommitSession(ctx, access.Session{TokenHash: hash, Data: []byte("three"), ExpiresAt: w.Clock.Now().Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if err := w.TouchSession(ctx, hash, []byte("still three"), w.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	if data, found, err := w.FindSession(ctx, hash); err != nil || !found || string(data) != "still three" {
		t.Errorf("session %q, %v, %v; want it touched", data, found, err)
	}
	if err := w.DeleteSession(ctx, hash); err != nil {
		t.Fatal(err)
	}
	// A request that is under way when it ends does not bring it back.
	if err := w.TouchSession(ctx, hash, []byte("four"), w.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, found, err := w.FindSession(ctx, hash); err != nil || found {
		t.Errorf("a deleted session: found %v, %v", found, err)
	}
}
