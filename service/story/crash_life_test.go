package story

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"quitclaim/service/device/camera"
)

// life is one camera that goes round and round: bound, let go, bound again,
// taken back, reset, certified, sold, bound. One goroutine at a time has it.
type life struct {
	unit   unit
	id     string // of the unit
	memory camera.Memory
	owners [2]client // take turns
	holder int       // whose turn it is
	clerk  client
	// receipt is that of the last sale.
	receipt string

	at      int // in the way
	pending *deed
	told    []told // in order
	before  int    // entries on the ledger that are older than this test

	returned taken
	shipment string
	check    string // the next one to be attested
	rounds   int
}

// step is one station of the way.
type step struct {
	event string
	// ready looks whether the deed may be sent; nil: at once. It may talk to
	// the server, and makes nothing that is lost when it does not answer.
	ready func(context.Context, *life) (bool, error)
	deed  func(*life) deed
	learn func(*life, []byte) error // nil: nothing to learn
	again bool                      // this step comes again until ready says that it is over
}

// errOver: a step has nothing more to do.
var errOver = errors.New("this step is over")

// errUnheard: the server had no ear for the camera now.
var errUnheard = errors.New("the camera was not heard")

// way is what happens to a camera, over and over. It begins with one that is
// bound.
func way() []step {
	return []step{
		{event: "release", ready: sometimes, deed: func(l *life) deed {
			return deed{by: l.owner(), path: "/v1/releases", body: l.unit.ref(), status: http.StatusCreated}
		}, learn: func(l *life, _ []byte) error { l.holder = 1 - l.holder; return nil }},
		{event: "bind", ready: unlessBound, deed: (*life).bind},
		{event: "return", deed: func(l *life) deed {
			return deed{by: l.clerk, path: "/v1/returns", body: returnOf(l.unit, l.receipt), status: http.StatusCreated}
		}, learn: func(l *life, body []byte) error {
			l.returned = taken{}
			return json.Unmarshal(body, &l.returned)
		}},
		{event: "ship", ready: wholeReset, deed: func(l *life) deed { return l.ship(l.clerk, refit) }, learn: shipped},
		{event: "receive", deed: func(l *life) deed { return l.receive(l.bench("technician")) }},
		{event: "attest", again: true, ready: nextCheck, deed: func(l *life) deed {
			path := "/v1/orders/" + l.returned.Order.ID + "/tasks/" + l.check + "/attest"
			return deed{by: l.bench("technician"), path: path, body: map[string]any{"pass": true}, status: http.StatusOK}
		}},
		{event: "certify", deed: func(l *life) deed {
			return deed{by: l.bench("validator"), path: "/v1/certificates", body: map[string]any{"units": []any{l.unit.ref()}}, status: http.StatusCreated}
		}},
		{event: "ship", deed: func(l *life) deed { return l.ship(l.bench("technician"), l.clerk.Org) }, learn: shipped},
		{event: "receive", deed: func(l *life) deed { return l.receive(l.clerk) }},
		{event: "sell", deed: func(l *life) deed {
			l.receipt = "R-" + newKey()[:10]
			return deed{by: l.clerk, path: "/v1/sales", body: saleOf(l.unit, l.receipt), status: http.StatusCreated}
		}, learn: func(l *life, _ []byte) error { l.holder = 1 - l.holder; l.rounds++; return nil }},
		{event: "bind", ready: calledIn, deed: (*life).bind},
	}
}

// newLife takes a bound camera of the demo over.
func newLife(t *testing.T, s *server) *life {
	t.Helper()
	signs := func(u unit) bool { return model("HI2")(u) || model("HOP")(u) } // what its camera says proves its reset
	u := s.pick(in("bound"), signs)
	state, err := camera.LoadState(s.memory(u))
	if err != nil {
		t.Fatal(err)
	}
	state.Firmware = "4.0.2"
	first := s.owner(u.Owner)
	l := &life{
		unit: u, memory: camera.InMemory(state), owners: [2]client{first, s.stranger(first)},
		clerk: s.as("clerk", u.Seller, 0), receipt: u.Receipt,
	}
	l.id = s.texts(`SELECT unit_id FROM unit WHERE serial = $1`, u.Serial)[0]
	l.before = len(s.events(l.id))
	return l
}

