package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
)

func walkScenarios() []scenario {
	return []scenario{
		{"a random walk replayed from the ledger ends at the tables", walkReplayed},
		{"after mixed load the ledger audits clean", mixedLoad},
	}
}

// walkReplayed asserts I28: what the leaves say alone is what the tables say.
func walkReplayed(t *testing.T, w *World) {
	const units, steps = 6, 1500
	walk := &walk{World: w, random: rand.New(rand.NewPCG(1, 2))}
	for range units {
		walk.units = append(walk.units, w.Registered(t).ID)
	}
	done := map[lifecycle.Event]int{}
	for range steps {
		w.Clock.Add(time.Duration(walk.random.IntN(3600)) * time.Second)
		if event, ok := walk.step(t); ok {
			done[event]++
		}
	}
	if len(done) < 18 {
		t.Errorf("the walk did only %d kinds of events: %v", len(done), done)
	}
	for unit, replayed := range w.replay(t) {
		stored := w.snapshot(t, unit)
		if diff := cmp.Diff(present(replayed, w.Clock.Now()), present(stored, w.Clock.Now())); diff != "" {
			t.Errorf("%s (-replayed +stored):\n%s", unit, diff)
		}
	}
	w.auditClean(t)
}

// replay rebuilds every unit's snapshot from the leaves alone.
func (w *World) replay(t *testing.T) map[lifecycle.UnitID]lifecycle.Snapshot {
	t.Helper()
	w.settle(t)
	rows, err := w.Ledger(t.Context()).Entries(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	snapshots := map[lifecycle.UnitID]lifecycle.Snapshot{}
	for _, row := range rows {
		leaf, err := ledger.DecodeLeaf(row.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if leaf.Kind != book.KindUnit {
			continue
		}
		var change lifecycle.Change
		if err := json.Unmarshal(leaf.Body, &change); err != nil {
			t.Fatal(err)
		}
		unit := lifecycle.UnitID(leaf.Subject)
		snapshots[unit] = snapshots[unit].Apply(change)
	}
	return snapshots
}

// present cuts a snapshot down to what is of the present, in one order, and
// leaves away what is not the unit's own.
func present(s lifecycle.Snapshot, now time.Time) lifecycle.Snapshot {
	s.Model, s.Accreditations, s.Unproven = lifecycle.Model{}, nil, lifecycle.UnprovenReturns{}
	s.Bindings = keep(s.Bindings, func(b lifecycle.Binding) bool {
		return b.State != lifecycle.BindingEnded || b.EndedAt.After(now.Add(-lifecycle.ContestFor))
	}, func(b lifecycle.Binding) string { return string(b.ID) })
	s.Sightings = keep(s.Sightings, func(lifecycle.Sighting) bool { return true },
		func(x lifecycle.Sighting) string { return x.Cloud + " " + x.AccountHash + " " + string(x.Kind) })
	s.Offers = keep(s.Offers, func(o lifecycle.Offer) bool { return o.State == lifecycle.OfferPending },
		func(o lifecycle.Offer) string { return string(o.ID) })
	s.Deletions = keep(s.Deletions, func(x lifecycle.Deletion) bool { return !x.Done() },
		func(x lifecycle.Deletion) string { return string(x.Binding) + " " + x.Cloud })
	s.Credentials = keep(s.Credentials, func(lifecycle.Credential) bool { return true }, func(c lifecycle.Credential) string { return c.Hash })
	s.Holds = keep(s.Holds, lifecycle.Hold.Stands, func(h lifecycle.Hold) string { return string(h.ID) })
	s.Attestations = keep(s.Attestations, func(a lifecycle.Attestation) bool { return s.Order != nil && a.Order == s.Order.ID },
		func(a lifecycle.Attestation) string { return a.Check + " " + string(a.By) })
	if s.Sale != nil && !s.Sale.VoidedAt.IsZero() {
		s.Sale = nil
	}
	if s.Shipment != nil && !s.Shipment.ReceivedAt.IsZero() {
		s.Shipment = nil
	}
	return s
}

func keep[T any](list []T, wanted func(T) bool, key func(T) string) []T {
	var kept []T
	for _, one := range list {
		if wanted(one) {
			kept = append(kept, one)
		}
	}
	slices.SortFunc(kept, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	return kept
}

// auditClean reads the whole ledger again and wants nothing to be wrong.
func (w *World) auditClean(t *testing.T) {
	t.Helper()
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := ledger.Audit(t.Context(), w.Ledger(t.Context()), w.Verifiers(t))
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || !report.Done() || report.Signed != report.Size {
		t.Errorf("audit of %d entries, signed up to %d: %v", report.Size, report.Signed, report.Findings)
	}
}

// mixedLoad lets many change many units at once, with refusals among them, and
// compares the root of the stored tree with one computed from the entries.
func mixedLoad(t *testing.T, w *World) {
	var units []lifecycle.UnitID
	for range 6 {
		units = append(units, w.Sold(t).ID)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(3, uint64(i)))
			for range 40 {
				if _, err := w.mixed(t, units[random.IntN(len(units))]); err != nil && !expected(err) {
					t.Errorf("mixed load: %v", err)
				}
			}
		})
	}
	wg.Wait()
	w.auditClean(t)
	rows, err := w.Ledger(t.Context()).Entries(t.Context(), 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	stored := map[int64]tlog.Hash{}
	reader := tlog.HashReaderFunc(func(ids []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(ids))
		for i, id := range ids {
			list[i] = stored[id]
		}
		return list, nil
	})
	for i, row := range rows {
		hashes, err := tlog.StoredHashes(int64(i), row.Bytes, reader)
		if err != nil {
			t.Fatal(err)
		}
		for j, hash := range hashes {
			stored[tlog.StoredHashCount(int64(i))+int64(j)] = hash
		}
	}
	want, errWant := tlog.TreeHash(int64(len(rows)), reader)
	got, errGot := tlog.TreeHash(int64(len(rows)), w.Ledger(t.Context()))
	if err := errors.Join(errWant, errGot); err != nil || got != want {
		t.Errorf("stored root %s, computed %s, %v", got, want, err)
	}
}

