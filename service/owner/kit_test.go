package owner_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
	"quitclaim/service/owner/release"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

const origin = "https://qc.example"

var screens = flag.String("screens", "", "folder for pictures of the pages")

// kit is the room over the real store, the real cloud and the real web server.
type kit struct {
	*storetest.World
	room   *owner.Owner
	site   *webtest.Site
	record *record
	cloud  *door
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	k := &kit{World: w, record: &record{World: w}}
	k.cloud = &door{Cloud: builtin.New(builtin.Config{
		Door: w.Store, Now: w.Clock.Now, Delay: time.Minute,
		AccountHash: func(account string) string { return w.Ring.AccountHash(builtin.Name, account) },
	})}
	registry, err := cloud.NewRegistry(map[string]cloud.Peer{builtin.Name: {Cloud: k.cloud.Cloud, Keeps: builtin.Keeps()}})
	if err != nil {
		t.Fatal(err)
	}
	logged := &webtest.Log{}
	var letting *release.Room
	k.room = owner.New(owner.Config{
		Units: k.record, People: k.record, Kept: k.record, Feed: k.record, Cloud: k.cloud, CloudName: builtin.Name,
		Clouds: registry, Firmware: k.record,
		Receipt: func(ctx context.Context, unit lifecycle.UnitID, ended lifecycle.Binding) (string, error) {
			return letting.CodeOf(ctx, unit, ended)
		},
		OfferCode: func(id lifecycle.OfferID) string { return w.Ring.LookupHash("offer", string(id)) },
		Attempts:  w.Store,
		Origin:    origin, Now: w.Clock.Now, NewID: func() string { return strings.ToLower(rand.Text()) },
		Log: slog.New(slog.NewJSONHandler(logged, nil)),
	})
	handler, err := owner.NewHandler(k.room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	letting = release.New(release.Config{
		Units: k.record, Owner: k.room, Clouds: registry, Parse: code.ParseReceiptCode,
		Code: func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
			text, _ := code.NewReceiptCode(strings.NewReader(storetest.Hex(string(unit) + strconv.Itoa(int(epoch)))))
			return text
		},
		Link: func(text string) string { return code.ReceiptURL(origin, text) }, Now: w.Clock.Now,
		NewID: func() string { return strings.ToLower(rand.Text()) },
	})
	letGo, err := release.NewHandler(letting)
	if err != nil {
		t.Fatal(err)
	}
	mount := func(r *web.Routes) {
		handler.Mount(r)
		letGo.Mount(r)
	}
	k.site = webtest.New(t, mount, func(c *web.Config) { c.Now = w.Clock.Now })
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the room logged: %s", logged)
		}
	})
	return k
}

func (k *kit) as(actor lifecycle.Actor) *webtest.Client {
	return k.site.As(access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles,
		Name: "Ada Moor",
	})
}

// stranger is an owner of nothing.
func (k *kit) stranger() lifecycle.Actor {
	return lifecycle.Actor{
		Kind: lifecycle.ActorPerson, Person: lifecycle.PersonID(storetest.NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner},
	}
}

// makes lets the unit make a credential and report it; what it shows is in
// groups, as a camera shows it.
func (k *kit) makes(t *testing.T, unit lifecycle.Unit) string {
	t.Helper()
	text := rand.Text()
	k.reports(t, unit.ID, text)
	return shown(text)
}

// reports is a report of the unit's, at its present epoch, that it made this
// credential.
func (k *kit) reports(t *testing.T, id lifecycle.UnitID, text string) {
	t.Helper()
	k.Clock.Add(time.Second)
	k.Must(t, id, k.Hears(k.now(t, id), lifecycle.ResetNone, storetest.Hex(text)))
}

func shown(text string) string { return text[:4] + "-" + text[4:8] + "-" + strings.ToLower(text[8:]) }

func (k *kit) now(t *testing.T, id lifecycle.UnitID) lifecycle.Unit {
	t.Helper()
	unit, err := k.Unit(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return unit
}

// owned is a unit that its owner has bound through the room.
func (k *kit) owned(t *testing.T, by lifecycle.Actor) lifecycle.Unit {
	t.Helper()
	unit := k.Sold(t)
	k.bind(t, unit, by)
	return k.now(t, unit.ID)
}

func (k *kit) bind(t *testing.T, unit lifecycle.Unit, by lifecycle.Actor) {
	t.Helper()
	got := k.as(by).PostJSON("/v1/bindings", bindBody(unit, k.makes(t, unit)))
	if got.Status != 201 {
		t.Fatalf("bind: %d %s", got.Status, got.Body)
	}
}

// hardReset is a hard reset that the unit reports.
func (k *kit) hardReset(t *testing.T, id lifecycle.UnitID) {
	t.Helper()
	k.Clock.Add(time.Second)
	k.Must(t, id, k.Hears(k.now(t, id), lifecycle.ResetHard, storetest.Hex(rand.Text())))
}

// offer is an offer of the unit by its owner; its code.
func (k *kit) offer(t *testing.T, unit lifecycle.Unit, by lifecycle.Actor, to string) string {
	t.Helper()
	body := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial}
	if to != "" {
		body["to"] = to
	}
	got := k.as(by).PostJSON("/v1/transfers", body)
	if got.Status != 201 {
		t.Fatalf("offer: %d %s", got.Status, got.Body)
	}
	return decoded[struct{ Code string }](t, got).Code
}

