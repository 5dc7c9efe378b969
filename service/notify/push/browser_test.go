package push_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

// patience is for a machine that does other things as well.
const patience = 90 * time.Second

// Words of German, in which the reader of this test reads.
const (
	waits   = "Eine Nachricht wartet. Öffnen Sie Quitclaim, um sie zu lesen."
	denied  = "Der Browser hat es nicht erlaubt."
	addDone = "Dieses Telefon oder dieser Browser erfährt ab jetzt Bescheid."
	endDone = "Dieser Browser erfährt nichts mehr."
)

// phone is the room, its pages and a real browser in front of them. What no
// test can have is the push service of whoever made the browser: in the page,
// pushManager.subscribe is replaced and gives an endpoint of the test's, to which
// the room really sends; and what came there is handed to the browser by its
// DevTools, as its push service would. All between is what readers use.
type phone struct {
	*storetest.World
	t       *testing.T
	ctx     context.Context
	room    *notify.Notify
	url     string
	browser browser
	service string
	came    chan delivered
	key     string
}

// reader lets everybody in as one person.
type reader access.Principal

func (r reader) PrincipalOfToken(context.Context, string, lifecycle.PersonID) (access.Principal, error) {
	return access.Principal(r), nil
}

func (r reader) PrincipalOfPerson(context.Context, lifecycle.PersonID, int64) (access.Principal, error) {
	return access.Principal(r), nil
}

func newPhone(t *testing.T) *phone {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("no chromium on the PATH")
		}
		t.Skip("no chromium on the PATH")
	}
	w := storetest.NewWorld(t)
	server, came := service(t)
	p := &phone{World: w, t: t, browser: newBrowser(t), service: server.URL, came: came}
	send := sender(t, server, true)
	p.key = send.Keys.Public
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.url = fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	p.room = notify.New(notify.Config{
		Feed: w.Store, Queue: w.Store, Aside: w.Store, Readers: w.Store, Pusher: send, PushKey: p.key, PushPrivate: true,
		Words: words, Hash: w.Ring.LookupHash, Origin: p.url, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	handler, err := notify.NewHandler(p.room)
	if err != nil {
		t.Fatal(err)
	}
	ada := access.Principal{Kind: access.KindPerson, Person: w.Owner.Person, Roles: []lifecycle.Role{lifecycle.RoleOwner}}
	site := webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, func(c *web.Config) {
		c.ExternalURL, c.Authenticator = p.url, reader(ada)
	})
	pages := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+strings.Repeat("t", 43))
		r.Header.Set("Accept-Language", "de")
		site.Server.Handler().ServeHTTP(rw, r)
	})}}
	pages.Start()
	t.Cleanup(pages.Close)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p.ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	return p
}

func words(language string) notify.Words {
	parsed, err := messages.ParseLanguage(language)
	if err != nil {
		parsed = messages.German
	}
	catalogue, err := messages.In(parsed)
	if err != nil {
		panic(err)
	}
	return catalogue
}

func (p *phone) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// allow answers for the person what the browser would ask.
func (p *phone) allow(setting cdpbrowser.PermissionSetting) {
	p.t.Helper()
	_, err := chromedp.CallBrowser(p.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: "notifications"}, Setting: setting, Origin: p.url,
	})
	if err != nil {
		p.t.Fatalf("set permission: %v", err)
	}
}

// sees waits until the page says it.
func (p *phone) sees(text string) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience/2)
	defer stop()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](fmt.Sprintf(`document.body && document.body.innerText.includes(%q)`, text)))
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			body, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`Notification.permission + " " + document.body.innerText`))
			p.t.Fatalf("the page never said %q: %v\n%s", text, err, body)
		}
	}
}

