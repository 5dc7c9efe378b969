package simulation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/sale"
	"quitclaim/scanner"
	"quitclaim/scanner/code"
	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/device"
	"quitclaim/service/fleet"
	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
	"quitclaim/service/owner/release"
	"quitclaim/service/reset"
	"quitclaim/service/store"
	"quitclaim/service/store/engine"
	"quitclaim/service/sweep"
	"quitclaim/warehouse/bench"
	"quitclaim/warehouse/bench/certify"
	"quitclaim/warehouse/bench/second"
	"quitclaim/warehouse/bench/shelf"
	"quitclaim/warehouse/bench/shipment"
	"quitclaim/warehouse/certificate"
)

// Origin is the ledger's name in the simulation.
const origin = "quitclaim.test/log"

// house is one process, from its start to its death: the rooms as
// service/wire.go wires them.
type house struct {
	ctx  context.Context
	kill context.CancelFunc
	dead bool

	keys    *keyring.Ring
	store   *store.Store
	builtin *builtin.Cloud
	workers []*reset.Worker
	sweeps  *sweep.Sweep
	owner   *owner.Owner
	release *release.Room
	bench   *bench.Bench
	certify *certify.Room
	dock    *shipment.Room
	second  *second.Room
	desk    *desk.Desk
	sale    *sale.Sale
	device  *device.Device
	fleet   *fleet.Fleet
}

// errPower: the process is dead.
var errPower = errors.New("the power is gone")

// open starts a process on the world's directory. It may die while it starts;
// then the next one does.
func (w *world) open() {
	w.t.Helper()
	for {
		h, err := w.tryOpen()
		if err == nil {
			w.wire(h)
			return
		}
		if !errors.Is(err, errPower) {
			w.t.Fatalf("seed %d: open: %v\n%s", w.seed, err, w.ending(40))
		}
		w.tell("it died while it started")
	}
}

func (w *world) tryOpen() (*house, error) {
	h := &house{}
	w.house = h
	h.ctx, h.kill = context.WithCancel(context.Background())
	var err error
	if h.keys, err = keyring.Open(filepath.Join(w.dir, "keys"), origin); err != nil {
		return nil, err
	}
	h.store, err = store.Open(h.ctx, store.Config{
		Dir: w.dir, Keys: h.keys, Now: w.clock.Now, Readers: 2, Fault: w.fault,
		NewID:    func(prefix string) string { return prefix + "_" + w.ids.id() },
		NewLabel: func() (string, error) { return code.NewLabelCode(w.ids) },
	})
	return h, err
}

// gone are clouds that answer no page.
type gone struct{}

func (gone) Ask(context.Context, []string, cloud.Request, time.Duration) []cloud.Word { return nil }

// wireBench wires the bench and its parts.
func (h *house) wireBench(w *world, d *doors, scans *scanner.Scanner, presence func(lifecycle.ReturnID) string) {
	lies := shelf.New(shelf.Config{Units: d, Lists: d, Names: d, Read: scans.Read, Now: w.clock.Now})
	h.certify = certify.New(certify.Config{
		Units: d, Shelf: lies, Host: "quitclaim.test",
		Sign: func(c certificate.Certificate) ([]byte, error) { return certificate.Sign(c, h.keys.Certificate()) },
		NewCode: func() lifecycle.CertificateCode {
			var drawn [16]byte
			_, _ = w.ids.Read(drawn[:])
			return certificate.NewCode(drawn)
		},
	})
	h.bench = bench.New(bench.Config{
		Units: d, Shelf: lies, Feed: d, Kits: d, Certify: h.certify.Certify, Presence: presence, NewID: w.ids.id,
	})
	h.dock = shipment.New(shipment.Config{Units: d, Names: d, Shelf: lies, NewID: w.ids.id})
	h.second = second.New(second.Config{Units: d, Shelf: lies, Clouds: gone{}, Verify: w.cast.verify, NewID: w.ids.id})
}

