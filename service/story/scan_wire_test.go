package story

import (
	"context"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// sent keeps what a page sends, as it goes onto the wire.
type sent struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *sent) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// wire begins to listen to this tab.
func (b tab) wire() *sent {
	b.t.Helper()
	kept := &sent{}
	err := chromedp.Listen(b.ctx, func(event any) {
		request, ok := event.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		kept.mu.Lock()
		defer kept.mu.Unlock()
		kept.text.WriteString(request.Request.URL + "\n")
		for _, entry := range request.Request.PostDataEntries {
			kept.text.WriteString(string(entry.Bytes) + "\n")
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.do("listen to the wire", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
		return chromedp.Void{}, err
	})
	return kept
}

// loses has the network lose what fits one of the patterns; none: nothing.
func (b tab) loses(patterns ...string) {
	b.t.Helper()
	var lost []*network.BlockPattern
	for _, pattern := range patterns {
		lost = append(lost, &network.BlockPattern{URLPattern: pattern, Block: true})
	}
	b.do("lose what is asked for", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, t, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: lost})
		return chromedp.Void{}, err
	})
}
