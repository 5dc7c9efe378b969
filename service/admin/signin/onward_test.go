package signin_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// offerPath is where a neighbour's QR code leads.
const offerPath = "/transfer/ABCDEFGHJKMNPQRSTVWXYZ2345"

// TestSignUpGoesOn: whoever scans a code without an account makes one on the way
// and comes out where the code leads. Nothing of it is in a mail or the log.
func TestSignUpGoesOn(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	const address = "nora@home.example"
	sign := []string{"email", address, "password", password, "password_again", password, "next", offerPath}
	here, phone := k.browser(), k.browser()
	query := "?next=" + url.QueryEscape(offerPath)
	hasAll(t, here.get("/sign-in"+query).Body, `href="/sign-up?next=`, `href="/recover?next=`)
	hasAll(t, here.get("/sign-up"+query).Body, `name="next" value="`+offerPath+`"`, "you go on to the page that you opened", `href="/sign-in?next=`)
	hasAll(t, here.post("/sign-up", "email", "x", "next", offerPath).Body, `name="next" value="`+offerPath+`"`)
	wantTo(t, "sign up", here.post("/sign-up", sign...), "/link")
	hasAll(t, here.get("/sign-in").Body, `name="next" value="`+offerPath+`"`) // asked again, or known already
	mails := k.mails(t)
	if len(mails) != 1 || strings.Contains(mails[0].Notice.Link, "ABCDEFGH") || len(mails[0].Notice.Params) != 1 {
		t.Fatalf("mailed %+v, want one link and no offer", mails)
	}
	k.Clock.Add(access.SignUpLinkFor / 2)
	code := shown(t, phone.post(mails[0].Notice.Link))
	if path, _, _ := strings.Cut(phone.get("/sign-in").Body, offerPath); path != phone.get("/sign-in").Body {
		t.Error("the mail tells another browser where this one was going")
	}
	wantTo(t, "the code, typed later", here.post("/link", "code", code), offerPath)
	if !here.in() {
		t.Fatal("nobody is in")
	}
	wantTo(t, "signed up already", here.get("/sign-up"+query), offerPath)
	here.post("/sign-out")
	hasAll(t, here.get("/sign-in").Body, `name="next" value="/"`)
	k.logTells(t, "ABCDEFGH", address)
}

// TestSignUpWithoutMailGoesOn: there the new password is said once more.
func TestSignUpWithoutMailGoesOn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.browser()
	got := b.post("/sign-up", "email", "nora@home.example", "password", password, "password_again", password, "next", offerPath)
	wantTo(t, "sign up", got, "/sign-in?done=signed-up&next="+url.QueryEscape(offerPath))
	hasAll(t, b.get(got.Header.Get("Location")).Body, `name="next" value="`+offerPath+`"`)
}

// TestRecoveryGoesOn: so does who finds out on the way that a password is lost.
func TestRecoveryGoesOn(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	mara := k.person(t, access.Organisation{}, "mara@home.example", lifecycle.RoleOwner)
	b := k.browser()
	hasAll(t, b.get("/recover?next="+offerPath).Body, `name="next" value="`+offerPath+`"`)
	wantTo(t, "asked", b.post("/recover", "email", mara.Email, "next", offerPath), "/link")
	wantTo(t, "opened", b.post(k.mail(t, mara.Email, "")), "/recover/choose")
	wantTo(t, "chosen", b.post("/recover/password", "password", password+"!", "password_again", password+"!"),
		"/sign-in?done=recovered&next="+url.QueryEscape(offerPath))
}

// TestSignUpGoesNowhereElse: a path that leads away from here, or that a cookie
// cannot hold beside its secret, is the start page.
func TestSignUpGoesNowhereElse(t *testing.T) {
	t.Parallel()
	k := newMailKit(t)
	for i, next := range []string{
		"https://evil.example/", "//evil.example/", `/\evil.example`, "/\tx", "javascript:alert(1)", "transfer", "/" + strings.Repeat("a", 5000),
	} {
		b, address := k.browser(), fmt.Sprintf("nora%d@home.example", i)
		if len(next) < 1000 {
			hasAll(t, b.get("/sign-up?next="+url.QueryEscape(next)).Body, `name="next" value="/">
<div class="field`)
		}
		b.post("/sign-up", "email", address, "password", password, "password_again", password, "next", next)
		if got := len(b.cookies["quitclaim-asked"].Value); got > 2000 {
			t.Errorf("a cookie of %d bytes", got)
		}
		link := k.mail(t, address, "sign-up")
		b.cookies["quitclaim-asked"].Value = strings.SplitN(b.cookies["quitclaim-asked"].Value, ".", 2)[0] + "." + b64(next)
		if want := "/"; len(next) < 1000 {
			wantTo(t, next, b.post(link), want)
		} else {
			wantStatus(t, "long", b.post(link), http.StatusSeeOther)
		}
	}
}

func b64(path string) string { return base64.RawURLEncoding.EncodeToString([]byte(path)) }
