package bench_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/bench"
	"quitclaim/warehouse/bench/certify"
	"quitclaim/warehouse/bench/second"
	"quitclaim/warehouse/bench/shelf"
	"quitclaim/warehouse/bench/shipment"
	"quitclaim/warehouse/certificate"
)

const host = "qc.example"

// kit is a bench on the real store, behind the real web server.
type kit struct {
	*storetest.World
	t     *testing.T
	site  *webtest.Site
	bench *bench.Bench
	// The rooms beside it, which the same unit is walked through.
	shelf     *shelf.Shelf
	certifier *certify.Room
	dock      *shipment.Room
	two       *second.Room
	key       ed25519.PrivateKey
	// passwords is who signs with which password as the second person.
	passwords map[string]access.Principal
	cloud     *rested

	Technician2, Validator2, Officer1, Officer2, Clerk2 lifecycle.Actor
}

func setup(t *testing.T) *kit {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{World: storetest.NewWorld(t), t: t, key: key, passwords: map[string]access.Principal{}, cloud: &rested{}}
	k.Technician2 = k.hire(k.Warehouse, "Tilda Two", lifecycle.RoleTechnician)
	k.Validator2 = k.hire(k.Warehouse, "Vera Two", lifecycle.RoleValidator)
	k.Officer1 = k.hire(k.Warehouse, "Olga One", lifecycle.RoleSecurityOfficer)
	k.Officer2 = k.hire(k.Warehouse, "Otto Two", lifecycle.RoleSecurityOfficer)
	k.Clerk2 = k.hire(k.Warehouse, "Cleo Two", lifecycle.RoleClerk)
	k.demand(func(m *lifecycle.Model) {
		m.MinFirmware, m.RemovableMedia, m.RequiredGrade = "2.1", true, lifecycle.GradeDeviceSigned
		m.Checklist = []lifecycle.Check{{ID: "lens", Text: "Wipe the lens and look for scratches"}}
	})
	k.open()
	k.site = k.mounted(nil)
	return k
}

// open wires the bench and its parts as the roof does.
func (k *kit) open() {
	newID := func() string { return strings.ToLower(rand.Text()) }
	k.shelf = shelf.New(shelf.Config{
		Units: k.Store, Lists: k.Store, Names: k.Store, Now: k.Clock.Now,
		Read: func(_ context.Context, payload string) (code.Reading, error) {
			return code.Parse(payload, k.rules()), nil
		},
	})
	k.certifier = certify.New(certify.Config{
		Units: k.Store, Shelf: k.shelf, Host: host,
		Sign: func(c certificate.Certificate) ([]byte, error) { return certificate.Sign(c, k.key) },
		NewCode: func() lifecycle.CertificateCode {
			var random [16]byte
			_, _ = rand.Read(random[:])
			return certificate.NewCode(random)
		},
	})
	k.bench = bench.New(bench.Config{
		Units: k.Store, Shelf: k.shelf, Feed: k.Store, Kits: k.Store, Certify: k.certifier.Certify, NewID: newID,
		Presence: func(id lifecycle.ReturnID) string { return "P" + storetest.Hex("secret" + string(id))[:25] },
	})
	k.dock = shipment.New(shipment.Config{Units: k.Store, Names: k.Store, Shelf: k.shelf, NewID: newID})
	k.two = second.New(second.Config{Units: k.Store, Shelf: k.shelf, Clouds: k.cloud, Verify: k.verify, NewID: newID})
}

// mounted is the bench with its parts behind a web server.
func (k *kit) mounted(change func(*web.Config)) *webtest.Site {
	k.t.Helper()
	doors, err := bench.NewHandler(k.bench)
	certificates, errCertify := certify.NewHandler(k.certifier, doors)
	shipments, errShipment := shipment.NewHandler(k.dock)
	two, errTwo := second.NewHandler(k.two, doors)
	if err := errors.Join(err, errCertify, errShipment, errTwo); err != nil {
		k.t.Fatal(err)
	}
	return webtest.New(k.t, func(r *web.Routes) {
		doors.Mount(r)
		certificates.Mount(r)
		shipments.Mount(r)
		two.Mount(r)
	}, change)
}

func (k *kit) rules() code.Rules {
	pattern, err := code.NewSerialPattern(storetest.Brand, `SN-\d{6}`, "SN-000001")
	if err != nil {
		k.t.Fatal(err)
	}
	return code.Rules{Serials: []code.SerialPattern{pattern}, Hosts: []string{host}}
}

// hire adds a person to an organisation, who signs with the password "pw".
func (k *kit) hire(org access.Organisation, name string, roles ...lifecycle.Role) lifecycle.Actor {
	k.t.Helper()
	id := lifecycle.PersonID(storetest.NewID("psn"))
	_, err := k.SavePerson(k.t.Context(), access.Person{
		ID: id, Org: org.ID, Roles: roles, Name: name, Email: string(id) + "@example.test", CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	actor := lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: id, Org: org.ID, OrgKind: org.Kind, Roles: roles}
	k.passwords[string(id)+"@example.test"] = principal(actor)
	return actor
}

func mail(actor lifecycle.Actor) string { return string(actor.Person) + "@example.test" }

func (k *kit) verify(_ context.Context, email, password string) (access.Principal, error) {
	p, ok := k.passwords[email]
	if !ok || password != "pw" {
		return access.Principal{}, lifecycle.ErrUnauthenticated
	}
	return p, nil
}

func principal(a lifecycle.Actor) access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: a.Person, Org: a.Org, OrgKind: a.OrgKind, Roles: a.Roles}
}

