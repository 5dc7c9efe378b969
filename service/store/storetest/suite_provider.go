package storetest

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func providerScenarios() []scenario {
	return []scenario{
		{"a provider is kept with its secret, changed and ended", providersKept},
		{"an attempt at a provider is taken once, by its own browser", providerAttempts},
		{"an owner who is new comes in once, however often at once", ownersByIdentity},
		{"an invitation is accepted through a provider", invitedByIdentity},
		{"an identity is one person's, and their last way in stays", identitiesLinked},
		{"passwords end for an organisation, and so do sessions", passwordsEnd},
	}
}

func (w *World) provider(t *testing.T, org lifecycle.OrgID, audience access.Audience, name string) access.Provider {
	t.Helper()
	p := access.Provider{
		ID: NewID("prv"), Org: org, Audience: audience, Name: name, Issuer: "https://id.example", ClientID: "quitclaim", Secret: "s3cret",
		Hosts: []string{"keys.example"}, ACR: []string{"phr"}, MaxAge: time.Hour, Listed: true, By: "psn_admin", CreatedAt: w.Clock.Now(),
	}
	saved, err := w.SaveProvider(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if saved.Secret != "" {
		t.Error("a saved answer has the secret")
	}
	return p
}

func providersKept(t *testing.T, w *World) {
	ctx := t.Context()
	acme := w.provider(t, w.Vendor.ID, access.AudienceOwners, "Acme")
	own := w.provider(t, w.Retailer.ID, access.AudienceStaff, "Shop")
	if got, err := w.Provider(ctx, acme.ID); err != nil || cmp.Diff(acme, got) != "" {
		t.Errorf("provider: %v (-saved +read):\n%s", err, cmp.Diff(acme, got))
	}
	bare := acme
	bare.Secret = ""
	if list, _, err := w.Providers(ctx, w.Vendor.ID, lifecycle.Page{}); err != nil || cmp.Diff([]access.Provider{bare}, list) != "" {
		t.Errorf("the vendor's: %+v, %v; want its own, without the secret", list, err)
	}
	if list, err := w.ListedProviders(ctx); err != nil || len(list) != 2 || list[0].ID != acme.ID {
		t.Errorf("listed: %+v, %v; want both, by name", list, err)
	}
	_, err := w.ChangeProvider(ctx, own.ID, func(p access.Provider, org access.Organisation) (access.Provider, error) {
		if org.ID != w.Retailer.ID || p.Secret != own.Secret {
			t.Errorf("change is shown %+v of %s", p, org.ID)
		}
		p.Org, p.Audience, p.Name, p.Listed = w.Vendor.ID, access.AudienceOwners, "Shop 2", false
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	own.Name, own.Listed = "Shop 2", false
	if got, err := w.Provider(ctx, own.ID); err != nil || cmp.Diff(own, got) != "" {
		t.Errorf("changed: %v; whose it is and for whom stay (-want +got):\n%s", err, cmp.Diff(own, got))
	}
	_, err = w.ChangeProvider(ctx, acme.ID, func(p access.Provider, _ access.Organisation) (access.Provider, error) {
		p.EndedAt = w.Clock.Now()
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := w.ListedProviders(ctx); err != nil || len(list) != 0 {
		t.Errorf("listed: %+v, %v; want none: one has ended, one is hidden", list, err)
	}
	if got, err := w.Provider(ctx, acme.ID); err != nil || got.Stands() {
		t.Errorf("ended: %+v, %v", got, err)
	}
	if _, err := w.Provider(ctx, "prv_nobody"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("no provider: %v, want ErrNotFound", err)
	}
}

func providerAttempts(t *testing.T, w *World) {
	ctx, p := t.Context(), w.provider(t, w.Vendor.ID, access.AudienceOwners, "Acme")
	begin := func(state string, purpose access.ProviderPurpose, person lifecycle.PersonID) access.ProviderAttempt {
		a := access.ProviderAttempt{
			StateHash: Hex(state), BrowserHash: Hex("browser"), Provider: p.ID, Purpose: purpose, Person: person,
			Kept:      access.ProviderKept{Next: "/mine", Subject: "h", Name: "Ada", ProvedAt: w.Clock.Now()},
			StartedAt: w.Clock.Now(), ExpiresAt: w.Clock.Now().Add(access.ProviderAttemptFor),
		}
		if err := w.StartProviderAttempt(ctx, a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	one := begin("one", access.ForLink, "psn_ada")
	if _, err := w.TakeProviderAttempt(ctx, one.StateHash, Hex("another browser")); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another browser: %v, want ErrNotFound", err)
	}
	var taken atomic.Int64
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			got, err := w.TakeProviderAttempt(ctx, one.StateHash, one.BrowserHash)
			if err == nil {
				taken.Add(1)
				if diff := cmp.Diff(one, got); diff != "" {
					t.Errorf("attempt (-began +taken):\n%s", diff)
				}
			} else if !errors.Is(err, lifecycle.ErrNotFound) {
				t.Errorf("taken twice: %v, want ErrNotFound", err)
			}
		})
	}
	group.Wait()
	if taken.Load() != 1 {
		t.Errorf("taken %d times, want once", taken.Load())
	}
	late := begin("late", access.ForSignIn, "")
	w.Clock.Add(access.ProviderAttemptFor)
	if _, err := w.TakeProviderAttempt(ctx, late.StateHash, late.BrowserHash); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("too late: %v, want ErrNotFound", err)
	}
	begin("over", access.ForSignIn, "")
	w.Clock.Add(24 * time.Hour)
	if n, _, err := w.Purge(ctx); err != nil || n == 0 {
		t.Errorf("purged %d, %v; want what is over", n, err)
	}
}

func ownersByIdentity(t *testing.T, w *World) {
	ctx, p := t.Context(), w.provider(t, w.Vendor.ID, access.AudienceOwners, "Acme")
	identity := access.Identity{Provider: p.ID, Subject: "h1", LinkedAt: w.Clock.Now()}
	if _, err := w.PersonByIdentity(ctx, p.ID, "h1"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("nobody yet: %v, want ErrNotFound", err)
	}
	var group sync.WaitGroup
	ids := make([]lifecycle.PersonID, 3)
	for i := range ids {
		group.Go(func() {
			got, err := w.AddOwner(ctx, access.Person{
				ID: lifecycle.PersonID(NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: "Ada", Email: "ada@example.test",
				Generation: 1, CreatedAt: w.Clock.Now(),
			}, identity)
			if err != nil {
				t.Error(err)
			}
			ids[i] = got.ID
		})
	}
	group.Wait()
	ada, err := w.PersonByIdentity(ctx, p.ID, "h1")
	if err != nil || ids[0] != ada.ID || ids[1] != ada.ID || ids[2] != ada.ID {
		t.Fatalf("came in as %v; the subject is %s's, %v", ids, ada.ID, err)
	}
	if ada.Email != "" || ada.Org != "" || ada.Name != "Ada" || ada.JoinedAt.IsZero() {
		t.Errorf("owner %+v: want a name, no address and no organisation", ada)
	}
	second, err := w.AddOwner(ctx, access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: "Bob", Generation: 1, CreatedAt: w.Clock.Now(),
	}, access.Identity{Provider: p.ID, Subject: "h2", LinkedAt: w.Clock.Now()})
	if err != nil || second.ID == ada.ID {
		t.Errorf("another subject: %s, %v; want somebody else: no address is theirs both", second.ID, err)
	}
	if err := w.ForgetPerson(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.PersonByIdentity(ctx, p.ID, "h1"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("forgotten: %v, want ErrNotFound", err)
	}
	if list, err := w.IdentitiesOf(ctx, ada.ID); err != nil || len(list) != 0 {
		t.Errorf("forgotten: %+v, %v; want no identity", list, err)
	}
}

func invitedByIdentity(t *testing.T, w *World) {
	ctx := t.Context()
	own := w.provider(t, w.Retailer.ID, access.AudienceStaff, "Shop")
	elsewhere := w.provider(t, w.Warehouse.ID, access.AudienceStaff, "House")
	mara := access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleAdmin}, Name: "Mara",
		Email: "mara@example.test", Generation: 1, CreatedAt: w.Clock.Now(),
	}
	if _, err := w.SavePerson(ctx, mara); err != nil {
		t.Fatal(err)
	}
	invite := func(code string) string {
		link := access.SetupLink{Hash: Hex(code), Person: mara.ID, ExpiresAt: w.Clock.Now().Add(time.Hour)}
		if err := w.SaveSetupLink(ctx, link); err != nil {
			t.Fatal(err)
		}
		return link.Hash
	}
	hash := invite("one")
	wrong := access.Identity{Provider: elsewhere.ID, Subject: "h", LinkedAt: w.Clock.Now()}
	if _, err := w.AcceptByIdentity(ctx, hash, wrong); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another organisation's provider: %v, want ErrNotFound", err)
	}
	right := access.Identity{Provider: own.ID, Subject: "h", LinkedAt: w.Clock.Now()}
	got, err := w.AcceptByIdentity(ctx, hash, right)
	if err != nil || got.ID != mara.ID || got.Generation != 2 || got.JoinedAt.IsZero() || got.PasswordHash != "" {
		t.Fatalf("accepted: %+v, %v", got, err)
	}
	if _, err := w.AcceptByIdentity(ctx, hash, right); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("the same link again: %v, want ErrNotFound", err)
	}
	if told := w.toldOf(t, mara.ID); told != "" {
		t.Errorf("her first coming in was told as %q", told)
	}
	// Whoever has a link of hers replaces how she comes in: she hears of it.
	if _, err := w.AcceptByIdentity(ctx, invite("again"), right); err != nil {
		t.Fatal(err)
	}
	if told := w.toldOf(t, mara.ID); told != "factor-changed:linked" {
		t.Errorf("a link that was used for who had come in was told as %q", told)
	}
	w.Clock.Add(time.Second)
	if _, err := w.AcceptInvitation(ctx, invite("password"), "$argon2id$new"); err != nil {
		t.Fatal(err)
	}
	if told := w.toldOf(t, mara.ID); told != "factor-changed:password factor-changed:linked" {
		t.Errorf("a password for who had none was told as %q", told)
	}
	// She can do an admin's work now: another admin need not stay.
	ada := w.ada(t)
	_, err = w.ChangePerson(ctx, ada.ID, func(p access.Person, others int) (access.Person, error) {
		if others != 1 {
			t.Errorf("%d other admins, want 1: she has no password and needs none", others)
		}
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.ChangePerson(ctx, mara.ID, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = w.Clock.Now()
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AcceptByIdentity(ctx, invite("two"), right); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("disabled: %v, want ErrNotFound", err)
	}
}

// toldOf is what stands in a person's inbox, the latest first.
func (w *World) toldOf(t *testing.T, person lifecycle.PersonID) string {
	t.Helper()
	list, _, err := w.Notices(t.Context(), person, lifecycle.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, n := range list {
		told = append(told, string(n.Kind)+":"+n.Params["what"])
	}
	return strings.Join(told, " ")
}

func identitiesLinked(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	own := w.provider(t, w.Retailer.ID, access.AudienceStaff, "Shop")
	owners := w.provider(t, w.Vendor.ID, access.AudienceOwners, "Acme")
	link := func(provider, subject string, person lifecycle.PersonID) error {
		return w.LinkIdentity(ctx, access.Identity{Provider: provider, Subject: subject, Person: person, LinkedAt: w.Clock.Now()})
	}
	if err := link(owners.ID, "h", ada.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("staff at a provider for owners: %v, want ErrNotFound", err)
	}
	for range 2 {
		if err := link(own.ID, "h", ada.ID); err != nil {
			t.Errorf("linked, and linked once more: %v", err)
		}
	}
	if err := link(own.ID, "h2", ada.ID); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("a second subject there: %v, want ErrRefused", err)
	}
	eve := access.Person{ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: ada.Roles, Name: "Eve", Email: "eve@example.test", CreatedAt: w.Clock.Now()}
	if _, err := w.SavePerson(ctx, eve); err != nil {
		t.Fatal(err)
	}
	if err := link(own.ID, "h", eve.ID); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("somebody else's subject: %v, want ErrRefused", err)
	}
	if list, err := w.ProvidersOf(ctx, ada.ID); err != nil || len(list) != 1 || list[0].ID != own.ID {
		t.Errorf("her providers: %+v, %v", list, err)
	}
	if err := w.UnlinkIdentity(ctx, ada.ID, owners.ID, ""); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("unlink what is not linked: %v, want ErrNotFound", err)
	}
	for _, id := range []string{"ses_here", "ses_there"} {
		session := access.Session{ID: id, Person: ada.ID, TokenHash: Hex(id), Data: []byte("x"), ExpiresAt: w.Clock.Now().Add(time.Hour)}
		if err := w.CommitSession(ctx, session); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.UnlinkIdentity(ctx, ada.ID, own.ID, "ses_here"); err != nil {
		t.Errorf("unlink beside a password: %v", err)
	}
	if left, err := w.SessionsOf(ctx, ada.ID); err != nil || len(left) != 1 || left[0].ID != "ses_here" {
		t.Errorf("sessions after a provider was unlinked: %+v, %v; want the one that asked", left, err)
	}
	if err := link(own.ID, "h", eve.ID); err != nil {
		t.Errorf("a subject that is nobody's again: %v", err)
	}
	if err := w.UnlinkIdentity(ctx, eve.ID, own.ID, ""); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("her last way in: %v, want ErrRefused", err)
	}
	if err := link(own.ID, "h3", ada.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetPasswords(ctx, w.Retailer.ID, ada.ID, false); err != nil {
		t.Fatal(err)
	}
	if err := w.UnlinkIdentity(ctx, ada.ID, own.ID, ""); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("beside a password that lets nobody in: %v, want ErrRefused", err)
	}
}