func (w *world) wire(h *house) {
	d := &doors{Store: h.store, w: w, house: h}
	h.builtin = builtin.New(builtin.Config{
		Door: d, Now: w.clock.Now, Delay: cloudDelay,
		AccountHash: func(account string) string { return h.keys.AccountHash(builtin.Name, account) },
	})
	w.clouds[builtin.Name].peer = h.builtin
	w.wireClouds(h, d)
	log := slog.New(slog.DiscardHandler)
	scans := scanner.New(scanner.Config{Store: d, Labels: d, Origin: "https://quitclaim.test", Now: w.clock.Now})
	presence := func(id lifecycle.ReturnID) string { return h.keys.LookupHash("presence", string(id)) }
	h.wireBench(w, d, scans, presence)
	h.desk = desk.New(desk.Config{
		Store: d, Admissions: d, Returns: d, Feed: d, Now: w.clock.Now, NewID: w.ids.id,
		Presence: presence, Verify: w.cast.verify, Read: scans.Read,
	})
	h.sale = sale.New(sale.Config{Store: d, Sales: d, Now: w.clock.Now, NewID: w.ids.id, Key: h.keys.SaleCheck()})
	h.owner = owner.New(owner.Config{
		Units: d, People: d, Kept: d, Feed: d, Cloud: h.builtin, CloudName: builtin.Name,
		OfferCode: func(id lifecycle.OfferID) string { return h.keys.LookupHash("offer", string(id)) },
		Origin:    "https://quitclaim.test", Now: w.clock.Now, NewID: w.ids.id, Log: log,
	})
	h.release = release.New(release.Config{
		Units: d, Owner: h.owner, Now: w.clock.Now, NewID: w.ids.id,
		Code: func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
			return h.keys.LookupHash("receipt", fmt.Sprintf("%s %d", unit, epoch))
		},
	})
	h.device = device.New(device.Config{Store: d, Now: w.clock.Now, NewID: w.ids.id, LookupHash: h.keys.LookupHash})
	h.fleet = fleet.New(fleet.Config{Store: d, Now: w.clock.Now, NewID: w.ids.id})
}

// wireClouds wires whoever asks clouds: two workers, as of two replicas, and
// the sweeps.
func (w *world) wireClouds(h *house, d *doors) {
	peers := map[string]cloud.Peer{}
	for name, liar := range w.clouds {
		var asked cloud.Cloud = liar
		if w.bug.cloud != nil {
			asked = w.bug.cloud(asked)
		}
		peers[name] = cloud.Peer{Cloud: asked, Delay: cloudDelay}
	}
	clouds, err := cloud.NewRegistry(peers)
	if err != nil {
		w.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	for range 2 {
		worker, err := reset.New(reset.Config{
			Store: d, Clouds: clouds, Now: w.clock.Now, Log: log, Parallel: 1, Lease: 10 * time.Minute, Call: time.Hour,
			Random: func() float64 { return float64(w.dice.below(1000)) / 1000 },
		})
		if err != nil {
			w.t.Fatal(err)
		}
		h.workers = append(h.workers, worker)
	}
	h.sweeps = sweep.New(sweep.Config{
		Runs: d, Flags: d, Units: d, Now: w.clock.Now, NewID: w.ids.id, Log: log,
		Jobs: sweep.Sources{Watched: d, Suspects: d, Stuck: d.StuckWork, Clouds: clouds},
		Source: func(ctx context.Context) (ledger.Source, note.Verifiers) {
			return h.store.Ledger(ctx), note.VerifierList(h.keys.LedgerVerifier())
		},
		Purge: h.store.Purge,
		Host:  func(context.Context) (lifecycle.OrgID, error) { return w.cast.orgs["vendor"].ID, nil },
	})
}

// death says at which commit the process dies; its zero value: at none.
type death struct {
	point   engine.Point
	commits int // to go
}

// arm lets the power fail soon, now and then.
func (w *world) arm() {
	if !w.plan.crashes || w.death.point != "" || !w.dice.in(40) {
		return
	}
	w.death = death{point: pick(w.dice, []engine.Point{engine.BeforeCommit, engine.AfterCommit}), commits: 1 + w.dice.below(4)}
}

// fault is asked by the store's writer, while whoever caused the commit waits.
func (w *world) fault(point engine.Point) error {
	if w.auditing || point != w.death.point {
		return nil
	}
	if w.death.commits--; w.death.commits > 0 {
		return nil
	}
	w.tell("the power fails %s", point)
	w.death = death{}
	w.die()
	return errPower
}

func (w *world) die() { w.house.dead = true }

// restart buries a dead process, with everything that was under way in it, and
// starts another.
func (w *world) restart() {
	w.drain()
	w.house.kill()
	if err := w.house.store.Close(); err != nil {
		w.t.Fatalf("seed %d: close: %v", w.seed, err)
	}
	w.death = death{}
	if w.bug.forgetful {
		w.forget()
	}
	if w.plan.crashes && w.dice.in(4) {
		w.death = death{point: pick(w.dice, []engine.Point{engine.BeforeCommit, engine.AfterCommit}), commits: 1 + w.dice.below(3)}
	}
	clear(w.leases) // a new process has the directory to itself, and ends them
	w.open()
	w.death = death{}
	w.tell("a new process starts")
	w.watch.look()
	w.audit()
}
