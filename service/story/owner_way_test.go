package story

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quitclaim/service/web/webtest"
)

// atLocalhost starts a demo where browsers use passkeys: an address of numbers
// is no name that a passkey could be for.
func atLocalhost(t *testing.T, flags ...string) *server {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(address, ":")
	return demo(t, append([]string{"--listen", address, "--url", "http://localhost:" + port}, flags...)...)
}

// TestAnOwnerLetsGoByPasskey: an owner makes a passkey on their phone, comes in
// by it, lets go with one confirmation, and the desk reads the receipt. Another
// unit of theirs was stolen: the till does not sell it, and no desk is told why.
func TestAnOwnerLetsGoByPasskey(t *testing.T) {
	t.Parallel()
	s := atLocalhost(t, quick)
	u := s.pick(in("bound"), model("HOP"))
	ada := s.owner(u.Owner)
	stolen := s.pick(in("bound"), func(o unit) bool { return o.Owner != u.Owner && o.Seller == u.Seller })
	clerk := s.as("clerk", u.Seller, 0)

	phone := s.tab(t, s.browser(t))
	phone.do("hold a phone with passkeys", chromedp.EmulateViewport(390, 844), webtest.HoldKeys)
	phone.signIn(ada.person)
	phone.open("/account/passkeys")
	phone.fill("#name", "my phone")
	phone.press("make a passkey", click("form[data-enrol] button.primary"))
	phone.sees("my phone")
	phone.press("sign out", click(`form[action="/sign-out"] button`))
	phone.open("/sign-in")
	phone.press("come in by passkey", click("form[data-passkey] button.primary"))
	phone.sees("My cameras", u.Serial)

	phone.open(u.mine() + "/release")
	phone.sees("Let go of your", u.Serial)
	phone.press("let go", click("main form button.danger"))
	phone.sees("Released by its owner", u.Serial)
	receipt := strings.ReplaceAll(evaluate[string](phone, `document.querySelector("figure.qr figcaption").innerText`), "-", "")
	phone.nothingAt(u.mine(), u.mine()+"/release")
	isNobody(t, ada, u)
	if v := clerk.scan(s.url+"/R/"+receipt, "return"); v.Verdict != "clear" || v.Unit == nil || v.Unit.Serial != u.Serial {
		t.Errorf("the receipt at the desk: %+v", v)
	}
	if back := clerk.takeBack(u, ""); back.Authority != "owner-release" {
		t.Errorf("the return's authority is %q", back.Authority)
	}

	victim := s.owner(stolen.Owner)
	victim.post("/v1/mine/stolen", stolen.ref()).want(http.StatusOK)
	for _, purpose := range []string{"return", "sale"} {
		if v := clerk.scan(stolen.Payload, purpose); v.Verdict != "held" || has(v.Reasons.codes(), "hold.stolen") {
			t.Errorf("the stolen unit, scanned for %s: %+v", purpose, v)
		}
	}
	if now := clerk.check(stolen); now.Verdict != "held" {
		t.Errorf("the stolen unit at the till: %+v", now)
	}
	clerk.sell(stolen, "R-STOLEN").want(http.StatusConflict)
	s.clean()
}