// settings opens the page, with a push service that answers as the test's would.
func (p *phone) settings() {
	p.t.Helper()
	p.do("open the settings", chromedp.Navigate(p.url+"/account/notices"))
	given, err := json.Marshal(map[string]any{
		"endpoint": p.service + "/201", "keys": map[string]string{"p256dh": text(p.browser.key.PublicKey().Bytes()), "auth": text(p.browser.auth)},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.evaluate(fmt.Sprintf(`PushManager.prototype.getSubscription = async () => ({ unsubscribe: async () => { window.left = true; return true; } });
		PushManager.prototype.subscribe = async (asked) => { sessionStorage.asked = JSON.stringify([asked, window.left]); return { toJSON: () => (%s) }; }; "ready"`, given))
}

// evaluate runs a script in the page and waits for what it promises.
func (p *phone) evaluate(script string) string {
	p.t.Helper()
	result, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script, awaits))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return result
}

func awaits(e *runtime.EvaluateParams) { yes := true; e.AwaitPromise = &yes }

func (p *phone) subscriptions() []notice.Subscription {
	p.t.Helper()
	list, err := p.Subscriptions(p.t.Context(), p.Owner.Person)
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

const addButton = `form[data-push] button`

// TestAPushOnAPhone: its owner lets a browser take pushes; a return is pushed,
// encrypted for that browser; the worker shows that something waits, in their
// language, and nothing of what or whose; a click leads to the messages.
func TestAPushOnAPhone(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	p.allow(cdpbrowser.PermissionSettingDenied)
	p.settings()
	p.do("ask, and be refused", chromedp.Click(chromedp.CSS(addButton)))
	p.sees(denied)
	if got := p.subscriptions(); len(got) != 0 {
		t.Errorf("refused, and subscribed: %+v", got)
	}

	p.allow(cdpbrowser.PermissionSettingGranted)
	p.settings()
	p.do("subscribe", chromedp.Click(chromedp.CSS(addButton)))
	p.sees(addDone)
	got := p.subscriptions()
	if len(got) != 1 || got[0].Endpoint != p.service+"/201" || got[0].Auth != text(p.browser.auth) {
		t.Fatalf("subscriptions = %+v", got)
	}
	if asked := p.evaluate(`sessionStorage.asked`); !strings.Contains(asked, `"userVisibleOnly":true`) || !strings.Contains(asked, p.key) || !strings.Contains(asked, `,true]`) {
		t.Errorf("the push service was asked %s; want our key, nothing hidden, and the old subscription gone", asked)
	}

	plain := p.returned("1")
	registration := p.registration()
	shown := p.shows(registration, plain, 1)
	want := notification{Title: "Quitclaim", Body: waits, Tag: "returned"}
	if shown[0] != want {
		t.Errorf("shown %+v, want %+v and nothing else", shown[0], want)
	}
	if shown = p.shows(registration, `{"tag":"x"}`, 2); !slices.Contains(shown, notification{Title: "Quitclaim"}) {
		t.Errorf("of a push that is not ours: %+v, want the name alone", shown)
	}
	if path := p.clicks(); path != "/account/messages" {
		t.Errorf("a click leads to %q", path)
	}
	if left := p.shown(); slices.Contains(left, want) {
		t.Errorf("after the click %+v is still there", left)
	}
	p.do("open the messages", chromedp.Navigate(p.url+"/account/messages"))
	p.sees("acme S1")

	p.do("open the settings", chromedp.Navigate(p.url+"/account/notices"))
	p.do("stop", chromedp.Click(chromedp.CSS(`form[action$="/end"] button`)))
	p.sees(endDone)
	if got := p.subscriptions(); len(got) != 0 {
		t.Errorf("stopped, and subscribed still: %+v", got)
	}
	p.queue("2")
	select {
	case <-p.came:
		t.Error("pushed to a browser that was told to stop")
	default:
	}
}

// queue tells the owner of a return, and brings out what is due.
func (p *phone) queue(once string) {
	p.t.Helper()
	err := errors.Join(p.QueueNotice(p.t.Context(), notice.Notice{
		To: p.Owner.Person, Kind: notice.KindReturned, Params: map[string]string{"unit": "acme S1"}, Link: "/mine/past", Once: once, At: p.Clock.Now(),
	}), p.room.DeliverDue(p.t.Context()))
	if err != nil {
		p.t.Fatal(err)
	}
}

// returned is what the browser decrypts of the push about a return.
func (p *phone) returned(once string) string {
	p.t.Helper()
	p.queue(once)
	select {
	case came := <-p.came:
		plain, err := p.browser.open(came.body)
		if err != nil || strings.Contains(string(plain), "S1") || strings.Contains(string(plain), string(p.Owner.Person)) {
			p.t.Fatalf("the push says %q, %v; want it of nobody and nothing", plain, err)
		}
		return string(plain)
	case <-p.ctx.Done():
		p.t.Fatal("nothing was pushed")
		return ""
	}
}

// registration is the worker's, as DevTools name it, once it works.
func (p *phone) registration() serviceworker.RegistrationID {
	p.t.Helper()
	for p.evaluate(`navigator.serviceWorker.getRegistration().then((r) => String(r?.active?.state))`) != "activated" {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.ctx.Done():
			p.t.Fatal("the worker does not begin")
		}
	}
	events := chromedp.Events(p.ctx, serviceworker.WorkerRegistrationUpdated)
	p.do("watch workers", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, serviceworker.Enable, cdp.Empty{})
		return err
	}))
	for event, err := range events {
		if err != nil {
			p.t.Fatal(err)
		}
		for _, r := range event.Registrations {
			if r.ScopeURL == p.url+"/" {
				return r.RegistrationID
			}
		}
	}
	p.t.Fatal("no worker is registered")
	return ""
}

