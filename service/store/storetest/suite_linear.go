package storetest

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
)

const (
	linearHands = 6  // at work at the same time
	linearTimes = 18 // operations of each
)

// Linear lets many hands sell, bind, return, cancel, hand over and void one unit
// at the same time, through every store that is given, and asks porcupine
// whether each answer, refusals too, is one that the unit could have given at
// some instant between its question and itself. The stores share one database,
// and the world is in it.
func Linear(t *testing.T, w *World, stores []*store.Store) {
	t.Helper()
	l := &linear{World: w, stores: stores, unit: w.Registered(t), seed: rand.Uint64()}
	t.Logf("seed %d", l.seed)
	l.base = w.Clock.Now()
	l.at.Store(1)
	var hands sync.WaitGroup
	for hand := range linearHands {
		hands.Go(func() { l.work(t, hand) })
	}
	hands.Wait()
	result, info := porcupine.CheckOperationsVerbose(linearModel(w.Retailer.ID), l.history, time.Minute)
	if result == porcupine.Ok {
		l.covers(t)
		return
	}
	for _, op := range l.history {
		t.Logf("%d %8d-%8d %+v: %+v", op.ClientId, op.Call, op.Return, op.Input, op.Output)
	}
	t.Errorf("no order of these operations explains their answers: %s, longest part %d of %d",
		result, longest(info), len(l.history))
}

func longest(info porcupine.LinearizationInfo) int {
	most := 0
	for _, part := range info.PartialLinearizations() {
		for _, order := range part {
			most = max(most, len(order))
		}
	}
	return most
}

// linear is one run.
type linear struct {
	*World
	stores []*store.Store
	unit   lifecycle.Unit
	base   time.Time
	seed   uint64
	turn   atomic.Int64 // counts questions and answers, in the order in which they were made
	at     atomic.Int64 // the commands' clock, in milliseconds

	mu      sync.Mutex
	history []porcupine.Operation // by mu
	seen    lastSeen              // by mu
}

// lastSeen is what anybody has learnt of the unit: it may be over.
type lastSeen struct {
	epoch                         lifecycle.Epoch
	state                         lifecycle.State
	sale, back, offer, credential string
	owner                         lifecycle.PersonID
}

func (l *linear) work(t *testing.T, hand int) {
	dice := rand.New(rand.NewPCG(uint64(hand), l.seed))
	for range linearTimes {
		in := l.question(dice)
		through := l.stores[dice.IntN(len(l.stores))]
		call := l.turn.Add(1)
		unit, owner, err := l.perform(t.Context(), through, in)
		back := l.turn.Add(1)
		refused, ok := refusalOf(err)
		if !ok {
			t.Errorf("%+v: %v", in, err)
			return
		}
		out := heard{refused: refused}
		if refused == "" {
			out = heard{version: unit.Version - l.unit.Version + 1, state: unit.State, epoch: unit.Epoch, custody: unit.Custody, owner: owner}
		}
		l.note(hand, in, out, call, back)
	}
}

func (l *linear) note(hand int, in asked, out heard, call, back int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.history = append(l.history, porcupine.Operation{
		ClientId: hand, Input: in, Output: out, Call: call, Return: back,
	})
	if out.refused != "" {
		return
	}
	l.seen.epoch, l.seen.owner, l.seen.state = max(l.seen.epoch, out.epoch), out.owner, out.state
	switch in.what {
	case "sell":
		l.seen.sale = in.text
	case "return":
		l.seen.back = in.text
	case "offer":
		l.seen.offer = in.text
	case "report":
		l.seen.credential = in.text
	}
}

// question is what a hand wants next, by what was last heard of the unit.
func (l *linear) question(dice *rand.Rand) asked {
	l.mu.Lock()
	seen := l.seen
	l.mu.Unlock()
	in := asked{
		what: wanted(dice, seen.state), at: l.at.Add(1), epoch: max(seen.epoch, l.unit.Epoch),
		who: []lifecycle.PersonID{l.Owner.Person, l.Neighbour.Person}[dice.IntN(2)],
	}
	if owns := in.what == "offer" || in.what == "release"; seen.owner != "" && dice.IntN(4) > 0 && (owns || in.what == "accept") {
		in.who = l.Owner.Person
		if owns != (seen.owner == l.Owner.Person) {
			in.who = l.Neighbour.Person
		}
	}
	switch in.what {
	case "sell", "return", "offer":
		in.text = NewID(map[string]string{"sell": "sal", "return": "ret", "offer": "ofr"}[in.what])
	case "report":
		in.text = Hex(NewID("key"))
		if dice.IntN(5) == 0 && seen.credential != "" {
			in.text = seen.credential
		}
	case "void":
		in.text = seen.sale
	case "cancel":
		in.text = seen.back
	case "bind":
		in.text = seen.credential
	case "accept":
		in.text, in.proof = seen.offer, seen.credential
	}
	if in.what == "bind" && in.text == "" {
		in.text = Hex("a guess")
	}
	return in
}

