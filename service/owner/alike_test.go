package owner_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/webtest"
)

// names are what a request can name of one unit.
type names struct {
	key     lifecycle.UnitKey
	binding string // of the former owner, ended
	ret     string // the return, if one ended it
	code    string // of an offer that the former owner made
}

func madeUp() names {
	return names{
		lifecycle.UnitKey{Brand: storetest.Brand, Serial: "SN-999999"}, storetest.NewID("bnd"), storetest.NewID("ret"), rand.Text(),
	}
}

// unitRoutes are the requests that name a unit in any way, by route. What is
// not here names none.
func unitRoutes() map[string]func(c *webtest.Client, n names) *webtest.Response {
	key := func(n names) map[string]any { return map[string]any{"brand": n.key.Brand, "serial": n.key.Serial} }
	page := func(n names) string { return "/mine/units/" + n.key.Brand + "/" + n.key.Serial }
	proof := rand.Text()
	form := func(pairs ...string) url.Values {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return values
	}
	type ask = func(c *webtest.Client, n names) *webtest.Response
	get := func(path func(n names) string) ask {
		return func(c *webtest.Client, n names) *webtest.Response { return c.Get(path(n)) }
	}
	post := func(path func(n names) string, pairs ...string) ask {
		return func(c *webtest.Client, n names) *webtest.Response { return c.PostForm(path(n), form(pairs...)) }
	}
	send := func(path func(n names) string, body func(n names) map[string]any) ask {
		return func(c *webtest.Client, n names) *webtest.Response { return c.PostJSON(path(n), body(n)) }
	}
	at := func(path string) func(names) string { return func(names) string { return path } }
	on := func(suffix string) func(names) string { return func(n names) string { return page(n) + suffix } }
	transfer := func(prefix, suffix string) func(names) string {
		return func(n names) string { return prefix + n.code + suffix }
	}
	ended := func(prefix, suffix string) func(names) string {
		return func(n names) string { return prefix + n.binding + suffix }
	}
	proven := func(names) map[string]any { return proofBody(proof) }
	nothing := func(names) map[string]any { return map[string]any{} }
	return map[string]ask{
		"GET /v1/mine/units/:brand/:serial":           get(func(n names) string { return "/v1" + page(n) }),
		"GET /v1/mine/units/:brand/:serial/events":    get(func(n names) string { return "/v1" + page(n) + "/events" }),
		"POST /v1/mine/stolen":                        send(at("/v1/mine/stolen"), key),
		"POST /v1/mine/stolen/lift":                   send(at("/v1/mine/stolen/lift"), key),
		"POST /v1/releases":                           send(at("/v1/releases"), key),
		"POST /v1/transfers":                          send(at("/v1/transfers"), key),
		"GET /v1/transfers/:code":                     get(transfer("/v1/transfers/", "")),
		"POST /v1/transfers/:code/accept":             send(transfer("/v1/transfers/", "/accept"), proven),
		"POST /v1/transfers/:code/refuse":             send(transfer("/v1/transfers/", "/refuse"), nothing),
		"POST /v1/transfers/:code/withdraw":           send(transfer("/v1/transfers/", "/withdraw"), nothing),
		"GET /mine/units/:brand/:serial":              get(on("")),
		"GET /mine/units/:brand/:serial/release":      get(on("/release")),
		"GET /v1/mine/units/:brand/:serial/release":   get(func(n names) string { return "/v1" + page(n) + "/release" }),
		"POST /mine/units/:brand/:serial/release":     post(on("/release")),
		"GET /mine/units/:brand/:serial/stolen":       get(on("/stolen")),
		"POST /mine/units/:brand/:serial/stolen":      post(on("/stolen")),
		"POST /mine/units/:brand/:serial/stolen/lift": post(on("/stolen/lift")),
		"GET /mine/units/:brand/:serial/transfer":     get(on("/transfer")),
		"POST /mine/units/:brand/:serial/transfer":    post(on("/transfer"), "to", "who@example.test"),
		"GET /mine/units/:brand/:serial/transfer.svg": get(on("/transfer.svg")),
		"GET /transfer/:code":                         get(transfer("/transfer/", "")),
		"POST /transfer/:code/accept":                 post(transfer("/transfer/", "/accept"), "proof", proof),
		"POST /transfer/:code/refuse":                 post(transfer("/transfer/", "/refuse")),
		"POST /transfer/:code/withdraw":               post(transfer("/transfer/", "/withdraw")),
		"POST /mine/bindings/:id/end":                 post(ended("/mine/bindings/", "/end")),
		"DELETE /v1/bindings/:id": func(c *webtest.Client, n names) *webtest.Response {
			return c.Delete("/v1/bindings/" + n.binding)
		},
		bindAPI: send(at("/v1/bindings"), func(n names) map[string]any {
			return map[string]any{"brand": n.key.Brand, "serial": n.key.Serial, "proof": proof}
		}),
		bindPage: func(c *webtest.Client, n names) *webtest.Response {
			return c.PostForm("/mine/bind", form("brand", n.key.Brand, "serial", n.key.Serial, "proof", proof))
		},
		// These are about the reader's own past. To them it answers; to a stranger
		// it is like any other.
		"POST /v1/mine/past/:binding/contest": send(ended("/v1/mine/past/", "/contest"), nothing),
		"GET /mine/past/:binding":             get(ended("/mine/past/", "")),
		"POST /mine/past/:binding/contest":    post(ended("/mine/past/", "/contest")),
		"POST /v1/mine/past/:binding/delete":  send(ended("/v1/mine/past/", "/delete"), nothing),
		"POST /mine/past/:binding/delete":     post(ended("/mine/past/", "/delete")),
		"POST /mine/past/:binding/cancel":     post(ended("/mine/past/", "/cancel"), "proof", proof),
		"POST /v1/returns/:id/cancel-own":     send(func(n names) string { return "/v1/returns/" + n.ret + "/cancel-own" }, proven),
	}
}

