package sale_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"quitclaim/retailer/sale"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// bundle is a till over the real store and the real web server.
type bundle struct {
	*storetest.World
	sale *sale.Sale
	site *webtest.Site
	key  ed25519.PrivateKey
}

func setup(t *testing.T) bundle {
	t.Helper()
	w := storetest.NewWorld(t)
	key := testKey()
	room := sale.New(sale.Config{Store: w, Sales: w, Kits: w, Now: w.Clock.Now, NewID: newID, Key: key})
	handler, err := sale.NewHandler(room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	site := webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, func(c *web.Config) { c.Now = w.Clock.Now })
	return bundle{World: w, sale: room, site: site, key: key}
}

func newID() string { return storetest.NewID("x")[2:] }

// testKey is the key of the golden vector: a seed of 32 bytes 0x2a.
func testKey() ed25519.PrivateKey {
	var seed [ed25519.SeedSize]byte
	for i := range seed {
		seed[i] = 0x2a
	}
	return ed25519.NewKeyFromSeed(seed[:])
}

func (b bundle) as(actor lifecycle.Actor) *webtest.Client {
	return b.site.As(access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles,
		Name: "Mara Lind", OrgName: "Corner Shop",
	})
}

// pos is the retailer's machine, acting for its clerk.
func (b bundle) pos() *webtest.Client {
	return b.site.As(access.Principal{
		Kind: access.KindMachine, Machine: "tok_pos", Org: b.Retailer.ID, OrgKind: lifecycle.OrgRetailer,
		Scopes: []access.Scope{access.ScopeSales}, OnBehalfOf: b.Clerk.Person,
	})
}

func (b bundle) ship(t *testing.T, unit lifecycle.UnitID, from, to lifecycle.Actor) lifecycle.Unit {
	t.Helper()
	id := lifecycle.ShipmentID(storetest.NewID("shp"))
	b.Must(t, unit, lifecycle.Ship{Command: b.By(from), ID: id, To: to.Org}.Decide)
	return b.Must(t, unit, lifecycle.Receive{Command: b.By(to), Shipment: id}.Decide).Change.Unit
}

// certified is a unit that was taken back, reset and certified, and lies in
// the retailer's stock again.
func (b bundle) certified(t *testing.T) lifecycle.Unit {
	t.Helper()
	unit := b.TakenBack(t)
	b.ship(t, unit.ID, b.Clerk, b.Technician)
	b.prove(t, unit.ID)
	b.Must(t, unit.ID, lifecycle.Certify{
		Command: b.By(b.Validator), Code: lifecycle.CertificateCode(storetest.NewID("C")),
		Sign: func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil },
	}.Decide)
	return b.ship(t, unit.ID, b.Technician, b.Clerk)
}

// prove works the open order off.
func (b bundle) prove(t *testing.T, unit lifecycle.UnitID) {
	t.Helper()
	b.Clock.Add(time.Minute)
	snapshot, err := b.Snapshot(t.Context(), unit)
	if err != nil {
		t.Fatal(err)
	}
	order := *snapshot.Order
	second := b.Technician
	second.Person = "psn_second"
	attest := func(actor lifecycle.Actor, check string) {
		b.Must(t, unit, lifecycle.Attest{Command: b.By(actor), Order: order.ID, Check: check, Pass: true}.Decide)
	}
	attest(b.Technician, lifecycle.CheckCodesAgree)
	attest(b.Technician, lifecycle.CheckFactoryReset)
	attest(second, lifecycle.CheckFactoryReset)
	worker := b.By(lifecycle.Actor{Kind: lifecycle.ActorService})
	var tasks []lifecycle.Task
	for _, task := range order.Tasks {
		if task.Cloud != "" {
			task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", b.Clock.Now()
			tasks = append(tasks, task)
		}
	}
	b.Must(t, unit, lifecycle.Progress{
		Command: worker, Order: order.ID, Tasks: tasks,
		Probe: &lifecycle.Probe{Cloud: storetest.Cloud, At: b.Clock.Now(), Dark: true},
	}.Decide)
	b.Must(t, unit, lifecycle.Prove{Command: worker, Order: order.ID}.Decide)
}

// moment is an instant of the golden vector.
func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}
