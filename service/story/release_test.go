package story

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quitclaim/service/web/webtest"
)

// An owner with a passkey lets go of a camera on their phone, says by it once
// that it is them, and gets a receipt; the desk scans its code with a wedge, is
// told, takes the camera back, and the return says by what right. Afterwards the
// receipt is worth nothing at another desk.
func TestReleaseWithAReceiptForTheDesk(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	s := demo(t, quick, "--listen", "127.0.0.1:"+port, "--url", "http://localhost:"+port) // where browsers have passkeys
	browser := s.browser(t)
	u := s.pick(in("bound"), model("HOP"))
	owner, clerk := s.owner(u.Owner), s.as("clerk", u.Seller, 0)

	phone := s.tab(t, browser)
	phone.do("hold passkeys", webtest.HoldKeys)
	phone.signIn(owner.person)
	phone.open("/account/passkeys")
	phone.fill("#name", "My phone")
	phone.press("make a passkey", click(`form[data-enrol] button`))
	phone.sees("My phone")
	phone.open("/mine/units/" + u.Brand + "/" + url.PathEscape(u.Serial))
	phone.press("think of letting go", click(`main a[href$="/release"]`))
	phone.sees("Let go of your", u.Serial, "What the clouds say", "Our own cloud", "You do not need to have it at hand")
	phone.press("let go", click("main form button.danger"))
	phone.sees("Released by its owner", u.Serial, "You let go of it. This is your receipt.")
	receipt := strings.ReplaceAll(evaluate[string](phone, `document.querySelector("figure.qr figcaption").innerText`), "-", "")
	payload := strings.ToUpper(s.url) + "/R/" + receipt
	if picture := evaluate[bool](phone, `document.querySelector("figure.qr img").complete && document.querySelector("figure.qr img").naturalWidth > 0`); !picture {
		t.Error("the receipt's QR code does not show")
	}
	phone.open("/mine/past")
	phone.sees(u.Serial, "You let go of it", "Receipt")

	desk := s.tab(t, browser)
	desk.signIn(clerk.person)
	desk.open("/desk")
	desk.scans(typing("]Q1" + payload + "\r"))
	outcome, text := desk.verdict(1)
	if outcome != "clear" {
		t.Errorf("the receipt's verdict is %s", outcome)
	}
	words(t, "the receipt", text, "Released by its owner", "A receipt is not the unit", u.Serial)
	desk.press("go on to take it back", click(".verdict a.button.primary"))
	desk.do("say how it is", click(`input[name=condition][value=used]`), click(`input[name=reason][value=changed-mind]`), click(`input[name=customer_present]`))
	desk.press("take it back", click("main form button.primary"))
	desk.sees("Taken back", u.Serial, "Its owner let go of it before", "Released by its owner")
	at, err := chromedp.Run(desk.ctx, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(at[strings.LastIndex(at, "/")+1:], "?")
	if ret := clerk.returned(id); ret.Authority != "owner-release" {
		t.Errorf("the return's authority is %q", ret.Authority)
	}

	other := corner
	if u.Seller == corner {
		other = brightside
	}
	if v := s.as("clerk", other, 0).scan(payload, "return"); v.Verdict != "unknown" || v.Unit != nil {
		t.Errorf("the receipt at another desk: %+v", v)
	}
	phone.open("/R/" + receipt)
	phone.sees("Released by its owner", u.Serial)
}

// freePort is a port that nobody listened at a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
