package story

import (
	"context"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// tab is one window of a real browser: somebody at a desk, with eyes and keys.
type tab struct {
	t   *testing.T
	s   *server
	ctx context.Context
}

// browser starts chromium, for as many tabs as a story needs.
func (s *server) browser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		lacking(t, "chromium on the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	options = append(options, more...)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	return ctx
}

// tab opens a window with cookies of its own.
func (s *server) tab(t *testing.T, browser context.Context) tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 5*patient) // a whole story of waits
	t.Cleanup(stop)
	return tab{t, s, ctx}
}

// do is what a person does; it fails the story with what they see.
func (b tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v\n%s", what, err, b.text())
	}
}

func (b tab) open(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.s.url+path))
}

func (b tab) fill(field, text string) {
	b.t.Helper()
	b.do("fill in "+field, chromedp.SendKeys(chromedp.CSS(field), text))
}

// press does what leads to another page, and waits for it.
func (b tab) press(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if status := b.status(what, steps...); status >= http.StatusBadRequest {
		b.t.Fatalf("%s: %d\n%s", what, status, b.text())
	}
}

// status does what leads to another page, and says with what it answers.
func (b tab) status(what string, steps ...chromedp.Action[chromedp.Void]) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patient)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", what, err, b.text())
	}
	return int(response.Status)
}

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// text is what stands on the page now.
func (b tab) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, patient/4)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
	if err != nil {
		return "(nothing to be seen: " + err.Error() + ")"
	}
	return text
}

// sees waits until the page says all of it.
func (b tab) sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		eventually(b.t, "the screen says "+text+"; it says:\n"+b.text(), func() bool { return strings.Contains(b.text(), text) })
	}
}

// signIn comes in, and does as the page says where the service is busy.
func (b tab) signIn(p person) {
	b.t.Helper()
	for range 5 {
		b.open("/")
		b.fill("#email", p.Email)
		b.fill("#password", p.Password)
		switch status := b.status("sign in", click(`main form[action="/sign-in"] button`)); {
		case status < http.StatusBadRequest:
			return
		case status != http.StatusServiceUnavailable:
			b.t.Fatalf("sign in: %d\n%s", status, b.text())
		}
	}
	b.t.Fatalf("it is busy for ever\n%s", b.text())
}

// scriptless is a tab in which no page runs a script.
func (b tab) scriptless() tab {
	b.t.Helper()
	b.do("switch scripts off", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
	return b
}

// scan types the unit's code into the scan field. The answer comes into the
// page, or on a page of its own where no script runs.
func (b tab) scan(u unit) {
	b.t.Helper()
	typed := chromedp.SendKeys(chromedp.CSS("#payload"), u.Payload+"\r")
	if evaluate[bool](b, `document.querySelector("[data-tools]")?.hidden ?? true`) {
		b.press("scan", typed)
		return
	}
	b.do("scan", typed)
}

// takeBack is the desk's work with eyes and keys: scan, look, take it back.
// It answers with the return's id.
func (b tab) takeBack(u unit) string {
	b.t.Helper()
	b.scan(u)
	b.sees("Still connected", u.Serial)
	b.press("go on to take it back", click(".verdict a.button.primary"))
	b.sees(u.Serial)
	b.do("say how it is", click(`input[name=condition][value=used]`), click(`input[name=reason][value=changed-mind]`), click(`input[name=customer_present]`))
	b.fill("#receipt", u.Receipt)
	b.press("take it back", click("main form button.primary"))
	b.sees("Taken back", u.Serial, "its hard reset is not proven yet.")
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	id, _, _ := strings.Cut(at[strings.LastIndex(at, "/")+1:], "?")
	return id
}

// A clerk, a validator and an owner do their work on pages alone, and the
// clerk's screen follows the order by itself.
func TestByPages(t *testing.T) {
	t.Parallel()
	s := demo(t)
	browser := s.browser(t)
	u := s.pick(in("bound"), model("HI2"))
	clerk, technician, validator := s.as("clerk", u.Seller, 0), s.as("technician", refit, 0), s.as("validator", refit, 0)

	desk := s.tab(t, browser)
	desk.signIn(clerk.person)
	id := desk.takeBack(u)
	desk.sees("builtin", "dark.") // nobody has touched the screen
	s.kill()
	s.again() // and nobody reloads it
	s.camera(u, "--hard-reset", firmware)
	desk.sees("The reset is proven")

	s.toWarehouse(clerk, u)
	order := clerk.returned(id).Order
	if order == nil {
		t.Fatalf("the desk's return %s has no order", id)
	}
	technician.checklist(order.ID)
	bench := s.tab(t, browser)
	bench.signIn(validator.person)
	bench.scan(u)
	bench.sees(u.Serial)
	bench.open("/bench/units/" + u.Brand + "/" + u.Serial)
	bench.until("the answer is in view", `document.querySelector(".verdict").getBoundingClientRect().top >= 0`)
	bench.press("certify", click(".verdict button.primary"))
	bench.sees(u.Serial, "Indoor 2")
	s.backTo(corner, u)

	till := s.as("clerk", corner, 0)
	till.sell(u, "R-PAGES").want(http.StatusCreated)
	owner := s.stranger(s.owner(u.Owner))
	home := s.tab(t, browser)
	home.signIn(owner.person)
	home.open("/mine/bind?" + url.Values{"brand": {u.Brand}, "serial": {u.Serial}}.Encode())
	home.fill("#proof", s.camera(u))
	home.press("connect", click("main form button.primary"))
	home.sees(u.Serial, "Indoor 2")
	if !owner.mine().has(u) {
		t.Error("the page says so, and it is not among the owner's units")
	}
	desk.sees("gone on") // the same screen, all this time
}

// The desk works where no script runs: an old phone, a locked-down till.
func TestTheDeskWithoutScripts(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	clerk := s.as("clerk", u.Seller, 0)
	desk := s.tab(t, s.browser(t)).scriptless()
	desk.signIn(clerk.person)
	id := desk.takeBack(u)
	s.camera(u, "--hard-reset", firmware)
	clerk.reset(id)
	desk.open("/desk/returns/" + id)
	desk.sees("The reset is proven")
	if ran, err := chromedp.Run(desk.ctx, chromedp.Evaluate[bool](`document.querySelector("time")?.textContent.includes("UTC") ?? false`)); err != nil || !ran {
		t.Errorf("times are not the server's (%v): a script ran after all", err)
	}
}
