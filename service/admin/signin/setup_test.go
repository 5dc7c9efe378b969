package signin_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/webtest"
)

// firstLink is the path of the link that an empty database prints.
func (k *kit) firstLink(t *testing.T) string {
	t.Helper()
	link, needed, err := k.entrance.FirstStart(t.Context())
	if err != nil || !needed {
		t.Fatalf("FirstStart: %t, %v", needed, err)
	}
	path, ok := strings.CutPrefix(link, "http://quitclaim.test/setup/")
	if !ok {
		t.Fatalf("the link is %q", link)
	}
	return "/setup/" + path
}

func founding(email string) []string {
	return []string{
		"organisation", "Acme", "brands", "acme, Acme-Home acme", "name", "Ada", "email", email,
		"password", password, "password_again", password,
	}
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	link := k.firstLink(t)
	b := k.browser()
	page := b.get(link)
	wantStatus(t, "the page", page, http.StatusOK)
	hasAll(t, page.Body, `name="organisation"`, `name="brands"`, `autocomplete="new-password"`)

	wantTo(t, "set up", b.post(link, founding("ada@acme.example")...), "/")
	account := b.get("/account")
	wantStatus(t, "the account", account, http.StatusOK)
	hasAll(t, account.Body, `<a href="/account">Ada</a>`, "ada@acme.example", "Acme", "Admin")

	org, err := k.FirstOrganisation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := access.Organisation{ID: org.ID, Kind: lifecycle.OrgVendor, Name: "Acme", Brands: []string{"acme", "acme-home"}, CreatedAt: k.Clock.Now()}
	if diff := cmp.Diff(want, org); diff != "" {
		t.Errorf("organisation (-want +got):\n%s", diff)
	}
	if _, needed, err := k.entrance.FirstStart(t.Context()); needed || err != nil {
		t.Errorf("FirstStart afterwards: %t, %v", needed, err)
	}
	used, never := k.browser().get(link), k.browser().get("/setup/qc_never-made")
	if used.Status != http.StatusNotFound || used.Body != never.Body {
		t.Errorf("a used link: %d; one never made: %d; bytes equal: %t", used.Status, never.Status, used.Body == never.Body)
	}
	if got := k.browser().post(link, founding("eve@evil.example")...); got.Status != http.StatusNotFound {
		t.Errorf("a used link, used again: %d", got.Status)
	}
	k.logTells(t, strings.TrimPrefix(link, "/setup/"), "ada@acme.example", password, "Ada")
}

// TestSetUpMistakes: every mistake at once, each at its field, and the link
// still works.
func TestSetUpMistakes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	link := k.firstLink(t)
	b := k.browser()
	got := b.post(link, "organisation", "", "brands", "ok, NOT_OK", "name", "", "email", "nobody", "password", "tiny-pw-1", "password_again", "other")
	wantStatus(t, "mistakes", got, http.StatusUnprocessableEntity)
	for _, field := range []string{"organisation", "brands", "name", "email", "password", "password_again"} {
		hasAll(t, got.Body, `id="`+field+`-mistake"`)
	}
	hasAll(t, got.Body, "“NOT_OK” is no brand", `value="nobody"`)
	if strings.Contains(got.Body, "tiny-pw-1") {
		t.Error("the password comes back in the page")
	}
	wantTo(t, "then right", b.post(link, founding("ada@acme.example")...), "/")
}

// TestSetUpRace: of many who use the link at once, one wins.
func TestSetUpRace(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	link := k.firstLink(t)
	answers := make([]*webtest.Response, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			answers[i] = k.browser().post(link, founding(string(rune('a'+i))+"@acme.example")...)
		})
	}
	all.Wait()
	won := 0
	for _, got := range answers {
		switch got.Status {
		case http.StatusSeeOther:
			won++
		case http.StatusNotFound:
		default:
			t.Errorf("an answer of %d: %s", got.Status, got.Body)
		}
	}
	if won != 1 {
		t.Errorf("%d set up", won)
	}
	orgs, _, err := k.Organisations(t.Context(), "", lifecycle.Page{})
	if err != nil || len(orgs) != 1 {
		t.Fatalf("%d organisations, %v", len(orgs), err)
	}
	if people, _, err := k.People(t.Context(), orgs[0].ID, lifecycle.Page{}); err != nil || len(people) != 1 {
		t.Errorf("%d people, %v", len(people), err)
	}
}

func TestLinksEnd(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	first := k.firstLink(t)
	second := k.firstLink(t)
	if got := k.browser().get(first); got.Status != http.StatusNotFound {
		t.Errorf("the link of the start before: %d", got.Status)
	}
	k.Clock.Add(signin.SetUpFor - time.Minute)
	wantStatus(t, "in time", k.browser().get(second), http.StatusOK)
	k.Clock.Add(time.Minute)
	if got := k.browser().get(second); got.Status != http.StatusNotFound {
		t.Errorf("too late: %d", got.Status)
	}
	if got := k.browser().post(second, founding("ada@acme.example")...); got.Status != http.StatusNotFound {
		t.Errorf("used too late: %d", got.Status)
	}
}

func (k *kit) invitation(t *testing.T, id lifecycle.PersonID) string {
	t.Helper()
	link, err := k.entrance.Link(t.Context(), id, access.InviteFor)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(link, "http://quitclaim.test")
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	mara := k.person(t, shop, "mara@shop.example", lifecycle.RoleClerk)
	old := k.browser()
	wantTo(t, "sign in", old.signIn(mara.Email, password), "/")

	link := k.invitation(t, mara.ID)
	if again := k.invitation(t, mara.ID); k.browser().get(link).Status != http.StatusNotFound {
		t.Error("the link of before still works")
	} else {
		link = again
	}
	b := k.browser()
	page := b.get(link)
	wantStatus(t, "the page", page, http.StatusOK)
	hasAll(t, page.Body, "Corner Shop invites you", "mara@shop.example")
	wrong := b.post(link, "password", "short", "password_again", "shorter")
	wantStatus(t, "a short password", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "password-mistake", "password_again-mistake")
	if !old.in() {
		t.Error("a link alone ended a session")
	}

	const next = "another long sentence"
	wantTo(t, "accept", b.post(link, "password", next, "password_again", next), "/")
	if !b.in() {
		t.Error("whoever accepted is not signed in")
	}
	if old.in() {
		t.Error("a session with the old password goes on")
	}
	wantTo(t, "the new password", k.browser().signIn(mara.Email, next), "/")
	wantStatus(t, "the old password", k.browser().signIn(mara.Email, password), http.StatusUnprocessableEntity)
	if got := k.browser().post(link, "password", next, "password_again", next); got.Status != http.StatusNotFound {
		t.Errorf("the link again: %d", got.Status)
	}
}

// TestInvitationOfTheDisabled: a link made before is nothing any more.
func TestInvitationOfTheDisabled(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "mara@shop.example", lifecycle.RoleClerk)
	link := k.invitation(t, mara.ID)
	k.disable(t, mara.ID)
	page, post := k.browser().get(link), k.browser().post(link, "password", password, "password_again", password)
	if page.Status != http.StatusNotFound || post.Status != http.StatusNotFound {
		t.Errorf("page %d, use %d", page.Status, post.Status)
	}
	// A link of the first start is no invitation, and the other way round.
	if _, err := k.entrance.Accept(t.Context(), "qc_never", password); err == nil {
		t.Error("a link that never was let somebody in")
	}
}
