package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

func mailScenarios() []scenario {
	return []scenario{
		{"a mailed link is used once, in the browser that asked", mailLinkOnce},
		{"a mailed link is typed by its code", mailCodes},
		{"a mailed link dies with the person's generation", mailLinkGeneration},
		{"who signs up by mail is nobody until the link is opened", signUpByMail},
		{"of two who sign up with one address, whose link is opened wins", signUpTwice},
		{"an address that nobody confirmed is forgotten", unconfirmed},
		{"who has a unit is not forgotten", nothingStands},
	}
}

// mailLink keeps a link of a person, with its notice.
func (w *World) mailLink(t *testing.T, text string, kind access.LinkKind, person access.Person) access.MailLink {
	t.Helper()
	link := access.MailLink{
		Hash: Hex(text), Kind: kind, Person: person.ID, Generation: person.Generation, Browser: Hex("browser"),
		MadeAt: w.Clock.Now(), ExpiresAt: w.Clock.Now().Add(access.MailLinkFor),
	}
	mail := notice.Notice{To: person.ID, Kind: notice.KindSignInLink, Link: "/link/" + text, Once: text, At: w.Clock.Now()}
	if err := w.SaveMailLink(t.Context(), link, mail); err != nil {
		t.Fatal(err)
	}
	return link
}

func isNotFound(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("%s: %v, want ErrNotFound", what, err)
	}
}

func mailLinkOnce(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	link := w.mailLink(t, "one", access.LinkSignIn, ada)
	if got, err := w.MailLink(ctx, link.Hash); err != nil || got != link {
		t.Errorf("link %+v, %v; want %+v", got, err, link)
	}
	_, _, err := w.UseMailLink(ctx, link.Hash, Hex("another browser"))
	isNotFound(t, "elsewhere", err)
	_, _, err = w.UseMailLink(ctx, Hex("guess"), link.Browser)
	isNotFound(t, "a guess", err)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, _, errs[i] = w.UseMailLink(ctx, link.Hash, link.Browser) })
	}
	wg.Wait()
	used := 0
	for _, err := range errs {
		if err == nil {
			used++
		} else {
			isNotFound(t, "used twice", err)
		}
	}
	if used != 1 {
		t.Errorf("%d used the link, want one", used)
	}
	_, err = w.MailLink(ctx, link.Hash)
	isNotFound(t, "a used link", err)

	late := w.mailLink(t, "late", access.LinkSignIn, ada)
	w.Clock.Add(access.MailLinkFor)
	_, _, err = w.UseMailLink(ctx, late.Hash, late.Browser)
	isNotFound(t, "too late", err)

	vain := access.MailLink{Hash: Hex("vain"), Kind: access.LinkSignIn, Browser: Hex("browser"), MadeAt: w.Clock.Now(), ExpiresAt: w.Clock.Now().Add(time.Hour)}
	if err := w.SaveMailLink(ctx, vain, notice.Notice{}); err != nil {
		t.Fatal(err)
	}
	_, err = w.MailLink(ctx, vain.Hash)
	isNotFound(t, "asked in vain", err)
	w.Clock.Add(time.Hour + 2*time.Hour)
	if purged, _, err := w.Purge(ctx); err != nil || purged < 3 {
		t.Errorf("purged %d, %v; want the three links among them", purged, err)
	}
}

