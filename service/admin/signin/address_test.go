package signin_test

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// in signs somebody in by password and mail.
func (k *kit) in(t *testing.T, email string) *browser {
	t.Helper()
	b := k.browser()
	k.mails(t)
	wantTo(t, "password", b.signIn(email, password), "/link")
	wantTo(t, "link", b.post(k.mail(t, email, "")), "/")
	return b
}

// letter is the one mail of these to an address.
func letter(t *testing.T, sent []notice.Delivery, to string) notice.Notice {
	t.Helper()
	for _, d := range sent {
		if d.Address == to {
			return d.Notice
		}
	}
	t.Fatalf("nothing to %s among %+v", to, sent)
	return notice.Notice{}
}

// TestAnAddressIsChanged: it takes the new mailbox and the person who is signed
// in. Who looks at the link, and who is signed in as somebody else, uses nothing
// up.
func TestAnAddressIsChanged(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, false)
	k.person(t, access.Organisation{}, "eve@home.example", lifecycle.RoleOwner)
	b, eve := k.in(t, mara.Email), k.in(t, "eve@home.example")
	hasAll(t, b.get("/account/address").Body, mara.Email, "Send the link")
	wantStatus(t, "no address", b.post("/account/address", "email", "nowhere"), http.StatusUnprocessableEntity)
	wantStatus(t, "the same", b.post("/account/address", "email", "MARA@home.example"), http.StatusUnprocessableEntity)
	wantTo(t, "ask", b.post("/account/address", "email", "mara@new.example"), "/account/address?done=address-asked")
	hasAll(t, b.get("/account/address").Body, "A link is on its way", "mara@new.example")
	sent := k.mails(t)
	link := letter(t, sent, "mara@new.example").Link
	if warned := letter(t, sent, mara.Email); warned.Params["what"] != "asked" || !strings.HasPrefix(warned.Link, "/address/stop/") {
		t.Errorf("the address of before is told %+v", warned)
	}
	wantTo(t, "a scanner", k.browser().get(link), "/sign-in?next="+strings.ReplaceAll(link, "/", "%2F"))
	wantStatus(t, "somebody else", eve.get(link), http.StatusNotFound)
	wantStatus(t, "somebody else presses", eve.post(link), http.StatusNotFound)
	for range 2 {
		hasAll(t, b.get(link).Body, "Is this your address?", "mara@new.example")
	}
	wantTo(t, "confirmed", b.post(link), "/account/address?done=address-changed")
	wantStatus(t, "confirmed twice", b.post(link), http.StatusNotFound)
	sent = k.mails(t)
	if old := letter(t, sent, mara.Email); old.Params["what"] != "old" || old.To != "" {
		t.Errorf("the address of before is told %+v", old)
	}
	letter(t, sent, "mara@new.example")
	if !k.in(t, "mara@new.example").in() {
		t.Error("the new address lets nobody in")
	}
	if got := k.mails(t); len(got) != 1 || got[0].Notice.Kind != notice.KindSignedIn {
		t.Errorf("a sign-in from another browser is told as %v", got)
	}
	k.browser().signIn(mara.Email, password)
	if got := k.mails(t); len(got) != 0 {
		t.Errorf("the address of before is still good: %+v", got)
	}
	k.logTells(t, "mara@", strings.TrimPrefix(link, "/account/address/"))
	k.Clock.Add(access.VerifiedFor)
	if got := b.post("/account/address", "email", "other@new.example"); !strings.HasPrefix(got.Header.Get("Location"), "/verify") {
		t.Errorf("without a fresh proof: %d to %q", got.Status, got.Header.Get("Location"))
	}
}

// TestATokenAsksForNoAddress: links that let in go to it, so whoever has copied a
// token would come in for good.
func TestATokenAsksForNoAddress(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, false)
	token := k.token(t, access.Credential{Kind: access.KindPerson, Person: mara.ID, Name: "app"})
	got := k.bearer("POST", "/v1/account/address", token, "", `{"email":"thief@new.example"}`)
	wantStatus(t, "ask by token", got, http.StatusForbidden)
	wantStatus(t, "read by token", k.bearer("GET", "/v1/account/address", token, "", ""), http.StatusOK)
	if sent := k.mails(t); len(sent) != 0 {
		t.Errorf("mailed %+v", sent)
	}
}

var instants = regexp.MustCompile(`<time[^>]*>[^<]*</time>|value="[^"]*"`)

// TestAskingForAnAddressTellsNothing: the page, the calls and the number of mails
// are the same for an address that somebody has; only its owner reads which.
func TestAskingForAnAddressTellsNothing(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, false)
	k.person(t, access.Organisation{}, "eve@home.example", lifecycle.RoleOwner)
	b := k.in(t, mara.Email)
	asked := func(email string) (seen string, mail notice.Notice) {
		k.taken()
		got := b.post("/account/address", "email", email)
		page := b.get("/account/address")
		sent := k.mails(t)
		if len(sent) != 2 {
			t.Errorf("%d mails after %s was asked for", len(sent), email)
		}
		text := strings.ReplaceAll(instants.ReplaceAllString(page.Body, ""), email, "")
		return got.Header.Get("Location") + got.Body + text + k.taken(), letter(t, sent, email)
	}
	free, link := asked("ann@home.example")
	known, told := asked("eve@home.example")
	if free != known {
		t.Errorf("an address that is known shows:\n%s\n--\n%s", known, free)
	}
	if link.Params["what"] != "" || told.Params["what"] != "known" || told.Link != "/sign-in" {
		t.Errorf("mailed %+v and %+v", link, told)
	}
}