// wanted is mostly what makes sense in the state that was seen last.
func wanted(dice *rand.Rand, seen lifecycle.State) string {
	sense := map[lifecycle.State][]string{
		lifecycle.StateSold:     {"report", "report", "bind", "bind", "bind", "void"},
		lifecycle.StateBound:    {"offer", "offer", "report", "report", "accept", "accept", "accept", "accept"},
		lifecycle.StateReturned: {"cancel"},
	}[seen]
	anything := []string{"sell", "void", "report", "bind", "release", "return", "cancel", "offer", "accept", "look"}
	if len(sense) == 0 {
		sense = []string{"sell", "look"}
	}
	if dice.IntN(4) == 0 {
		sense = anything
	}
	return sense[dice.IntN(len(sense))]
}

// perform does it through one of the stores.
func (l *linear) perform(ctx context.Context, through *store.Store, in asked) (lifecycle.Unit, lifecycle.PersonID, error) {
	if in.what == "look" {
		snapshot, err := through.Snapshot(ctx, l.unit.ID)
		owner, _ := snapshot.Owner()
		return snapshot.Unit, owner.Account, err
	}
	var before lifecycle.Snapshot
	decide := l.command(in)
	outcome, err := through.Advance(ctx, l.unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		before = s
		return decide(s)
	})
	if err != nil {
		return lifecycle.Unit{}, "", err
	}
	owner, _ := before.Apply(outcome.Change).Owner()
	return outcome.Change.Unit, owner.Account, nil
}

func (l *linear) command(in asked) lifecycle.Decide {
	by := func(actor lifecycle.Actor) lifecycle.Command {
		return lifecycle.Command{Actor: actor, At: l.base.Add(time.Duration(in.at) * time.Millisecond)}
	}
	owner := l.Owner
	if in.who == l.Neighbour.Person {
		owner = l.Neighbour
	}
	receipt := l.ReceiptHash(l.Retailer.ID, Receipt)
	order := lifecycle.OrderID(NewID("ord"))
	switch in.what {
	case "sell":
		return lifecycle.Sell{Command: by(l.Clerk), ID: lifecycle.SaleID(in.text), ReceiptHash: receipt}.Decide
	case "void":
		return lifecycle.Void{Command: by(l.Clerk), Sale: lifecycle.SaleID(in.text)}.Decide
	case "report":
		report := lifecycle.Report{
			At: l.base.Add(time.Duration(in.at) * time.Millisecond), Epoch: in.epoch, Kind: lifecycle.ResetNone,
			Firmware: "1.2.0", Verifier: in.text, Network: Hex("home"), Digest: Hex(NewID("dig")),
		}
		return lifecycle.Heard{Command: by(UnitActor()), Order: order, Report: report}.Decide
	case "bind":
		return lifecycle.Bind{
			Command: by(owner), ID: lifecycle.BindingID(NewID("bnd")), AccountHash: Hex(string(in.who)), ProofHash: in.text,
		}.Decide
	case "release":
		return lifecycle.Release{Command: by(owner), Order: order}.Decide
	case "return":
		return lifecycle.TakeBack{
			Command: by(l.Clerk), Return: lifecycle.ReturnID(in.text), Order: order, Condition: "used", Reason: "other", ReceiptHash: receipt,
		}.Decide
	case "cancel":
		return lifecycle.Cancel{Command: by(l.Clerk), Return: lifecycle.ReturnID(in.text), Order: order, UnitPresent: true}.Decide
	case "offer":
		return lifecycle.MakeOffer{Command: by(owner), ID: lifecycle.OfferID(in.text), CodeHash: Hex(in.text)}.Decide
	case "accept":
		return lifecycle.Transfer{
			Command: by(owner), Offer: lifecycle.OfferID(in.text), Binding: lifecycle.BindingID(NewID("bnd")), Order: order,
			AccountHash: Hex(string(in.who)), ProofHash: in.proof,
		}.Decide
	}
	panic("storetest: no such operation: " + in.what)
}

// covers fails for a run in which next to nothing happened.
func (l *linear) covers(t *testing.T) {
	t.Helper()
	done := map[string]int{}
	for _, op := range l.history {
		if op.Output.(heard).refused == "" {
			done[op.Input.(asked).what]++
		}
	}
	t.Logf("done: %v", done)
	if done["sell"] == 0 || len(done) < 4 {
		t.Errorf("of %d operations next to nothing was done", len(l.history))
	}
}
