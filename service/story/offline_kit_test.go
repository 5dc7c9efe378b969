package story

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// wifi is the network between a browser and the server. It goes away, comes
// back, and loses an answer on its way.
type wifi struct {
	t      *testing.T
	server string // host and port
	here   string

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
	losing   bool // the next answer that something was made goes nowhere, and the network with it
}

func newWifi(t *testing.T, s *server) *wifi {
	t.Helper()
	w := &wifi{t: t, server: strings.TrimPrefix(s.url, "http://"), here: "127.0.0.1:0", open: map[net.Conn]bool{}}
	w.on()
	t.Cleanup(w.off)
	return w
}

func (w *wifi) url() string { return "http://" + w.here }

func (w *wifi) on() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	listener, err := net.Listen("tcp", w.here)
	if err != nil {
		w.t.Fatal(err)
	}
	w.listener, w.here = listener, listener.Addr().String()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(conn)
		}
	}()
}

func (w *wifi) off() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut()
}

// cut ends everything. w.mu is held.
func (w *wifi) cut() {
	if w.listener != nil {
		_ = w.listener.Close()
		w.listener = nil
	}
	for conn := range w.open {
		_ = conn.Close()
	}
	w.open = map[net.Conn]bool{}
}

func (w *wifi) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.losing = true
}

func (w *wifi) carry(conn net.Conn) {
	up, err := net.Dial("tcp", w.server)
	if err != nil {
		_ = conn.Close()
		return
	}
	w.mu.Lock()
	gone := w.listener == nil
	w.open[conn], w.open[up] = true, true
	w.mu.Unlock()
	if gone {
		w.off()
		return
	}
	go func() {
		_, _ = io.Copy(up, conn)
		_ = up.Close()
	}()
	_, _ = io.Copy(writerOf(func(p []byte) (int, error) {
		if w.swallows(p) {
			return 0, io.ErrClosedPipe
		}
		return conn.Write(p)
	}), up)
	_ = conn.Close()
}

// swallows loses an answer that the server has committed.
func (w *wifi) swallows(p []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.losing || !bytes.HasPrefix(p, []byte("HTTP/1.1 201 ")) {
		return false
	}
	w.losing = false
	w.cut()
	return true
}

type writerOf func([]byte) (int, error)

func (f writerOf) Write(p []byte) (int, error) { return f(p) }

// through is a window whose pages come over the network.
func (w *wifi) through(s *server, browser context.Context) tab {
	copied := *s
	copied.url = w.url()
	return copied.tab(w.t, browser)
}

// beside opens another window of the same browser.
func (b tab) beside() tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return tab{b.t, b.s, ctx}
}

// scansNext has the next unit at hand: after a code the field takes its echo for
// what it is, for 300 ms, so a scan in a test must not come sooner.
func (b tab) scansNext(u unit) {
	b.t.Helper()
	evaluate[bool](b, `new Promise((resolve) => setTimeout(resolve, 350, true))`)
	b.scans(typing(u.Payload + "\r"))
}

// ready waits until the page could be opened without network.
func (b tab) ready() {
	b.t.Helper()
	b.until("the shell is kept", `(async () => Boolean(navigator.serviceWorker.controller) && Boolean(await caches.match("/desk/offline", {ignoreVary: true})))()`)
}

// waiting is how many scans the page says are on this device.
func (b tab) waiting(n int) {
	b.t.Helper()
	b.until("as many scans wait as there should be", `document.querySelectorAll(".queued > li").length === `+string(rune('0'+n)))
}

// keeps is what waits in this browser, whoever scanned it.
func (b tab) keeps(n int) {
	b.t.Helper()
	b.until("the browser keeps as many scans as it should", keptLines+`.then((lines) => lines.length === `+string(rune('0'+n))+`)`)
}

const keptLines = `new Promise((resolve, reject) => {
	const open = indexedDB.open("quitclaim");
	open.onerror = reject;
	open.onsuccess = () => {
		const all = open.result.transaction("scans").objectStore("scans").getAll();
		all.onsuccess = () => { open.result.close(); resolve(all.result); };
	};
})`

// signedOut ends the session in the browser alone, as if it had run out.
func (b tab) signedOut() {
	b.t.Helper()
	b.do("lose the session", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return chromedp.Void{}, err
	})
}

// returns is how often the unit has come back, as its history says.
func (c client) returns(u unit) int {
	c.s.t.Helper()
	return strings.Count(string(c.get(u.path()+"/history").want(http.StatusOK).Body), `"event":"return"`)
}

// once holds the record against what was scanned: since there were so many
// returns of it, the unit came back exactly once.
func (c client) once(u unit, before int) {
	c.s.t.Helper()
	eventually(c.s.t, u.Serial+" is back", func() bool { return c.look(u).State == "returned" })
	if n := c.returns(u); n != before+1 {
		c.s.t.Errorf("%s came back %d times, want once more than %d", u.Serial, n, before)
	}
}

// notBack fails the story where the unit is back: of one that a customer has,
// its desk is told no state.
func (c client) notBack(u unit, before int) {
	c.s.t.Helper()
	if state, n := c.look(u).State, c.returns(u); state == "returned" || n != before {
		c.s.t.Errorf("%s came back, %q after %d returns, want %d", u.Serial, state, n, before)
	}
}

// batch opens a batch and leads this window to it.
func (c client) batch(b tab) (id string) {
	c.s.t.Helper()
	var batch struct{ ID string }
	c.post("/v1/batches", map[string]any{"condition": "used", "reason": "other"}).want(http.StatusCreated).into(&batch)
	b.open("/desk/batches/" + url.PathEscape(batch.ID))
	return batch.ID
}

type batchSight struct {
	Count   int
	Summary struct{ Taken, Late, Open int }
	Entries []struct {
		State   string
		Reasons []struct{ Code string }
	}
}

func (c client) seesBatch(id string) (b batchSight) {
	c.s.t.Helper()
	c.get("/v1/batches/" + url.PathEscape(id)).want(http.StatusOK).into(&b)
	return b
}
