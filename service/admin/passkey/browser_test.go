package passkey_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// patience is for a machine that does other things as well.
const patience = 90 * time.Second

// tab is a window of a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

// newTab opens a window of a chromium that holds passkeys.
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
	b := tab{t, ctx, url}
	b.do("hold passkeys", webtest.HoldKeys)
	return b
}

func (b tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for {
		err := chromedp.Do(b.ctx, steps...)
		if err == nil {
			return
		}
		// A page that is still being read renames its nodes under our hands.
		if b.ctx.Err() != nil || !strings.Contains(err.Error(), "node with given id") {
			b.t.Fatalf("%s: %v", what, err)
		}
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
		_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.body && document.body.innerText.includes(`+quote(text)+`)`))
		if err == nil {
			return
		}
		if b.ctx.Err() != nil {
			b.t.Fatalf("the page never said %q: %v", text, err)
		}
	}
}

func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

// localhost is the whole way in, as it is wired, where browsers use passkeys.
func localhost(t *testing.T) (opened storetest.Opened, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	opened, url = storetest.OpenNew(t), "http://localhost:"+port
	cheap := access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	entrance := signin.New(signin.Config{Store: opened, Passwords: cheap, Now: opened.Clock.Now, NewID: newID, URL: url, Passkeys: true})
	passkeys, err := passkey.New(passkey.Config{
		Store: opened, URL: url, Name: "Quitclaim", Now: opened.Clock.Now, NewID: newID, Prove: entrance.Prove,
	})
	if err != nil {
		t.Fatal(err)
	}
	door, err := signin.NewHandler(entrance)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := passkey.NewHandler(passkeys)
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		door.Mount(r)
		keys.Mount(r)
	}, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator, c.Passkeys, c.ExternalURL = opened.Clock.Now, opened, entrance, opened, url
	})
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: site.Server.Handler(), ReadHeaderTimeout: patience}}
	server.Start()
	t.Cleanup(server.Close)

	hash, err := cheap.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = opened.SavePerson(t.Context(), access.Person{
		ID: "psn_ada", Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: "ada@example.test", PasswordHash: hash, Generation: 1,
		CreatedAt: opened.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened, url
}

// TestInABrowser: a person makes a passkey, comes in by it, and proves
// themselves by it: in place where a form asks for it, and on the page that
// asks. Without one the password does.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	opened, url := localhost(t)
	b := newTab(t, url)
	b.open("/sign-in?next=/account/passkeys")
	b.fill("#email", "ada@example.test")
	b.fill("#password", password)
	b.click(`form[action="/sign-in"] button`)
	b.sees("What do you call it?")

	// Signed in too long ago: the password once more, then the passkey.
	opened.Clock.Add(access.VerifiedFor)
	b.fill("#name", "phone")
	b.click("form[data-enrol] button")
	b.sees("Is it you?")
	b.fill("#password", password)
	b.click(`form[action="/verify"] button`)
	b.sees("What do you call it?")
	b.fill("#name", "my phone")
	b.click("form[data-enrol] button")
	b.sees("Your passkey is ready")
	b.fill("#name", "another")
	b.click("form[data-enrol] button")
	b.sees("Is it you?") // by the passkey now: the password of before is not enough any more
	b.click("form[data-passkey] button")
	b.sees("What do you call it?")
	b.fill("#name", "another")
	b.click("form[data-enrol] button")
	b.sees("has a passkey of yours already")

	// Out, and in again by the passkey, without a name or a password.
	b.click(`form[action="/sign-out"] button`)
	b.sees("You are signed out")
	b.open("/sign-in?next=/account")
	b.click("form[data-passkey] button")
	b.sees("Your account")
	b.sees("by passkey")

	// A form that asks in place.
	opened.Clock.Add(access.VerifiedFor)
	b.open("/account/passkeys")
	b.click(".keys summary")
	b.click("form[data-verify] button")
	b.sees("The passkey is removed")
	b.click(`form[action="/sign-out"] button`)
	b.sees("You are signed out")
	b.click("form[data-passkey] button")
	b.sees("This passkey does not fit here")
}