func mailCodes(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	link := w.mailLink(t, "typed", access.LinkSignIn, ada)
	typed := func(browser, code string) error {
		_, _, err := w.TypeMailCode(ctx, browser, code)
		return err
	}
	isNotFound(t, "a code that was not shown", typed(link.Browser, "000000"))
	if err := w.ShowMailCode(ctx, link.Hash, "123456"); err != nil {
		t.Fatal(err)
	}
	isNotFound(t, "the code in another browser", typed(Hex("another"), "123456"))
	isNotFound(t, "a wrong code", typed(link.Browser, "123457"))
	if err := w.ShowMailCode(ctx, link.Hash, "654321"); err != nil {
		t.Fatal(err)
	}
	isNotFound(t, "the code before", typed(link.Browser, "123456"))
	// One that was asked for later, and not opened, is not the one that is typed.
	w.Clock.Add(time.Second)
	w.mailLink(t, "later", access.LinkSignIn, ada)
	got, person, err := w.TypeMailCode(ctx, link.Browser, "654321")
	if err != nil || got.Hash != link.Hash || person.ID != ada.ID {
		t.Errorf("typed: %+v, %s, %v; want the link of %s", got, person.ID, err, ada.ID)
	}
	isNotFound(t, "typed twice", typed(link.Browser, "654321"))

	// Two who type one code in the same instant: it lets one in.
	atOnce := w.mailLink(t, "at once", access.LinkSignIn, ada)
	if err := w.ShowMailCode(ctx, atOnce.Hash, "111111"); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var in atomic.Int64
	for range 4 {
		group.Go(func() {
			if err := typed(atOnce.Browser, "111111"); err == nil {
				in.Add(1)
			} else {
				isNotFound(t, "typed by another first", err)
			}
		})
	}
	group.Wait()
	if in.Load() != 1 {
		t.Errorf("one code has let %d in at once", in.Load())
	}

	guessed := w.mailLink(t, "guessed", access.LinkSignIn, ada)
	if err := w.ShowMailCode(ctx, guessed.Hash, "111111"); err != nil {
		t.Fatal(err)
	}
	for range access.MaxWrongCodes {
		isNotFound(t, "a guess", typed(link.Browser, "222222"))
	}
	isNotFound(t, "right, after too many", typed(link.Browser, "111111"))
	isNotFound(t, "a code of a link that is over", w.ShowMailCode(ctx, guessed.Hash, "333333"))
}

func mailLinkGeneration(t *testing.T, w *World) {
	ada := w.ada(t)
	link := w.mailLink(t, "before", access.LinkSignIn, ada)
	if _, err := w.ChangePerson(t.Context(), ada.ID, func(p access.Person, _ int) (access.Person, error) {
		p.Generation++
		return p, nil
	}); err != nil {
		t.Fatal(err)
	}
	_, _, err := w.UseMailLink(t.Context(), link.Hash, link.Browser)
	isNotFound(t, "a link from before all sessions were ended", err)
}

// signUpAs asks for an account, from a browser of one's own.
func (w *World) signUpAs(t *testing.T, browser, email string) access.MailLink {
	t.Helper()
	now := w.Clock.Now()
	p := access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: email,
		PasswordHash: "$argon2id$" + browser, Generation: 1, CreatedAt: now,
	}
	link := access.MailLink{
		Hash: Hex("sign-up " + browser), Kind: access.LinkSignUp, Browser: Hex(browser), MadeAt: now,
		ExpiresAt: now.Add(access.SignUpLinkFor),
	}
	welcome := notice.Notice{Kind: notice.KindSignInLink, Link: "/link/x", Once: "welcome " + browser, At: now}
	known := welcome
	known.Once = "known " + browser
	if err := w.SignUpByMail(t.Context(), p, link, welcome, known); err != nil {
		t.Fatal(err)
	}
	return link
}

func signUpByMail(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	link := w.signUpAs(t, "phone", "new@home.example")
	_, err := w.PersonByEmail(ctx, "new@home.example")
	isNotFound(t, "who has not opened the link", err)
	_, person, err := w.UseMailLink(ctx, link.Hash, link.Browser)
	if err != nil || person.PasswordHash != "$argon2id$phone" || person.Generation != 2 {
		t.Fatalf("opened: %+v, %v; want the password of the phone", person, err)
	}
	if got, err := w.PersonByEmail(ctx, "NEW@home.example"); err != nil || got.ID != person.ID {
		t.Errorf("by address: %s, %v; want %s", got.ID, err, person.ID)
	}
	toKnown := w.signUpAs(t, "thief", ada.Email)
	_, _, err = w.UseMailLink(ctx, toKnown.Hash, toKnown.Browser)
	isNotFound(t, "a link to a known address", err)
	if got, err := w.Person(ctx, ada.ID); err != nil || got.PasswordHash != ada.PasswordHash {
		t.Errorf("who was known has the password %q, %v", got.PasswordHash, err)
	}
}

