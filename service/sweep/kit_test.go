package sweep

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// kit is a world, its built-in cloud and the sweeps over both.
type kit struct {
	*storetest.World
	cloud *builtin.Cloud
	sweep *Sweep
}

func newKit(t *testing.T) *kit {
	t.Helper()
	return kitWith(t, func(own *builtin.Cloud) cloud.Cloud { return own })
}

// kitWith puts something between the sweeps and the cloud.
func kitWith(t *testing.T, between func(*builtin.Cloud) cloud.Cloud) *kit {
	t.Helper()
	world := storetest.NewWorld(t)
	keys := note.VerifierList(world.Ring.LedgerVerifier())
	own := builtin.New(builtin.Config{Door: world.Store, Now: world.Clock.Now, AccountHash: storetest.Hex})
	asked := between(own)
	registry, err := cloud.NewRegistry(map[string]cloud.Peer{storetest.Cloud: {Cloud: asked}})
	if err != nil {
		t.Fatal(err)
	}
	return &kit{World: world, cloud: own, sweep: New(Config{
		Runs: world.Store, Flags: world.Store, Units: world.Store, Now: world.Clock.Now, Log: slog.New(slog.DiscardHandler),
		NewID: func() string { return strings.ToLower(rand.Text()) },
		Jobs:  Sources{Watched: world.Store, Suspects: world.Store, Stuck: world.StuckWork, Clouds: registry},
		Host:  func(context.Context) (lifecycle.OrgID, error) { return world.Vendor.ID, nil },
		Audit: AuditConfig{
			Positions: world.Store, Seal: func(text string) string { return world.Ring.LookupHash("ledger-audit", text) },
		},
		Purge: world.Purge,
		Source: func(ctx context.Context) (ledger.Source, note.Verifiers) {
			return world.Ledger(ctx), keys
		},
	})}
}

// run runs a job by hand and fails the test when it fails.
func (k *kit) run(t *testing.T, job string) lifecycle.SweepRun {
	t.Helper()
	k.Clock.Add(time.Second)
	run, err := k.sweep.RunOnce(t.Context(), job)
	if err != nil {
		t.Fatalf("sweep %s: %v", job, err)
	}
	return run
}

// flags lists what stands against a unit, of one kind.
func (k *kit) flags(t *testing.T, unit lifecycle.UnitID, kind string) []lifecycle.Flag {
	t.Helper()
	flags, _, err := k.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit, Kind: kind}, lifecycle.Page{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	return flags
}

// certified is a unit that w.Owner had and that was reset and certified.
func (k *kit) certified(t *testing.T) lifecycle.Unit {
	t.Helper()
	unit := k.Bound(t)
	k.link(t, unit, k.Owner, k.Clock.Now())
	k.Clock.Add(24 * time.Hour)
	unit = k.Must(t, unit.ID, k.TakeBack()).Change.Unit
	k.Clock.Add(time.Hour)
	if err := k.EndCloudLinks(t.Context(), unit.ID, k.Clock.Now(), k.Clock.Now(), nil); err != nil {
		t.Fatal(err)
	}
	shipment := lifecycle.ShipmentID(storetest.NewID("shp"))
	k.Must(t, unit.ID, lifecycle.Ship{Command: k.By(k.Clerk), ID: shipment, To: k.Warehouse.ID}.Decide)
	k.Must(t, unit.ID, lifecycle.Receive{Command: k.By(k.Technician), Shipment: shipment}.Decide)
	k.prove(t, unit)
	for _, check := range lifecycle.RequiredChecks(k.Model) {
		k.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			return lifecycle.Attest{Command: k.By(k.Technician), Order: s.Order.ID, Check: check, Pass: true}.Decide(s)
		})
	}
	certify := lifecycle.Certify{
		Command: k.By(k.Validator), Code: lifecycle.CertificateCode(rand.Text()),
		Sign: func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil },
	}
	return k.Must(t, unit.ID, certify.Decide).Change.Unit
}

func (k *kit) prove(t *testing.T, unit lifecycle.Unit) {
	t.Helper()
	service := k.By(lifecycle.Actor{Kind: lifecycle.ActorService})
	k.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		var tasks []lifecycle.Task
		for _, task := range s.Order.Tasks {
			if task.Cloud != "" {
				task.State, task.DoneAt, task.Proof = lifecycle.TaskProven, k.Clock.Now(), "inventory-empty"
				tasks = append(tasks, task)
			}
		}
		probe := lifecycle.Probe{Cloud: storetest.Cloud, At: k.Clock.Now(), Dark: true}
		return lifecycle.Progress{Command: service, Order: s.Order.ID, Tasks: tasks, Probe: &probe}.Decide(s)
	})
	k.report(t, unit, lifecycle.ResetHard, "")
	k.Must(t, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		return lifecycle.Prove{Command: service, Order: s.Order.ID}.Decide(s)
	})
}

// report is what the unit says, from a network.
func (k *kit) report(t *testing.T, unit lifecycle.Unit, kind lifecycle.ResetKind, network string) lifecycle.Unit {
	t.Helper()
	return k.Must(t, unit.ID, lifecycle.Heard{
		Command: k.By(lifecycle.Actor{Kind: lifecycle.ActorUnit}), Order: lifecycle.OrderID(storetest.NewID("ord")),
		Report: lifecycle.Report{
			At: k.Clock.Now(), Epoch: unit.Epoch, Kind: kind, Firmware: "1.2.0", Verifier: storetest.Hex(storetest.NewID("key")),
			Network: network, Digest: storetest.Hex(storetest.NewID("rep")),
		},
	}.Decide).Change.Unit
}

// resold is a certified unit that the warehouse sold and w.Neighbour bound.
func (k *kit) resold(t *testing.T) lifecycle.Unit {
	t.Helper()
	unit := k.certified(t)
	k.Clock.Add(time.Hour)
	seller := k.Technician
	seller.Roles = []lifecycle.Role{lifecycle.RoleClerk}
	unit = k.Must(t, unit.ID, lifecycle.Sell{Command: k.By(seller), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide).Change.Unit
	k.Clock.Add(time.Hour)
	unit = k.Bind(t, unit, k.Neighbour)
	k.link(t, unit, k.Neighbour, k.Clock.Now())
	return unit
}

func (k *kit) link(t *testing.T, unit lifecycle.Unit, who lifecycle.Actor, since time.Time) {
	t.Helper()
	if err := k.cloud.LinkSince(t.Context(), unit.ID, string(who.Person), lifecycle.BindingOwner, since); err != nil {
		t.Fatal(err)
	}
}
