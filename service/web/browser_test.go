package web_test

import (
	"context"
	"embed"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
)

//go:embed testdata/browser/*.html
var browserPages embed.FS

// TestBrowser runs the scripts where they live, under the policy that pages
// are sent with: a live region follows its events, times are the reader's, and
// a wedge that types anywhere ends up in the scan field and is submitted.
func TestBrowser(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("no chromium on the PATH")
		}
		t.Skip("no chromium on the PATH")
	}
	pages, err := web.ParsePages(browserPages)
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	changed := make(chan struct{})
	_, url, _, _ := serving(t, func(r *web.Routes) {
		r.GET("/live", access.HomeRead, func(c echo.Context) error {
			return pages.Render(c, http.StatusOK, "live.html", map[string]any{
				"Count": count.Load(), "Payload": c.QueryParam("payload"), "At": galleryTime,
			})
		})
		r.GET("/v1/events", access.HomeRead, func(c echo.Context) error {
			return web.Stream(c, func(ctx context.Context, send func(string, string, any) error) error {
				for {
					select {
					case <-ctx.Done():
						return nil
					case <-changed:
						if err := send("change", "", nil); err != nil {
							return err
						}
					}
				}
			})
		})
	}, nil)

	ctx, cancel := chromedp.NewExecAllocator(context.Background(),
		append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 3*patience)
	defer cancel()

	if err := chromedp.Do(ctx, chromedp.Navigate(url+"/live")); err != nil {
		t.Fatalf("open the page: %v", err)
	}
	until := func(what, expression string) {
		t.Helper()
		for { // a poll ends with its page; the next page is asked again
			_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression))
			if err == nil {
				return
			}
			if ctx.Err() != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	until("the reader's own time", `!document.getElementById("when").textContent.includes("UTC")`)

	count.Store(1)
	changed <- struct{}{} // taken once the stream is open
	until("the first change", `document.getElementById("count").textContent === "1"`)
	count.Store(2)
	changed <- struct{}{}
	until("the second change", `document.getElementById("count").textContent === "2"`)
	until("the reader's own time after a change", `!document.getElementById("when").textContent.includes("UTC")`)

	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.activeElement.blur(), true`)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent("AC-2291\r")); err != nil {
		t.Fatalf("scan: %v", err)
	}
	until("the scan", `document.getElementById("scanned").textContent === "AC-2291" && document.activeElement.id === "payload"`)
}
