package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"quitclaim/service/web/messages"
)

// TestPagesForEverybody opens every page in a browser, in both themes, and
// holds it against WCAG 2.2 AA: axe-core finds no violation, nothing scrolls
// sideways at 320 pixels or with letters twice as large, what one presses is
// large enough, and the focus can be seen. The pages come from the routes, so
// one that nobody visits fails. QUITCLAIM_TEST_LONG=1 asks as everybody, in
// every language.
func TestPagesForEverybody(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("this test needs chromium on the PATH")
		}
		t.Skip("this test needs chromium on the PATH")
	}
	w := newAccessWorld(t)
	start := time.Now()
	var pages []seen
	if os.Getenv("QUITCLAIM_TEST_LONG") == "1" {
		for _, language := range messages.Languages() {
			pages = append(pages, w.pages(t, seenBy{language, true})...)
		}
	} else {
		// German has the longest words.
		pages = w.pages(t, seenBy{messages.German, false})
	}
	t.Logf("%d pages asked for in %v", len(pages), time.Since(start).Round(time.Millisecond))
	start = time.Now()
	eyes := openEyes(t, w, pages)
	for i, page := range pages {
		eyes.look(t, i, page)
	}
	t.Logf("%d pages in %v", len(pages), time.Since(start).Round(time.Millisecond))
}

var screens = flag.String("screens", "", "folder for pictures of every page")

// eyes is a browser before the pages.
type eyes struct {
	ctx context.Context
	url string
	axe string
}

// openEyes serves the pages as they were seen, and all else as the house does.
func openEyes(t *testing.T, w *accessWorld, pages []seen) eyes {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, request *http.Request) {
		number, isPage := strings.CutPrefix(request.URL.Path, "/seen/")
		i, err := strconv.Atoi(number)
		if !isPage || err != nil || i >= len(pages) {
			w.house.web.Handler().ServeHTTP(out, request)
			return
		}
		if request.URL.Query().Has("fragment") { // a live part asks for itself again: it stays as it was seen
			out.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		for _, name := range []string{"Content-Type", "Content-Security-Policy", "Content-Language", "Permissions-Policy"} {
			out.Header().Set(name, pages[i].header.Get(name))
		}
		if request.URL.RawQuery == still {
			out.Header().Set("Content-Security-Policy", "script-src 'none'")
		}
		fmt.Fprint(out, pages[i].body)
	}))
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // it lives as long as ctx, not as the first page
		t.Fatal(err)
	}
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	return eyes{ctx, server.URL, string(axe)}
}

// finding is what is wrong with a page, and where.
type finding struct {
	Rule  string   `json:"rule"`
	Where []string `json:"where"`
}

// look holds one page against everything.
func (e eyes) look(t *testing.T, number int, page seen) {
	t.Helper()
	what := page.what
	ctx, cancel := context.WithTimeout(e.ctx, 2*time.Minute)
	defer cancel()
	check := func(when, script string) {
		t.Helper()
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s, %s: %v", what, when, err)
		}
		var found []finding
		if err := json.Unmarshal([]byte(text), &found); err != nil {
			t.Fatalf("%s, %s: %v in %.200s", what, when, err, text)
		}
		for _, f := range found {
			t.Errorf("%s, %s: %s at %s", what, when, f.Rule, strings.Join(f.Where, " · "))
		}
	}
	size := func(width int64) {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatalf("%s at %d: %v", what, width, err)
		}
	}
	theme := func(name string) {
		if err := chromedp.Do(ctx, preferring(name)); err != nil {
			t.Fatalf("%s in %s: %v", what, name, err)
		}
	}
	size(1280)
	theme("light")
	if err := e.open(ctx, "/seen/"+strconv.Itoa(number), page.makesWay()); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	e.picture(t, ctx, number, page, size)
	check("light, 1280", runAxe)
	if !page.fresh { // made of parts that were held against the rest before
		theme("dark")
		check("dark, 1280", runAxeColours)
		size(320)
		check("320", sideways(""))
		return
	}
	check("letters twice as large, 1280", sideways(`document.documentElement.style.fontSize = "212.5%"`))
	check("1280", `document.documentElement.style.fontSize = ""; `+targets)
	check("1280", focus)
	size(320)
	check("320", sideways(""))
	check("320", targets)
	theme("dark")
	check("dark, 320", runAxeColours)
}

// makesWay: a page that is kept in a browser for when there is no network is
// nobody's, and leads to the real one as soon as there is one.
func (s seen) makesWay() bool { return strings.Contains(s.body, ` data-operator=""`) }