func (l *life) owner() client { return l.owners[l.holder] }

func (l *life) bench(role string) client { return l.clerk.s.as(role, refit, 0) }

func (l *life) ship(by client, to string) deed {
	body := map[string]any{"to": to, "units": []any{l.unit.ref()}}
	return deed{by: by, path: "/v1/shipments", body: body, status: http.StatusCreated}
}

func (l *life) receive(by client) deed {
	body := map[string]any{"units": []any{l.unit.ref()}}
	return deed{by: by, path: "/v1/shipments/" + l.shipment + "/receive", body: body, status: http.StatusOK}
}

func shipped(l *life, body []byte) error {
	var sent struct{ ID string }
	err := json.Unmarshal(body, &sent)
	l.shipment = sent.ID
	return err
}

func (l *life) bind() deed {
	state, _ := l.memory.Load() // it is in memory
	body := map[string]any{"brand": l.unit.Brand, "serial": l.unit.Serial, "proof": state.Credential}
	return deed{by: l.owner(), path: "/v1/bindings", body: body, status: http.StatusCreated}
}

// sometimes lets every second owner release the camera before it is returned.
func sometimes(_ context.Context, l *life) (bool, error) {
	if l.rounds%2 == 0 {
		return true, nil
	}
	return false, errOver
}

// unlessBound has the camera call in, if its owner has let it go.
func unlessBound(ctx context.Context, l *life) (bool, error) {
	if l.rounds%2 != 0 {
		return false, errOver
	}
	return calledIn(ctx, l)
}

// calledIn has the camera make a credential of the present epoch, and say so.
func calledIn(ctx context.Context, l *life) (bool, error) {
	c, err := l.camera()
	if err != nil {
		return false, err
	}
	_, err = c.Report(ctx, "")
	return err == nil, err
}

// wholeReset waits until every task is proven, and holds the camera's button
// while that is what is missing.
func wholeReset(ctx context.Context, l *life) (bool, error) {
	got, err := l.clerk.send(ctx, http.MethodGet, "/v1/returns/"+l.returned.ID, "", nil)
	if err != nil || got.Status != http.StatusOK {
		return false, orAnswer(got, err)
	}
	var now taken
	if err := json.Unmarshal(got.Body, &now); err != nil {
		return false, err
	}
	l.returned = now
	if now.State == "reset" {
		return true, nil
	}
	if !has(now.open(true), "unit.factory-reset") {
		return false, nil
	}
	c, err := l.camera()
	if err != nil {
		return false, err
	}
	_, err = c.HardReset(ctx)
	return false, err
}

// nextCheck finds the next check that nobody has passed.
func nextCheck(ctx context.Context, l *life) (bool, error) {
	got, err := l.bench("technician").send(ctx, http.MethodGet, "/v1/orders/"+l.returned.Order.ID, "", nil)
	if err != nil || got.Status != http.StatusOK {
		return false, orAnswer(got, err)
	}
	var now order
	if err := json.Unmarshal(got.Body, &now); err != nil {
		return false, err
	}
	for _, check := range now.Checks {
		if !check.Passed {
			l.check = check.ID
			return true, nil
		}
	}
	return false, errOver
}

func (l *life) camera() (*camera.Camera, error) {
	return camera.New(camera.Config{
		BaseURL: l.clerk.s.url, Memory: l.memory, HTTP: &http.Client{Timeout: 10 * time.Second},
		// It comes again with its life's next turn.
		Wait: func(context.Context, time.Duration) error { return errUnheard },
	})
}

// answered is an answer that is not the one that says yes.
type answered struct{ answer }

// Error says what came.
func (a answered) Error() string { return fmt.Sprintf("%s: %d %s", a.what, a.Status, a.Body) }

func orAnswer(got answer, err error) error {
	if err != nil {
		return err
	}
	return answered{got}
}