func passwordsEnd(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	eve := access.Person{ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: ada.Roles, Name: "Eve", Email: "eve@example.test", Generation: 1, CreatedAt: w.Clock.Now()}
	if _, err := w.SavePerson(ctx, eve); err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []bool{false, false, true, true} {
		got, err := w.SetPasswords(ctx, w.Retailer.ID, ada.ID, allowed)
		if err != nil || got.PasswordsOff() == allowed {
			t.Errorf("passwords allowed %t: %+v, %v", allowed, got, err)
		}
		if read, err := w.Organisation(ctx, w.Retailer.ID); err != nil || cmp.Diff(got, read) != "" {
			t.Errorf("read back: %v (-set +read):\n%s", err, cmp.Diff(got, read))
		}
	}
	for _, p := range []struct {
		id   lifecycle.PersonID
		want int64
	}{{ada.ID, ada.Generation}, {eve.ID, eve.Generation + 1}} {
		if got, err := w.Person(ctx, p.id); err != nil || got.Generation != p.want {
			t.Errorf("generation %d, %v; want %d: sessions of all others end, once", got.Generation, err, p.want)
		}
	}
	if other, err := w.Organisation(ctx, w.Warehouse.ID); err != nil || other.PasswordsOff() {
		t.Errorf("another organisation: %+v, %v", other, err)
	}
}