const (
	bindAPI  = "POST /v1/bindings"
	bindPage = "POST /mine/bind"
)

// namesNone are the room's routes that name no unit.
func namesNone() []string {
	return []string{"GET /v1/mine", "GET /v1/mine/past", "GET /mine", "GET /mine/bind", "GET /mine/past", "GET /transfer"}
}

// ends are the ways in which a unit stops being its owner's, and whether
// anybody may bind it from then on.
func ends() map[string]struct {
	end  func(t *testing.T, k *kit, unit lifecycle.Unit, code string)
	open bool
} {
	resold := func(t *testing.T, k *kit, unit lifecycle.Unit) {
		k.bind(t, k.now(t, unit.ID), k.Neighbour)
	}
	type row = struct {
		end  func(t *testing.T, k *kit, unit lifecycle.Unit, code string)
		open bool
	}
	release := func(t *testing.T, k *kit, unit lifecycle.Unit, _ string) {
		if got := k.as(k.Owner).PostJSON("/v1/releases", keyBody(unit)); got.Status != 201 {
			t.Fatalf("release: %d %s", got.Status, got.Body)
		}
	}
	reset := func(t *testing.T, k *kit, unit lifecycle.Unit, _ string) { k.hardReset(t, unit.ID) }
	return map[string]row{
		"release":    {release, true},
		"hard reset": {reset, true},
		"transfer": {func(t *testing.T, k *kit, unit lifecycle.Unit, code string) {
			got := k.as(k.Neighbour).PostJSON("/v1/transfers/"+code+"/accept", proofBody(k.makes(t, unit)))
			if got.Status != 200 {
				t.Fatalf("accept: %d %s", got.Status, got.Body)
			}
		}, false},
		"return": {func(t *testing.T, k *kit, unit lifecycle.Unit, _ string) { k.Must(t, unit.ID, k.TakeBack()) }, false},
		"release, and somebody else has it": {func(t *testing.T, k *kit, unit lifecycle.Unit, _ string) {
			release(t, k, unit, "")
			resold(t, k, unit)
		}, false},
		"hard reset, and somebody else has it": {func(t *testing.T, k *kit, unit lifecycle.Unit, _ string) {
			reset(t, k, unit, "")
			resold(t, k, unit)
		}, false},
	}
}

