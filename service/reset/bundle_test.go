package reset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

const (
	acme  = "acme-cloud"
	delay = 30 * time.Second
)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// back sets the clock back: set never does.
func (c *clock) back(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(-by)
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// bundle is a worker between a store and a cloud in memory.
type bundle struct {
	*testing.T
	clock  *clock
	store  *memory
	cloud  *cloudtest.Memory // what is really so
	script *cloudtest.Script // what the worker gets to hear
	worker *Worker
	logged *strings.Builder
	ids    int
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{T: t, clock: &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, store: newMemory(), logged: &strings.Builder{}}
	b.cloud = cloudtest.NewMemory(b.clock.now, delay)
	b.script = cloudtest.NewScript(b.cloud)
	b.worker = b.newWorker(func(*Config) {})
	return b
}

// newWorker is another worker on the same store and cloud.
func (b *bundle) newWorker(change func(*Config)) *Worker {
	b.Helper()
	registry, err := cloud.NewRegistry(map[string]cloud.Peer{acme: {Cloud: b.script, Delay: delay}})
	if err != nil {
		b.Fatal(err)
	}
	config := Config{
		Store: b.store, Clouds: registry, Now: b.clock.now, Random: func() float64 { return 0 },
		Log: slog.New(slog.NewTextHandler(&locked{w: b.logged}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	change(&config)
	worker, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	return worker
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

var (
	clerk = lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_clerk", Org: "org_shop", OrgKind: lifecycle.OrgRetailer, Roles: []lifecycle.Role{lifecycle.RoleClerk}}
	ada   = lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_ada"}
)

func (b *bundle) id(prefix string) string {
	b.ids++
	return fmt.Sprintf("%s_%d", prefix, b.ids)
}

func (b *bundle) by(actor lifecycle.Actor) lifecycle.Command {
	return lifecycle.Command{Actor: actor, At: b.clock.now()}
}

// bound is a unit that ada has bound, in our rows and in the cloud, with a
// partner, a session and a recording.
func (b *bundle) bound() lifecycle.UnitID {
	b.Helper()
	id := lifecycle.UnitID(b.id("unt"))
	at := b.clock.now().Add(-48 * time.Hour)
	b.store.units[id] = lifecycle.Snapshot{
		Unit: lifecycle.Unit{
			ID: id, Key: lifecycle.UnitKey{Brand: "acme", Serial: string(id)}, State: lifecycle.StateBound, Epoch: 2,
			EpochAt: at, BoundAt: at, SoldAt: at, RegisteredAt: at, Version: 3,
		},
		Model:    lifecycle.Model{ID: "mdl_1", Clouds: []string{acme}, ResetPolicy: lifecycle.ResetReleases},
		Bindings: []lifecycle.Binding{{ID: "bnd_1", Kind: lifecycle.BindingOwner, State: lifecycle.BindingLive, Account: ada.Person, AccountHash: cloudtest.Hash("ada"), Epoch: 2, CreatedAt: at, LiveAt: at}},
	}
	b.cloud.Bind(id, "ada", lifecycle.BindingOwner, at)
	b.cloud.Bind(id, "wink", lifecycle.BindingPartner, at.Add(time.Hour))
	b.cloud.Session(id, b.clock.now().Add(-time.Minute))
	b.cloud.Record(id, b.clock.now().Add(-time.Hour))
	return id
}

func (b *bundle) must(unit lifecycle.UnitID, decide lifecycle.Decide) lifecycle.Change {
	b.Helper()
	outcome, err := b.store.Advance(b.Context(), unit, decide)
	if err != nil {
		b.Fatal(err)
	}
	return outcome.Change
}

// takenBack is a bound unit that a clerk has taken back.
func (b *bundle) takenBack() lifecycle.UnitID {
	b.Helper()
	id := b.bound()
	b.must(id, lifecycle.TakeBack{
		Command: b.by(clerk), Return: lifecycle.ReturnID(b.id("ret")), Order: lifecycle.OrderID(b.id("ord")),
		Condition: "used", Reason: "changed-mind",
	}.Decide)
	return id
}

// reports lets the unit say that it was reset.
func (b *bundle) reports(unit lifecycle.UnitID) {
	b.Helper()
	b.must(unit, lifecycle.Heard{
		Command: b.by(lifecycle.Actor{Kind: lifecycle.ActorUnit}), Order: lifecycle.OrderID(b.id("ord")),
		Report: lifecycle.Report{
			At: b.clock.now(), Epoch: b.store.unit(unit).Unit.Epoch, Kind: lifecycle.ResetHard,
			Verifier: cloudtest.Hash(b.id("credential")), Firmware: "1.0.0",
		},
	}.Decide)
}

// once moves the clock to the next work that is due, and works on it.
func (b *bundle) once() Result {
	b.Helper()
	due, ok := b.store.nextDue()
	if !ok {
		b.Fatal("no work is left")
	}
	b.clock.set(due)
	result, err := b.worker.RunOnce(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// until works until the condition holds.
func (b *bundle) until(what string, condition func() bool) {
	b.Helper()
	for range 200 {
		if condition() {
			return
		}
		b.once()
	}
	b.Fatalf("%s never came; log:\n%s", what, b.logged.String())
}

// during works for a while of the clock's time, or until no work is left.
func (b *bundle) during(d time.Duration) {
	b.Helper()
	end := b.clock.now().Add(d)
	for round := 0; ; round++ {
		if round > 1000 {
			b.Fatalf("the worker runs hot; log:\n%s", b.logged.String())
		}
		due, ok := b.store.nextDue()
		if !ok || due.After(end) {
			b.clock.set(end)
			return
		}
		b.once()
	}
}

func (b *bundle) state(unit lifecycle.UnitID) lifecycle.State { return b.store.unit(unit).Unit.State }

func (b *bundle) task(unit lifecycle.UnitID, verb lifecycle.Verb) lifecycle.Task {
	b.Helper()
	task, ok := b.store.unit(unit).Order.Task(lifecycle.TaskID(acme, verb))
	if !ok {
		b.Fatalf("the order has no task for %s", verb)
	}
	return task
}

// states are the states of the cloud's tasks, by verb.
func (b *bundle) states(unit lifecycle.UnitID) map[lifecycle.Verb]lifecycle.TaskState {
	states := map[lifecycle.Verb]lifecycle.TaskState{}
	for _, task := range tasksOf(*b.store.unit(unit).Order, acme) {
		states[task.Verb] = task.State
	}
	return states
}

// inventory is what is really bound.
func (b *bundle) inventory(unit lifecycle.UnitID) []cloud.Link {
	b.Helper()
	inventory, err := b.cloud.Inventory(context.Background(), cloud.Request{Unit: unit})
	if err != nil {
		b.Fatal(err)
	}
	return inventory.Links
}

// flags are the kinds of flags raised so far.
func (b *bundle) flags() []string {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	var kinds []string
	for _, change := range b.store.changes {
		for _, flag := range change.Flags {
			kinds = append(kinds, flag.Kind)
		}
	}
	return kinds
}

var errCrash = errors.New("crashed")