// as is a browser or a client of this person.
func (k *kit) as(actor lifecycle.Actor) *webtest.Client { return k.site.As(principal(actor)) }

// demand changes what the model demands.
func (k *kit) demand(change func(*lifecycle.Model)) {
	k.t.Helper()
	change(&k.Model)
	if _, err := k.SaveModel(k.t.Context(), k.Model); err != nil {
		k.t.Fatal(err)
	}
}

// returned is a unit that a shop took back and sent to the warehouse, which
// has it.
func (k *kit) returned() lifecycle.Unit {
	k.t.Helper()
	unit := k.TakenBack(k.t)
	k.send(unit)
	return k.Must(k.t, unit.ID, lifecycle.Receive{Command: k.By(k.Technician)}.Decide).Change.Unit
}

func (k *kit) send(unit lifecycle.Unit) {
	k.t.Helper()
	k.Must(k.t, unit.ID, lifecycle.Ship{
		Command: k.By(k.Clerk), ID: lifecycle.ShipmentID(storetest.NewID("shp")), To: k.Warehouse.ID,
	}.Decide)
}

// snapshot is the unit as it is now.
func (k *kit) snapshot(unit lifecycle.Unit) lifecycle.Snapshot {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), unit.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// report lets the unit say that it was reset, and sign it.
func (k *kit) report(unit lifecycle.Unit, firmware, presence string) {
	k.t.Helper()
	k.Clock.Add(time.Second)
	k.Must(k.t, unit.ID, lifecycle.Heard{
		Command: k.By(lifecycle.Actor{Kind: lifecycle.ActorUnit}),
		Report: lifecycle.Report{
			At: k.Clock.Now(), Epoch: k.snapshot(unit).Unit.Epoch, Kind: lifecycle.ResetHard, Firmware: firmware,
			Verifier: storetest.Hex(storetest.NewID("key")), Presence: presence, Digest: storetest.Hex("digest"),
		},
		Order: lifecycle.OrderID(storetest.NewID("ord")),
	}.Decide)
}

// darken lets the worker prove every task of every cloud.
func (k *kit) darken(unit lifecycle.Unit) {
	k.t.Helper()
	k.Clock.Add(time.Second)
	order := *k.snapshot(unit).Order
	worker := lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: k.Clock.Now()}
	var done []lifecycle.Task
	for _, task := range order.Tasks {
		if task.Cloud != "" {
			task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", k.Clock.Now()
			done = append(done, task)
		}
	}
	k.Must(k.t, unit.ID, lifecycle.Progress{
		Command: worker, Order: order.ID, Tasks: done,
		Probe: &lifecycle.Probe{Cloud: storetest.Cloud, At: k.Clock.Now(), Dark: true},
	}.Decide)
}

// prove lets the worker close the order.
func (k *kit) prove(unit lifecycle.Unit) {
	k.t.Helper()
	k.Must(k.t, unit.ID, lifecycle.Prove{
		Command: lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: k.Clock.Now()},
		Order:   k.snapshot(unit).Order.ID,
	}.Decide)
}

// attest says through the API that a check passed.
func (k *kit) attest(actor lifecycle.Actor, unit lifecycle.Unit, check string) {
	k.t.Helper()
	k.Clock.Add(time.Second)
	got := k.as(actor).PostJSON(k.orderPath(unit)+"/tasks/"+check+"/attest", map[string]any{"pass": true})
	if got.Status != 200 {
		k.t.Fatalf("attest %s: %d %s %s", check, got.Status, got.Body, k.site.Log)
	}
}

func (k *kit) orderPath(unit lifecycle.Unit) string {
	return "/v1/orders/" + string(k.snapshot(unit).Order.ID)
}

// reset is a unit with everything proven and checked.
func (k *kit) reset() lifecycle.Unit {
	k.t.Helper()
	unit := k.returned()
	k.report(unit, "2.1.0", "")
	for _, check := range []string{"codes-agree", "media", "lens"} {
		k.attest(k.Technician, unit, check)
	}
	k.darken(unit)
	k.prove(unit)
	return k.snapshot(unit).Unit
}

func page(unit lifecycle.Unit) string {
	return "/bench/units/" + unit.Key.Brand + "/" + unit.Key.Serial
}

func refs(units ...lifecycle.Unit) []map[string]string {
	list := make([]map[string]string, 0, len(units))
	for _, unit := range units {
		list = append(list, map[string]string{"brand": unit.Key.Brand, "serial": unit.Key.Serial})
	}
	return list
}

func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

func reasonCodes(p web.Problem) string {
	var codes []string
	for _, reason := range p.Reasons {
		codes = append(codes, reason.Code)
	}
	return strings.Join(codes, " ")
}

// sees fails unless the body has every text.
func sees(t *testing.T, what, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s does not show %q", what, text)
		}
	}
	if t.Failed() {
		t.Logf("%s", plain(body))
	}
}

// plain is a page without its tags, for a log that people read.
func plain(body string) string {
	var out strings.Builder
	inside := false
	for _, r := range body {
		switch {
		case r == '<':
			inside = true
		case r == '>':
			inside = false
			out.WriteByte(' ')
		case !inside:
			out.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// pinned is the public key as a verifier keeps it.
func (k *kit) pinned() certificate.Keys {
	k.t.Helper()
	public, ok := k.key.Public().(ed25519.PublicKey)
	if !ok {
		k.t.Fatal("no Ed25519 key")
	}
	return certificate.Keys{certificate.KeyIDOf(public): public}
}