// TestTheAddressOfBeforeStopsIt: one press, without signing in; after it has
// happened it is undone, and whoever was signed in is out.
func TestTheAddressOfBeforeStopsIt(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.owner(t, false)
	thief, anybody := k.in(t, mara.Email), k.browser()
	thief.post("/account/address", "email", "thief@new.example")
	sent := k.mails(t)
	stop, link := letter(t, sent, mara.Email).Link, letter(t, sent, "thief@new.example").Link
	for range 2 {
		hasAll(t, anybody.get(stop).Body, "Was this not you?", "Nothing has changed yet")
	}
	wantStatus(t, "a guess", anybody.post(stop[:len(stop)-1]+"."), http.StatusNotFound)
	wantTo(t, "one press", anybody.post(stop), "/sign-in?done=address-stopped")
	wantStatus(t, "pressed twice", anybody.post(stop), http.StatusNotFound)
	wantStatus(t, "a link that was stopped", thief.post(link), http.StatusNotFound)
	k.mails(t)
	thief.post("/account/address", "email", "thief@new.example")
	wantTo(t, "confirmed", thief.post(letter(t, k.mails(t), "thief@new.example").Link), "/account/address?done=address-changed")
	undo := letter(t, k.mails(t), mara.Email).Link
	hasAll(t, anybody.get(undo).Body, "everybody is signed out")
	wantTo(t, "undone", anybody.post(undo), "/sign-in?done=address-undone")
	if thief.in() {
		t.Error("the thief is still signed in")
	}
	if letter(t, k.mails(t), "thief@new.example").Params["what"] != "undone" || !k.in(t, mara.Email).in() {
		t.Error("the address of before does not let in again")
	}
}

// TestAnAddressIsNoWayRoundAProvider: who came by a provider gives an address to
// be told things. It lets nobody in, nor does waiting, as long as there is the
// provider; with a proof by that, a password can be set.
func TestAnAddressIsNoWayRoundAProvider(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	ctx, org := t.Context(), k.org(t, lifecycle.OrgVendor, "Acme")
	p, err := k.SaveProvider(ctx, access.Provider{
		ID: "prv_" + newID(), Org: org.ID, Audience: access.AudienceOwners, Name: "Acme", Issuer: "https://id.example", ClientID: "quitclaim",
		Hosts: []string{}, ACR: []string{}, By: "psn_admin", CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	bare := access.Person{ID: "psn_" + lifecycle.PersonID(newID()), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: "Bare", Generation: 1, CreatedAt: k.Clock.Now()}
	if bare, err = k.AddOwner(ctx, bare, access.Identity{Provider: p.ID, Subject: "s", LinkedAt: k.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	const email = "bare@home.example"
	if err := k.entrance.AskAddress(ctx, bare.ID, email, signin.Asker{Network: "n", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	code := strings.TrimPrefix(letter(t, k.mails(t), email).Link, "/account/address/")
	if err := k.entrance.ConfirmAddress(ctx, code, bare.ID, signin.Asker{Network: "n", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	k.mails(t)
	wantTo(t, "a password that there is not", k.browser().signIn(email, password), "/link")
	if got := k.mails(t); len(got) != 0 {
		t.Errorf("an address alone is mailed a way in: %+v", got)
	}
	b := k.opened(t, email)
	hasAll(t, b.get("/recover/choose").Body, "The mailbox alone cannot stand in for it")
	wantTo(t, "a wait", b.post("/recover/wait"), "/recover/choose")
	wantTo(t, "a password by the mailbox", b.post("/recover/password", "password", fresh, "password_again", fresh), "/recover/choose")
	if _, err := k.OpenRecovery(ctx, bare.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a wait began: %v", err)
	}
	proved := access.Principal{Kind: access.KindPerson, Person: bare.ID, Means: access.MeansOIDC, VerifiedAt: k.Clock.Now()}
	choice, err := k.entrance.Choose(ctx, k.asker(b), proved)
	if err == nil {
		err = k.entrance.NewPassword(ctx, choice, fresh)
	}
	if err != nil {
		t.Fatalf("a password with the provider's proof: %v", err)
	}
	if factors, err := k.FactorsOf(ctx, bare.ID); err != nil || !factors.MailboxMakes() {
		t.Errorf("after a password was set: %+v, %v", factors, err)
	}
}

// TestWithoutMailThereIsNoAddress: nobody could show that it is theirs.
func TestWithoutMailThereIsNoAddress(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.owner(t, false)
	b := k.browser()
	b.signIn(mara.Email, password)
	hasAll(t, b.get("/account/address").Body, "This server sends no mail")
	wantStatus(t, "asked all the same", b.post("/account/address", "email", "mara@new.example"), http.StatusNotFound)
}
