package oidc_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is for a machine that does other things as well.
const patience = 90 * time.Second

// tab is a window of a real browser.
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
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	return tab{t, ctx, url}
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
	// A page that is just making way has no such node any more; the next has.
	for {
		err := chromedp.Do(b.ctx, chromedp.Click(chromedp.CSS(selector)))
		if err == nil {
			return
		}
		if b.ctx.Err() != nil {
			b.t.Fatalf("click %s: %v", selector, err)
		}
	}
}

// sees waits until the page says it. A poll ends with its page; the next page is
// asked again.
func (b tab) sees(text string) {
	b.t.Helper()
	for {
		_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.body && document.body.innerText.includes("`+text+`")`))
		if err == nil {
			return
		}
		if b.ctx.Err() != nil {
			b.t.Fatalf("the page never said %q: %v", text, err)
		}
	}
}

// atProvider signs in on the provider's own page.
func (b tab) atProvider(user string) {
	b.t.Helper()
	b.do("wait for the provider's page", chromedp.WaitVisible(chromedp.CSS(`input[name=username]`)))
	b.fill(`input[name=username]`, user)
	b.fill(`input[name=password]`, "verysecure")
	b.click(`button[type=submit]`)
}

// In a real browser: the way there under our content policy, the way back with
// cookies that count between two sites.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := newTab(t, k.url)
	b.open("/sign-in?next=/account/providers")
	b.fill(`input[name=email]`, "owner@example.test")
	b.fill(`input[name=password]`, password)
	b.click(`form[action="/sign-in"] button`)
	b.sees("Sign in with other accounts")
	b.click(`form[action$="/link"] button`)
	b.atProvider("ada")
	b.sees("It lets you in from now on")
	b.click(`form[action="/sign-out"] button`)
	b.sees("You are signed out")

	b.open("/sign-in?next=/account/providers")
	b.click(`form[action="/sign-in/with/` + k.owners.ID + `"] button`)
	b.atProvider("ada")
	b.sees("Linked on")
	b.click(`form[action$="/unlink"] button`)
	b.sees("It lets you in no more")

	// Unlinked, she is new here: the page asks before it makes anything.
	b.click(`form[action="/sign-out"] button`)
	b.sees("You are signed out")
	b.open("/sign-in?next=/account/providers")
	b.click(`form[action="/sign-in/with/` + k.owners.ID + `"] button`)
	b.atProvider("ada")
	b.sees("You are new here")
	b.fill(`input[name=name]`, "Ada")
	b.click(`form[action="/sign-in/new"] button`)
	b.sees("Linked on")
}
