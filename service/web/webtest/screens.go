package webtest

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Shoot photographs pages as this client sees them, at 390 and 1280 pixels,
// light and dark, into dir. It needs a chromium on the PATH, so tests call it
// only when a flag asks for pictures.
func (c *Client) Shoot(dir string, paths ...string) {
	t := c.site.t
	t.Helper()
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatalf("folder for pictures: %v", err)
	}
	server := httptest.NewServer(c.site.Server.Handler())
	defer server.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	for _, path := range paths {
		for _, width := range []int64{390, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				picture, err := c.shot(ctx, server.URL+path, width, scheme)
				if err != nil {
					t.Fatalf("photograph %s: %v", path, err)
				}
				name := fmt.Sprintf("%s-%d-%s.png", strings.Trim(strings.ReplaceAll(path, "/", "-"), "-"), width, scheme)
				if err := os.WriteFile(filepath.Join(dir, name), picture, 0o600); err != nil {
					t.Fatalf("keep the picture: %v", err)
				}
			}
		}
	}
}

func (c *Client) shot(ctx context.Context, url string, width int64, scheme string) ([]byte, error) {
	ctx, cancel := chromedp.NewContext(ctx)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, tabPatience)
	defer stop()
	err := chromedp.Do(ctx,
		c.sign,
		chromedp.EmulateViewport(width, 900),
		prefer(scheme),
		chromedp.Navigate(url),
	)
	if err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.FullScreenshot(100))
}

// sign makes the browser send the client's token.
func (c *Client) sign(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	headers := network.Headers{}
	if c.token != "" {
		headers["Authorization"] = "Bearer " + c.token
	}
	if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
		return chromedp.Void{}, err
	}
	_, err := cdp.Call(ctx, t, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers})
	return chromedp.Void{}, err
}

// prefer sets the colour scheme that the reader is said to like.
func prefer(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	}
}