// deliver hands the worker a push, as the push service would.
func (p *phone) deliver(to serviceworker.RegistrationID, data string) {
	p.t.Helper()
	p.do("deliver a push", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: p.url, RegistrationID: to, Data: data})
		return err
	}))
}

// notification is all that one could show.
type notification struct {
	Title, Body, Tag, Icon, Image, Badge string
	Data                                 string
}

// shows hands the worker a push until so many notifications are there: DevTools
// drop what comes while a worker starts, which a push service would keep.
func (p *phone) shows(to serviceworker.RegistrationID, data string, n int) []notification {
	p.t.Helper()
	for {
		p.deliver(to, data)
		for range 20 {
			if list := p.shown(); len(list) >= n {
				return list
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-p.ctx.Done():
				p.t.Fatalf("%+v are shown, want %d", p.shown(), n)
			}
		}
	}
}

// shown is what stands on the screen.
func (p *phone) shown() []notification {
	p.t.Helper()
	// A browser that is asked while it starts a worker may not answer at all.
	const ask = `Promise.race([new Promise((late) => setTimeout(() => late("[]"), 1000)),
		navigator.serviceWorker.getRegistration().then((r) => r.getNotifications()).then((l) => JSON.stringify(l.map((n) => ({
			Title: n.title, Body: n.body, Tag: n.tag, Icon: n.icon ?? "", Image: n.image ?? "", Badge: n.badge ?? "", Data: n.data === null ? "" : JSON.stringify(n.data) }))))])`
	var list []notification
	if err := json.Unmarshal([]byte(p.evaluate(ask)), &list); err != nil {
		p.t.Fatal(err)
	}
	return list
}

// clicks has the worker find that its first notification was clicked. A browser
// lets a worker open a window after a person's click alone, which DevTools
// cannot make: so what would be opened is noted instead.
func (p *phone) clicks() string {
	p.t.Helper()
	targets, err := chromedp.Targets(p.ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	at := slices.IndexFunc(targets, func(i *target.Info) bool { return i.Type == "service_worker" && strings.HasPrefix(i.URL, p.url) })
	if at < 0 {
		p.t.Fatalf("no worker among %d targets", len(targets))
	}
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithTargetID(targets[at].TargetID))
	defer cancel()
	opened, err := chromedp.Run(ctx, chromedp.Evaluate[string](`new Promise((done) => {
		Object.defineProperty(self.clients, "openWindow", { value: async (path) => done(path) });
		self.registration.getNotifications({ tag: "returned" }).then((list) =>
			self.dispatchEvent(new NotificationEvent("notificationclick", { notification: list[0] })));
	})`, awaits))
	if err != nil {
		p.t.Fatalf("click: %v", err)
	}
	return opened
}
