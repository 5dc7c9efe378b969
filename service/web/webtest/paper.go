package webtest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Print is the page as a PDF, on paper of this size in millimetres, with the
// margins that the page itself asks for.
func (b Tab) Print(width, height float64) []byte {
	b.t.Helper()
	const inch = 25.4
	document, err := chromedp.Run(b.ctx, chromedp.Action[[]byte](func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		got, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: width / inch, PaperHeight: height / inch})
		return got.Data, err
	}))
	if err != nil {
		b.t.Fatalf("print the page: %v", err)
	}
	return document
}