func (k *kit) mail(actor lifecycle.Actor) string { return string(actor.Person) + "@example.test" }

// links are the accounts that stand in the cloud, by hash.
func (k *kit) links(t *testing.T, unit lifecycle.UnitID) []string {
	t.Helper()
	inventory, err := k.cloud.Inventory(t.Context(), cloud.Request{Unit: unit})
	if err != nil {
		t.Fatal(err)
	}
	var hashes []string
	for _, link := range inventory.Links {
		hashes = append(hashes, link.AccountHash)
	}
	slices.Sort(hashes)
	return hashes
}

func (k *kit) hash(actor lifecycle.Actor) string { return k.cloud.AccountHash(string(actor.Person)) }

func keyBody(unit lifecycle.Unit) map[string]any {
	return map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial}
}

func bindBody(unit lifecycle.Unit, proof string) map[string]any {
	return map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial, "proof": proof}
}

func proofBody(proof string) map[string]any { return map[string]any{"proof": proof} }

func pathOf(unit lifecycle.Unit) string {
	return "/mine/units/" + unit.Key.Brand + "/" + unit.Key.Serial
}

func decoded[T any](t *testing.T, got *webtest.Response) T {
	t.Helper()
	var into T
	if err := json.Unmarshal([]byte(got.Body), &into); err != nil {
		t.Fatalf("%d %s: %v", got.Status, got.Body, err)
	}
	return into
}

// codes are the reasons of a refusal.
func codes(t *testing.T, got *webtest.Response) []string {
	t.Helper()
	var list []string
	for _, reason := range got.Problem().Reasons {
		list = append(list, reason.Code)
	}
	return list
}

// door is the built-in cloud, which can be told to fail, and to wait for
// something between the room's first look and its link.
type door struct {
	*builtin.Cloud
	mu     sync.Mutex
	fails  bool
	before func()
}

var errDown = errors.New("cloud is down")

func (d *door) LinkSince(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) error {
	d.mu.Lock()
	fails, before := d.fails, d.before
	d.before = nil
	d.mu.Unlock()
	if fails {
		return errDown
	}
	if before != nil {
		before()
	}
	return d.Cloud.LinkSince(ctx, unit, account, kind, since)
}

func (d *door) set(fails bool, before func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fails, d.before = fails, before
}

// record is the store, and notes which of its methods are called.
type record struct {
	*storetest.World
	mu    sync.Mutex
	calls []string
	head  func()
}

// onHead calls back once the place in the feed is known.
func (r *record) onHead(call func()) { r.head = call }

func (r *record) note(call string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

// took is what was called since it was asked last.
func (r *record) took() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *record) Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	r.note("Advance")
	return r.World.Advance(ctx, unit, decide)
}

func (r *record) AdvanceWithRelease(ctx context.Context, unit lifecycle.UnitID, codeHash func(lifecycle.UnitID, lifecycle.Epoch) string, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	r.note("Advance")
	return r.World.AdvanceWithRelease(ctx, unit, codeHash, decide)
}

func (r *record) Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	r.note("Snapshot")
	return r.World.Snapshot(ctx, unit)
}

func (r *record) Unit(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Unit, error) {
	r.note("Unit")
	return r.World.Unit(ctx, unit)
}

func (r *record) UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error) {
	r.note("UnitByCode")
	return r.World.UnitByCode(ctx, kind, code)
}

func (r *record) OfferByCode(ctx context.Context, hash string) (lifecycle.Unit, lifecycle.Offer, error) {
	r.note("OfferByCode")
	return r.World.OfferByCode(ctx, hash)
}

func (r *record) MineOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error) {
	r.note("MineOf")
	return r.World.MineOf(ctx, person)
}

func (r *record) Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error) {
	r.note("Person")
	return r.World.Person(ctx, id)
}

func (r *record) PersonByEmail(ctx context.Context, email string) (access.Person, error) {
	r.note("PersonByEmail")
	return r.World.PersonByEmail(ctx, email)
}

func (r *record) PastOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error) {
	r.note("PastOf")
	return r.World.PastOf(ctx, person)
}

func (r *record) OffersTo(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonOffer, error) {
	r.note("OffersTo")
	return r.World.OffersTo(ctx, person)
}

func (r *record) Head(ctx context.Context) (int64, error) {
	if r.head != nil {
		defer r.head()
	}
	return r.World.Head(ctx)
}