func signUpTwice(t *testing.T, w *World) {
	ctx := t.Context()
	thief, owner := w.signUpAs(t, "thief", "home@home.example"), w.signUpAs(t, "owner", "Home@home.example")
	_, person, err := w.UseMailLink(ctx, owner.Hash, owner.Browser)
	if err != nil || person.PasswordHash != "$argon2id$owner" {
		t.Fatalf("opened: %+v, %v; want the owner's password", person, err)
	}
	_, _, err = w.UseMailLink(ctx, thief.Hash, thief.Browser)
	isNotFound(t, "the other link, too late", err)
	if got, err := w.Person(ctx, person.ID); err != nil || got.PasswordHash != "$argon2id$owner" {
		t.Errorf("the password is %q, %v", got.PasswordHash, err)
	}
}

func unconfirmed(t *testing.T, w *World) {
	ctx := t.Context()
	w.signUpAs(t, "nobody", "never@home.example")
	invited := access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk}, Email: "never@home.example",
		CreatedAt: w.Clock.Now(),
	}
	if _, err := w.SavePerson(ctx, invited); err != nil {
		t.Errorf("an address that somebody else signed up with: %v, want it free", err)
	}
	link := w.signUpAs(t, "late", "late@home.example")
	w.Clock.Add(8 * 24 * time.Hour)
	if purged, _, err := w.Purge(ctx); err != nil || purged < 4 {
		t.Errorf("purged %d, %v; want two links, a person and two keys among them", purged, err)
	}
	_, _, err := w.UseMailLink(ctx, link.Hash, link.Browser)
	isNotFound(t, "a link of who was forgotten", err)
	again := w.signUpAs(t, "again", "late@home.example")
	if _, person, err := w.UseMailLink(ctx, again.Hash, again.Browser); err != nil || person.Email != "late@home.example" {
		t.Errorf("signed up again: %q, %v", person.Email, err)
	}
}

// provenLink is a recovery's link, opened where it was asked for.
func (w *World) provenLink(t *testing.T, text string, id lifecycle.PersonID) access.MailLink {
	t.Helper()
	person, err := w.Person(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	link := w.mailLink(t, text, access.LinkRecover, person)
	if _, err := w.Recover(t.Context(), link.Hash, access.Recovered{PasswordHash: "x"}); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("recovered by a link that nobody opened: %v", err)
	}
	if _, _, err := w.UseMailLink(t.Context(), link.Hash, link.Browser); err != nil {
		t.Fatal(err)
	}
	proven, err := w.ProvenMailLink(t.Context(), link.Browser)
	if err != nil || proven.Hash != link.Hash || proven.ProvenAt.IsZero() {
		t.Fatalf("proven link %+v, %v; want %s", proven, err, link.Hash)
	}
	return proven
}

func nothingStands(t *testing.T, w *World) {
	unit := w.Bound(t)
	err := w.ForgetPerson(t.Context(), w.Owner.Person)
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) || !refusal.Has("erase.standing") {
		t.Errorf("forgotten while a unit is theirs: %v", err)
	}
	w.Must(t, unit.ID, lifecycle.Release{Command: w.By(w.Owner), Order: lifecycle.OrderID(NewID("ord"))}.Decide)
	if err := w.ForgetPerson(t.Context(), w.Owner.Person); err != nil {
		t.Errorf("forgotten after the release: %v", err)
	}
}
