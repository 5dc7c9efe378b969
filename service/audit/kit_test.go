package audit_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/audit"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/certificate"
)

// kit is the public doors over the real store.
type kit struct {
	*storetest.World
	t    *testing.T
	site *webtest.Site
	keys certificate.Keys
}

func setup(t *testing.T) *kit {
	t.Helper()
	world := storetest.NewWorld(t)
	keys, err := certificate.ParsePublicKeys([]byte(world.Ring.Public()))
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{World: world, t: t, keys: keys}
	handler, err := audit.NewHandler(audit.New(audit.Config{
		Record: k.Store, Hashes: func(ctx context.Context) tlog.HashReader { return k.Ledger(ctx) },
		Certificates: keys, Ledger: world.Ring.LedgerVerifier(), PublicKeys: world.Ring.Public(),
		Host: "qc.example", Guesses: k.Store, Now: k.Clock.Now,
	}))
	if err != nil {
		t.Fatal(err)
	}
	k.site = webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, nil)
	return k
}

// get asks as anybody.
func (k *kit) get(path string) *webtest.Response { return k.site.As(access.Anonymous()).Get(path) }

// verifiers are the ledger's public keys as an outsider has pinned them.
func (k *kit) verifiers() note.Verifiers { return note.VerifierList(k.Ring.LedgerVerifier()) }

// certified is a unit that w.Owner had, and that was certified since.
func (k *kit) certified() (lifecycle.Unit, lifecycle.Certificate) {
	k.t.Helper()
	unit := k.TakenBack(k.t)
	k.Must(k.t, unit.ID, lifecycle.Ship{Command: k.By(k.Clerk), ID: lifecycle.ShipmentID(storetest.NewID("shp")), To: k.Warehouse.ID}.Decide)
	k.Must(k.t, unit.ID, lifecycle.Receive{Command: k.By(k.Technician)}.Decide)
	k.prove(unit)
	var random [16]byte
	_, _ = rand.Read(random[:])
	out := k.Must(k.t, unit.ID, lifecycle.Certify{
		Command: k.By(k.Validator), Code: certificate.NewCode(random), Sign: k.sign,
	}.Decide)
	k.signed()
	return out.Change.Unit, *out.Change.Certificate
}

// prove does all that stands between a returned unit and its certificate.
func (k *kit) prove(unit lifecycle.Unit) {
	k.t.Helper()
	k.Clock.Add(time.Minute)
	service := k.By(lifecycle.Actor{Kind: lifecycle.ActorService})
	k.Must(k.t, unit.ID, lifecycle.Heard{
		Command: k.By(lifecycle.Actor{Kind: lifecycle.ActorUnit}),
		Report: lifecycle.Report{
			At: k.Clock.Now(), Epoch: k.snapshot(unit).Unit.Epoch, Kind: lifecycle.ResetHard, Firmware: "2.1.0",
			Verifier: storetest.Hex(storetest.NewID("key")), Digest: storetest.Hex("digest"),
		},
	}.Decide)
	order := *k.snapshot(unit).Order
	k.Must(k.t, unit.ID, lifecycle.Attest{
		Command: k.By(k.Technician), Order: order.ID, Check: lifecycle.CheckCodesAgree, Pass: true,
	}.Decide)
	var done []lifecycle.Task
	for _, task := range order.Tasks {
		task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", k.Clock.Now()
		done = append(done, task)
	}
	k.Must(k.t, unit.ID, lifecycle.Progress{
		Command: service, Order: order.ID, Tasks: done, Probe: &lifecycle.Probe{Cloud: storetest.Cloud, At: k.Clock.Now(), Dark: true},
	}.Decide)
	k.Must(k.t, unit.ID, lifecycle.Prove{Command: service, Order: order.ID}.Decide)
}

// sign makes the bytes as the bench does.
func (k *kit) sign(s lifecycle.Snapshot, c lifecycle.Certificate) ([]byte, error) {
	return certificate.Sign(certificate.Certificate{
		Code: c.Code, Issuer: "Second Life", Unit: s.Unit.Key, Model: s.Model.Name,
		Device: certificate.Fingerprint(s.Unit.DeviceKey), Epoch: c.Epoch, At: c.IssuedAt, Method: lifecycle.ResetHard,
		Firmware: c.Firmware, Grade: c.Grade, Accreditation: "Acme", SelfCustody: c.SelfCustody, Waived: c.Waived,
	}, k.Ring.Certificate())
}

// signed has the ledger sign what there is.
func (k *kit) signed() {
	k.t.Helper()
	if _, err := k.SignCheckpoint(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) snapshot(unit lifecycle.Unit) lifecycle.Snapshot {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), unit.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// forged is a certificate that another key signed.
func forged(t *testing.T, stated certificate.Certificate) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	data, err := certificate.Sign(stated, key)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