// TestFormerOwnersAndStrangersSeeWhatNeverWas is rule 7: in bytes,
// headers and work, on every route of the room.
func TestFormerOwnersAndStrangersSeeWhatNeverWas(t *testing.T) {
	t.Parallel()
	for name, c := range ends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			unit := k.owned(t, k.Owner)
			was := k.former(t, unit)
			k.Clock.Add(time.Minute)
			c.end(t, k, unit, was.code)
			was.ret = k.returnOf(t)
			for route, ask := range unitRoutes() {
				ownPast := strings.Contains(route, "/past/") || strings.Contains(route, "/cancel-own")
				if c.open && (route == bindAPI || route == bindPage) {
					continue // a unit that waits for an owner answers whoever tries
				}
				want := k.sight(ask, k.stranger(), madeUp())
				if want.Status != http.StatusNotFound {
					t.Fatalf("%s of a unit that never was: %d %s", route, want.Status, want.Body)
				}
				if diff := cmp.Diff(want, k.sight(ask, k.stranger(), was)); diff != "" {
					t.Errorf("%s by a stranger (-never was +this unit):\n%s", route, diff)
				}
				if ownPast {
					continue
				}
				if diff := cmp.Diff(k.sight(ask, k.Owner, madeUp()), k.sight(ask, k.Owner, was)); diff != "" {
					t.Errorf("%s by its former owner (-never was +this unit):\n%s", route, diff)
				}
			}
		})
	}
}

func TestEveryRouteOfTheRoomIsCompared(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	compared := unitRoutes()
	for _, none := range namesNone() {
		compared[none] = nil
	}
	for _, route := range k.site.Server.Routes().List() {
		name := route.Method + " " + route.Path
		ours := strings.HasPrefix(route.Path, "/v1/") || strings.HasPrefix(route.Path, "/mine") || strings.HasPrefix(route.Path, "/transfer")
		if _, ok := compared[name]; ours && !ok {
			t.Errorf("%s is not compared: does it name a unit?", name)
		}
		delete(compared, name)
	}
	for name := range compared {
		t.Errorf("%s is no route", name)
	}
}

// former is what the owner can name of their unit, before it ends.
func (k *kit) former(t *testing.T, unit lifecycle.Unit) names {
	t.Helper()
	mine, err := k.World.MineOf(t.Context(), k.Owner.Person)
	if err != nil || len(mine) != 1 {
		t.Fatalf("the owner has %d bindings: %v", len(mine), err)
	}
	return names{unit.Key, string(mine[0].Binding.ID), "", k.offer(t, unit, k.Owner, k.mail(k.Neighbour))}
}

func (k *kit) returnOf(t *testing.T) string {
	t.Helper()
	past, err := k.record.PastOf(t.Context(), k.Owner.Person)
	if err != nil || len(past) != 1 {
		t.Fatalf("the owner's past has %d bindings: %v", len(past), err)
	}
	if ret := past[0].Return; ret != "" {
		return string(ret)
	}
	return storetest.NewID("ret")
}

// sight is everything that an answer shows, and what it cost.
type sight struct {
	Status int
	Header http.Header
	Body   string
	Calls  []string
}

var formKeys = regexp.MustCompile(`name="idempotency_key" value="[^"]*"`)

// sight asks as somebody who has not guessed before. The form of a bind shows
// again what was typed, and a key of its own: both are left out.
func (k *kit) sight(ask func(*webtest.Client, names) *webtest.Response, by lifecycle.Actor, n names) sight {
	k.Clock.Add(2 * time.Hour) // the throttle forgets
	k.record.took()
	got := ask(k.as(by), n)
	header := got.Header.Clone()
	header.Del("X-Request-Id")
	body := strings.ReplaceAll(formKeys.ReplaceAllString(got.Body, ""), n.key.Serial, "")
	return sight{got.Status, header, body, k.record.took()}
}
