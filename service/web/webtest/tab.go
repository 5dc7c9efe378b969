package webtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tabPatience is for a machine that does other things as well.
const tabPatience = 2 * time.Minute

// Tab is a window of a real browser. Each of its steps waits for what it needs,
// and fails the test where that never comes.
type Tab struct {
	t   testing.TB
	ctx context.Context
	url string
}

// NewTab opens a window on the site at this address. Without a chromium the test
// is skipped, unless everything must run.
func NewTab(t *testing.T, url string) Tab {
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
	ctx, cancel = context.WithTimeout(ctx, 3*tabPatience) // for all of its steps
	t.Cleanup(cancel)
	return Tab{t, ctx, url}
}

// Do takes steps.
func (b Tab) Do(what string, steps ...chromedp.Action[chromedp.Void]) {
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

// Open goes to a page of the site.
func (b Tab) Open(path string) {
	b.t.Helper()
	b.Do("open "+path, chromedp.Navigate(b.url+path))
}

// Fill types into a field.
func (b Tab) Fill(selector, text string) {
	b.t.Helper()
	b.Do("fill in "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Click clicks. A page that is just making way has no such node any more; the
// next has.
func (b Tab) Click(selector string) {
	b.t.Helper()
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

// Sees waits until the page says it. A poll ends with its page; the next page is
// asked again.
func (b Tab) Sees(text string) {
	b.t.Helper()
	for {
		_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.body && document.body.innerText.includes(`+strconv.Quote(text)+`)`))
		if err == nil {
			return
		}
		if b.ctx.Err() != nil {
			b.t.Fatalf("the page never said %q: %v", text, err)
		}
	}
}

// Text is what the page says.
func (b Tab) Text() string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		b.t.Fatalf("read the page: %v", err)
	}
	return text
}

// Keep keeps a picture of the page where QUITCLAIM_SCREENS names a folder.
func (b Tab) Keep(name string) {
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
