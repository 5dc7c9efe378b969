package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quitclaim/service/demo"
	"quitclaim/service/web/webtest"
)

// walkPatience is for a machine that does other things as well.
const walkPatience = 2 * time.Minute

// tab is a window of a real browser, with an authenticator of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

func newTab(t *testing.T, url string) tab {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("no chromium on the PATH")
		}
		t.Skip("no chromium on the PATH")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(390, 1200))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, walkPatience)
	t.Cleanup(cancel)
	b := tab{t, ctx, url}
	b.do("hold passkeys", webtest.HoldKeys)
	return b
}

func (b tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b tab) open(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.url+path))
}

func (b tab) fill(selector, text string) {
	b.t.Helper()
	b.do("fill in "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (b tab) click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// sees waits until the page says it. A poll ends with its page; the next page is
// asked again.
func (b tab) sees(text string) {
	b.t.Helper()
	for {
		_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.body && document.body.innerText.includes(`+"`"+text+"`"+`)`))
		if err == nil {
			return
		}
		if b.ctx.Err() != nil {
			b.t.Fatalf("the page never said %q: %v", text, err)
		}
	}
}

// shoot keeps a picture of the page where QUITCLAIM_SCREENS names a folder.
func (b tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("QUITCLAIM_SCREENS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(90))
	if err != nil {
		b.t.Fatalf("picture of %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".jpg"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b tab) signIn(email string) {
	b.t.Helper()
	b.open("/sign-in?next=/account")
	b.fill("#email", email)
	b.fill("#password", demo.Password)
	b.click(`form[action="/sign-in"] button`)
	b.sees("Your account")
}

// served is the whole house with the demo's world in it, where browsers use
// passkeys.
func served(t *testing.T) (world demo.World, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	url = "http://localhost:" + port
	defaults := demoDefaults()
	defaults["data"], defaults["url"], defaults["log-level"] = t.TempDir(), url, "error"
	config, err := parseConfig("test", nil, func(string) string { return "" }, defaults)
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	if world, err = h.demoWorld(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: h.web.Handler(), ReadHeaderTimeout: walkPatience}}
	server.Start()
	t.Cleanup(server.Close)
	return world, url
}

// TestSupportUnderConsentInTwoBrowsers: an agent asks, the owner signs with
// their passkey, the agent looks, the owner sees who looked and ends it, and the
// agent's page ends by itself.
func TestSupportUnderConsentInTwoBrowsers(t *testing.T) {
	t.Parallel()
	world, url := served(t)
	owner, agent := newTab(t, url), newTab(t, url)
	unit := world.Units[slices.IndexFunc(world.Units, func(u demo.WorldUnit) bool { return u.Owner != "" && u.State == "bound" })]
	support := world.People[slices.IndexFunc(world.People, func(p demo.Person) bool { return p.Role == "support_agent" })]

	owner.signIn(unit.Owner)
	owner.open("/account/passkeys")
	owner.fill("#name", "my phone")
	owner.click("form[data-enrol] button")
	owner.sees("Your passkey is ready")

	agent.signIn(support.Email)
	agent.open("/support/ask")
	agent.fill("#brand", unit.Brand)
	agent.fill("#serial", unit.Serial)
	agent.click(`input[value="live-support"]`)
	agent.fill("#hours", "2")
	agent.fill("#case", "CASE-1047")
	agent.click(`form[action="/support/ask"] button`)
	agent.sees("If it has an owner, they were asked.")
	agent.sees("Nobody has allowed you")

	owner.open("/mine/consents")
	owner.sees(support.Name)
	owner.click("main a.button")
	owner.sees("May a support agent look at your unit?")
	owner.shoot("consent-ask")
	owner.click("form[data-consent] button")
	owner.sees("Allowed. You can end it here at any moment.")
	owner.shoot("consents")

	agent.open("/support")
	agent.shoot("support")
	agent.click("main table a")
	agent.sees("Why do you look?")
	agent.click(`input[value="connection"]`)
	agent.fill("#note", "Does the cloud answer it?")
	agent.shoot("support-open")
	agent.click("main form button")
	agent.sees("You may look until")
	agent.sees(unit.Serial)
	agent.shoot("support-view")

	owner.open("/mine/units/" + unit.Brand + "/" + unit.Serial + "/looked")
	owner.sees(support.Name)
	owner.sees("It loses its connection")
	owner.shoot("looked")
	owner.click("main table a")
	owner.sees("Does the cloud answer it?")
	owner.shoot("look")
	owner.open("/mine/consents")
	owner.click("main table button.danger")
	owner.sees("Ended. Whatever was open is closed now.")
	ended := time.Now()
	agent.sees("You may not look any more")
	t.Logf("the agent's page ended %v after the owner was told so", time.Since(ended).Round(10*time.Millisecond))
	agent.shoot("support-over")
	got, err := chromedp.Run(agent.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil || strings.Contains(got, unit.Serial) {
		t.Errorf("the agent's page still shows the unit (%v): %s", err, got)
	}
}