func (w *World) mixed(t *testing.T, unit lifecycle.UnitID) (lifecycle.Outcome, error) {
	return w.Advance(t.Context(), unit, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		if s.Unit.State == lifecycle.StateReturned {
			return lifecycle.Cancel{
				Command: w.By(w.Clerk), Return: s.Return.ID, Order: lifecycle.OrderID(NewID("ord")), UnitPresent: true,
			}.Decide(s)
		}
		return w.TakeBack()(s)
	})
}

// expected reports whether a command may end so without anything being wrong.
func expected(err error) bool {
	for _, kind := range []error{lifecycle.ErrRefused, lifecycle.ErrNotFound, lifecycle.ErrStale, lifecycle.ErrForbidden, lifecycle.ErrInvalid} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// walk is a random walk of several units through their lives.
type walk struct {
	*World
	random *rand.Rand
	units  []lifecycle.UnitID
}

func (k *walk) pick(n int) int { return k.random.IntN(n) }

// step tries one command on one unit, and says which event it was if it was done.
func (k *walk) step(t *testing.T) (lifecycle.Event, bool) {
	t.Helper()
	unit := k.units[k.pick(len(k.units))]
	s := k.snapshot(t, unit)
	commands := k.commands(s)
	command := commands[k.pick(len(commands))]
	outcome, err := k.Advance(t.Context(), unit, command)
	if err != nil && !expected(err) {
		t.Fatalf("in state %s: %v", s.Unit.State, err)
	}
	return outcome.Change.Event, err == nil
}

// commands are what could be tried now; many of them will be refused.
func (k *walk) commands(s lifecycle.Snapshot) []lifecycle.Decide {
	owner := []lifecycle.Actor{k.Owner, k.Neighbour}[k.pick(2)]
	credential := s.Unit.Verifier
	if credential == "" {
		credential = Hex(fmt.Sprint("credential ", s.Unit.Epoch))
	}
	list := []lifecycle.Decide{
		k.TakeBack(),
		k.Hears(s.Unit, lifecycle.ResetNone, credential), k.Hears(s.Unit, lifecycle.ResetNone, Hex(NewID("key"))),
		k.Hears(s.Unit, lifecycle.ResetHard, Hex(NewID("key"))),
		lifecycle.Sell{Command: k.By(k.Clerk), ID: lifecycle.SaleID(NewID("sal"))}.Decide,
		lifecycle.Sell{Command: k.By(k.Technician), ID: lifecycle.SaleID(NewID("sal"))}.Decide,
		lifecycle.ReturnSealed{Command: k.By(k.Clerk), SealAttested: true}.Decide,
		lifecycle.Bind{Command: k.By(owner), ID: lifecycle.BindingID(NewID("bnd")), AccountHash: Hex(string(owner.Person)), ProofHash: credential}.Decide,
		lifecycle.Release{Command: k.By(owner), Order: lifecycle.OrderID(NewID("ord"))}.Decide,
		lifecycle.MakeOffer{Command: k.By(owner), ID: lifecycle.OfferID(NewID("ofr")), CodeHash: Hex(NewID("code"))}.Decide,
		lifecycle.Contest{Command: k.By(owner), ID: lifecycle.HoldID(NewID("hld"))}.Decide,
		lifecycle.PlaceHold{Command: k.By(owner), ID: lifecycle.HoldID(NewID("hld")), Kind: lifecycle.HoldStolen}.Decide,
		lifecycle.Ship{Command: k.By(k.Clerk), ID: lifecycle.ShipmentID(NewID("shp")), To: k.Warehouse.ID}.Decide,
		lifecycle.Receive{Command: k.By(k.Technician)}.Decide,
		lifecycle.Reopen{Command: k.By(k.Validator), Order: lifecycle.OrderID(NewID("ord")), Cause: "sample"}.Decide,
		lifecycle.BindingSeen{Command: k.By(ServiceActor()), Order: lifecycle.OrderID(NewID("ord")), Sighting: lifecycle.Sighting{
			Cloud: Cloud, AccountHash: Hex(string(owner.Person)), Kind: lifecycle.BindingOwner, SeenAt: k.Clock.Now(),
		}}.Decide,
		lifecycle.Progress{Command: k.By(ServiceActor()), Probe: &lifecycle.Probe{Cloud: Cloud, At: k.Clock.Now(), Dark: true}}.Decide,
		lifecycle.Certify{Command: k.By(k.Validator), Code: lifecycle.CertificateCode(NewID("C")[2:]),
			Sign: func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil }}.Decide,
	}
	return append(list, k.further(s, owner, credential)...)
}

