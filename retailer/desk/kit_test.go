package desk_test

import (
	"testing"
	"time"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// bundle is a desk over the real store and the real web server.
type bundle struct {
	*storetest.World
	desk *desk.Desk
	site *webtest.Site
	// colleague is of the clerk's organisation.
	colleague lifecycle.Actor
}

func setup(t *testing.T) bundle {
	t.Helper()
	return open(t, storetest.NewWorld(t))
}

// open is the room over a world that may have a past.
func open(t *testing.T, w *storetest.World) bundle {
	t.Helper()
	b := bundle{World: w, colleague: desktest.Colleague(w.Clerk)}
	b.desk = desk.New(desk.Config{
		Store: w, Admissions: w, Returns: w, Feed: w, Now: w.Clock.Now, NewID: newID, Presence: desktest.Presence,
		Verify: desktest.Verify(w.Clerk, w.Technician), Read: desktest.Read,
	})
	b.site = b.siteWith(t, func(*web.Config) {})
	return b
}

// siteWith is the web server over the room.
func (b bundle) siteWith(t *testing.T, change func(*web.Config)) *webtest.Site {
	t.Helper()
	handler, err := desk.NewHandler(b.desk)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	return webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, func(c *web.Config) {
		c.Now = b.Clock.Now
		change(c)
	})
}

func newID() string { return storetest.NewID("x")[2:] }

func (b bundle) as(actor lifecycle.Actor) *webtest.Client {
	return b.site.As(desktest.Principal(actor))
}

// pos is the retailer's machine, acting for its clerk.
func (b bundle) pos() *webtest.Client { return b.site.As(desktest.POS(b.Clerk)) }

// warehouseClerk is a clerk of another organisation.
func (b bundle) warehouseClerk() lifecycle.Actor { return desktest.ClerkOf(b.Technician) }

// body is a return by the API.
func body(unit lifecycle.Unit, more ...any) map[string]any {
	m := map[string]any{
		"brand": unit.Key.Brand, "serial": unit.Key.Serial, "condition": "used", "reason": "changed-mind", "customer_present": true,
	}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

// answer is a return as the API says it.
type answer struct {
	ID, Brand, Serial, Model, State, Authority, Condition, Reason string

	CustomerPresent bool    `json:"customer_present"`
	SecondPerson    bool    `json:"second_person"`
	CancelledAt     *string `json:"cancelled_at"`
	Darkness        []struct {
		Name   string
		Dark   bool
		Detail string
	}
	Order *struct {
		ID, State string
		Tasks     []struct{ ID, Cloud, Verb, State string }
	}
	Presence string `json:"presence_code"`
}

// takeBack takes the unit back by the API, and must succeed.
func (b bundle) takeBack(t *testing.T, unit lifecycle.Unit, more ...any) answer {
	t.Helper()
	got := b.as(b.Clerk).PostJSON("/v1/returns", body(unit, more...))
	if got.Status != 201 {
		t.Fatalf("take back = %d %s", got.Status, got.Body)
	}
	var a answer
	got.Decode(&a)
	return a
}

// worker tells what a cloud did, as the reset worker does.
func (b bundle) worker(t *testing.T, unit lifecycle.UnitID, change func(*lifecycle.Task)) {
	t.Helper()
	b.Clock.Add(time.Second)
	snapshot, err := b.Snapshot(t.Context(), unit)
	if err != nil {
		t.Fatal(err)
	}
	var tasks []lifecycle.Task
	for _, task := range snapshot.Order.Tasks {
		if task.Cloud != "" {
			change(&task)
			tasks = append(tasks, task)
		}
	}
	b.Must(t, unit, lifecycle.Progress{
		Command: b.By(lifecycle.Actor{Kind: lifecycle.ActorService}), Order: snapshot.Order.ID, Tasks: tasks,
	}.Decide)
}

func asked(at time.Time) func(*lifecycle.Task) {
	return func(task *lifecycle.Task) { task.State, task.AskedAt = lifecycle.TaskAsked, at }
}

func proven(at time.Time) func(*lifecycle.Task) {
	return func(task *lifecycle.Task) {
		task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", at
	}
}