// picture keeps a page for somebody to look at, as wide as a screen and as a
// phone.
func (e eyes) picture(t *testing.T, ctx context.Context, number int, page seen, size func(int64)) {
	t.Helper()
	if *screens == "" {
		return
	}
	for _, width := range []int64{390, 1280} {
		size(width)
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(80))
		if err != nil {
			t.Fatalf("picture of %s: %v", page.what, err)
		}
		name := fmt.Sprintf("%03d-%d.jpg", number, width)
		if err := os.WriteFile(filepath.Join(*screens, name), picture, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s", name, page.what)
	}
}

// still asks for a page without its scripts.
const still = "still"

// open shows a page, with axe beside it. A page that leads on by itself is
// shown without its scripts.
func (e eyes) open(ctx context.Context, path string, leadsOn bool) error {
	for _, query := range []string{"", "?" + still} {
		if leadsOn && query == "" {
			continue // how soon it does is the network's business
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(e.url+path+query)); err != nil {
			return fmt.Errorf("open it: %w", err)
		}
		// The policy of the pages lets no page run this; the browser's own tools may.
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](e.axe+";true"))
		if err != nil {
			continue
		}
		// Whatever leads on does so while a script could have run twice.
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`new Promise((r) => setTimeout(() => setTimeout(() => r(globalThis.axe && location.pathname === "`+path+`"), 100)))`, chromedp.EvalAwaitPromise))
		if err == nil && there {
			return nil
		}
	}
	return errors.New("the page leads away")
}

// preferring is a reader who likes this theme, and nothing that moves.
func preferring(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return chromedp.Void{}, err
	}
}

// The scripts answer with a list of findings as JSON.
const (
	runAxeColours = `axe.run(document, {runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block", "target-size"]}, resultTypes: ["violations"]})` + axeFindings

	// runAxe asks for every rule of WCAG 2.2 AA, and for good practice.
	runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
		resultTypes: ["violations"]})` + axeFindings

	axeFindings = `.then((r) => JSON.stringify(r.violations.map((v) => ({rule: v.id + " (" + v.help + ")",
		where: v.nodes.map((n) => n.target.join(" ") + " " + (n.any.concat(n.all, n.none)[0]?.message ?? ""))}))))`

	// naming is how the scripts say where.
	naming = `const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map((c) => "." + c).join("") + " “" + (e.innerText || e.value || "").trim().slice(0, 30) + "”";
		const shown = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;`

	// targets: what one presses is 48 pixels high; links in text and rows, 24
	// (WCAG 2.2, 2.5.8), where they stand in a line of text, as high as it is.
	targets = `(() => { ` + naming + `
		const found = [];
		for (const e of document.querySelectorAll("button, .button, input:not([type=hidden]), select, textarea, summary, .top nav a")) {
			if (!shown(e) || e.closest(".skip")) { continue; }
			const box = (e.matches("[type=radio], [type=checkbox]") && e.closest("label") || e).getBoundingClientRect();
			if (box.height < 47.9 || box.width < 24) { found.push(name(e) + " " + Math.round(box.width) + "×" + Math.round(box.height)); }
		}
		return JSON.stringify(found.length ? [{rule: "smaller than a glove needs (48)", where: found}] : []);
	})()`

	// focus: whatever can be reached by keyboard shows that it is, and nothing
	// lies over it (2.4.7, 2.4.11).
	focus = `(() => { ` + naming + `
		const hidden = [], covered = [];
		for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
			if (!shown(e)) { continue; }
			e.focus();
			if (document.activeElement !== e) { continue; }
			const style = getComputedStyle(e);
			if (e.matches(":focus-visible") && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)) { hidden.push(name(e)); }
			e.scrollIntoView({block: "nearest"});
			const box = e.getBoundingClientRect();
			const x = box.left + box.width / 2, y = box.top + Math.min(box.height / 2, innerHeight / 2);
			const over = document.elementFromPoint(x, y);
			if (over && !e.contains(over) && !over.contains(e)) { covered.push(name(e) + " by " + name(over)); }
		}
		const found = [];
		if (hidden.length) { found.push({rule: "focus cannot be seen", where: hidden}); }
		if (covered.length) { found.push({rule: "focus is covered", where: covered}); }
		return JSON.stringify(found);
	})()`
)

// sideways: nothing scrolls sideways but what is made to (1.4.10, 1.4.4).
func sideways(before string) string {
	return `(() => { ` + naming + before + `;
		const page = document.scrollingElement, found = [];
		if (page.scrollWidth > innerWidth) {
			for (const e of document.querySelectorAll("body *")) {
				const box = e.getBoundingClientRect();
				if (shown(e) && box.right > innerWidth + 1 && !e.closest(".scroll, .top nav, .skip")) { found.push(name(e) + " to " + Math.round(box.right)); }
			}
			return JSON.stringify([{rule: "the page is " + page.scrollWidth + " wide where " + innerWidth + " can be seen", where: found.slice(0, 5)}]);
		}
		return JSON.stringify([]);
	})()`
}
