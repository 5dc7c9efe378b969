package simulation

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
	"quitclaim/service/lifecycle"
	"quitclaim/service/sweep"
)

// recalled is how many of what was acknowledged an audit asks for, of the
// newest and of any.
const recalled = 12

// audit compares everything: the ledger with its hashes and signatures, every
// unit's rows with its leaves, what was acknowledged with what is there, and
// what owners see with what is theirs.
func (w *world) audit() {
	if w.wrong != "" || w.house.dead {
		return
	}
	w.auditing = true
	defer func() { w.auditing = false }()
	w.verify()
	w.views()
	if w.bug.forgetful {
		w.remember()
	}
	newest := max(0, len(w.acks)-recalled)
	for _, a := range w.acks[newest:] {
		w.recalls(a)
	}
	for i := 0; i < recalled && newest > 0; i++ {
		w.recalls(w.acks[(i*7919+w.step)%newest])
	}
}

func (w *world) recalls(a ack) {
	if err := w.recall(a); err != nil {
		w.fail("lost: %v", err)
	}
}

// verify is `quitclaim verify`.
func (w *world) verify() {
	ctx := context.Background()
	source := w.house.store.Ledger(ctx)
	report, err := ledger.Audit(ctx, source, note.VerifierList(w.house.keys.LedgerVerifier()))
	if err != nil || !report.OK() {
		w.fail("ledger: %v, findings %v", err, report.Findings)
		return
	}
	var found strings.Builder
	result, err := replay.Run(ctx, replay.Config{
		Source: source, Tables: w.house.store, Out: &found, Now: w.clock.Now,
		Pause: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil || result.Found > 0 || result.Unsettled > 0 {
		w.fail("I28: %v, %d findings, %d entries without a place:\n%s", err, result.Found, result.Unsettled, found.String())
	}
}

// settle is the end of the story: everybody goes home, the clouds mend, and
// what was begun must come to its end.
func (w *world) settle() {
	w.plan.crashes, w.plan.lies, w.plan.jumps, w.plan.repeats, w.plan.parallel = false, false, false, false, 1
	w.death = death{}
	w.drain()
	if w.house.dead {
		w.restart()
	}
	for len(w.unanswered) > 0 && w.wrong == "" { // every client gets its answer
		w.again()
		w.drain()
		w.watch.look()
	}
	for _, name := range slices.Sorted(maps.Keys(w.clouds)) { // in one order: a seed tells one story
		for len(w.clouds[name].late) > 0 {
			w.clouds[name].arrives()
		}
	}
	for round := 0; round < 12 && w.wrong == ""; round++ {
		w.quiet()
	}
	w.watch.look()
	w.audit()
	for _, a := range w.acks {
		w.recalls(a)
	}
	if w.wrong == "" {
		w.settled()
	}
}

// quiet lets workers and the sweep do what there is to do.
func (w *world) quiet() {
	w.clock.add(70 * time.Minute) // longer than the longest back-off
	for range 20 {
		result, err := w.house.workers[0].RunOnce(context.Background())
		if err != nil {
			w.fail("settle: %v", err)
		}
		if result.Claimed == 0 {
			break
		}
		w.clock.add(time.Minute)
	}
	if _, err := w.house.sweeps.RunOnce(context.Background(), sweep.SoldButBound); err != nil {
		w.fail("settle: %v", err)
	}
	w.watch.look()
}

// settled: no work of a cloud is left, and no cloud that was told to forget
// somebody still knows them.
func (w *world) settled() {
	for _, id := range w.watch.known {
		s := w.watch.of(id).history.Snapshot()
		order, open := s.OpenOrder()
		for _, task := range order.Tasks {
			if open && task.Cloud != "" && !task.Done() {
				w.fail("settle: %s of %s at %s is %s", task.ID, order.Kind, s.Unit.Key, task.State)
			}
		}
		w.forgotten(s)
	}
}

// forgotten: who was bound before the last return is bound no more. Where no
// cloud ever lied, nobody is whose time is over, whatever the clocks said.
func (w *world) forgotten(s lifecycle.Snapshot) {
	watched := s.Unit.State.InCustomerHands() && s.Unit.Watched(w.clock.Now())
	for name, liar := range w.clouds {
		inventory, err := liar.peer.Inventory(context.Background(), cloud.Request{Unit: s.Unit.ID, Key: s.Unit.Key})
		if err != nil {
			w.fail("settle: %v", err)
		}
		for _, link := range inventory.Links {
			old := watched && !link.Since.IsZero() && link.Since.Before(s.Unit.ReturnedAt)
			if old || s.Unit.State == lifecycle.StateCertified || w.honest && w.formerOwner(s.Unit.ID, link.AccountHash) {
				w.fail("settle: %s is %s, and %s still knows somebody since %s", s.Unit.Key, s.Unit.State, name, link.Since)
			}
		}
	}
}

// formerOwner reports whether a cloud's account is of somebody who owned the
// unit once and does not now.
func (w *world) formerOwner(unit lifecycle.UnitID, account string) bool {
	p := w.watch.of(unit)
	return slices.ContainsFunc(p.former, func(person lifecycle.PersonID) bool {
		known := []string{cloudtest.Hash(string(person)), w.house.keys.AccountHash(builtin.Name, string(person))}
		return person != p.owner && slices.Contains(known, account)
	})
}