// further are the commands that need something to be there.
func (k *walk) further(s lifecycle.Snapshot, owner lifecycle.Actor, credential string) []lifecycle.Decide {
	var list []lifecycle.Decide
	if s.Order != nil {
		order := s.Order.ID
		list = append(list, k.CloudsProven(*s.Order), k.CloudsProven(*s.Order),
			lifecycle.Attest{Command: k.By(k.Technician), Order: order, Check: lifecycle.CheckCodesAgree, Pass: k.pick(4) > 0}.Decide,
			lifecycle.Attest{Command: k.By(k.Clerk), Order: order, Check: lifecycle.CheckCodesAgree, Pass: true}.Decide,
			lifecycle.Prove{Command: k.By(ServiceActor()), Order: order}.Decide,
			lifecycle.Prove{Command: k.By(ServiceActor()), Order: order}.Decide)
	}
	if s.Return != nil {
		list = append(list, lifecycle.Cancel{
			Command: k.By(k.Clerk), Return: s.Return.ID, Order: lifecycle.OrderID(NewID("ord")), UnitPresent: true,
		}.Decide)
	}
	if s.Sale != nil {
		list = append(list, lifecycle.Void{Command: k.By(k.Clerk), Sale: s.Sale.ID}.Decide)
	}
	for _, offer := range s.Offers {
		list = append(list,
			lifecycle.Decline{Command: k.By(owner), Offer: offer.ID}.Decide,
			lifecycle.Transfer{Command: k.By(owner), Offer: offer.ID, Binding: lifecycle.BindingID(NewID("bnd")),
				Order: lifecycle.OrderID(NewID("ord")), AccountHash: Hex(string(owner.Person)), ProofHash: credential}.Decide)
	}
	for _, hold := range s.StandingHolds() {
		for _, actor := range []lifecycle.Actor{owner, k.Officer, k.VendorAdmin, k.Technician, k.Validator} {
			list = append(list, lifecycle.LiftHold{Command: k.By(actor), Hold: hold.ID}.Decide)
		}
	}
	return list
}
