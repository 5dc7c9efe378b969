package simulation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
)

// doors is the store as the rooms get it: others may overtake whoever knocks,
// what is answered is written down, and a planted bug stands in between.
type doors struct {
	*store.Store
	w     *world
	house *house
}

// pause lets others overtake; a dead process asks nothing more. What it takes
// on this machine's clock ends nothing, or a run would hang on how busy that is:
// the context that goes on has no deadline.
func (d *doors) pause(ctx context.Context) (context.Context, error) {
	d.w.yield()
	if d.house.dead {
		return ctx, errPower
	}
	return context.WithoutCancel(ctx), nil
}

func (d *doors) Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error) {
	ctx, err := d.pause(ctx)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	return d.Store.Snapshot(ctx, unit)
}

func (d *doors) SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	ctx, err := d.pause(ctx)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	return d.Store.SnapshotByKey(ctx, key)
}

func (d *doors) Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	return d.change(ctx, string(unit), decide, func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return d.Store.Advance(ctx, unit, decide)
	})
}

func (d *doors) AdvanceWithReceipt(ctx context.Context, unit lifecycle.UnitID, org lifecycle.OrgID, receipt string,
	decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return d.change(ctx, string(unit), decide, func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return d.Store.AdvanceWithReceipt(ctx, unit, org, receipt, decide)
	})
}

func (d *doors) Register(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return d.change(ctx, key.String(), decide, func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return d.Store.Register(ctx, key, model, decide)
	})
}

func (d *doors) RegisterWithReceipt(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID,
	org lifecycle.OrgID, receipt string, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return d.change(ctx, key.String(), decide, func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error) {
		return d.Store.RegisterWithReceipt(ctx, key, model, org, receipt, decide)
	})
}

// writing is one way through the write door.
type writing func(ctx context.Context, decide lifecycle.Decide) (lifecycle.Outcome, error)

func (d *doors) change(ctx context.Context, scope string, decide lifecycle.Decide, write writing) (lifecycle.Outcome, error) {
	ctx, err := d.pause(ctx)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if d.w.bug.write != nil {
		write = d.w.bug.write(d.w, write)
	}
	outcome, err := write(ctx, decide)
	if err != nil {
		return outcome, err
	}
	d.acknowledged(ctx, scope, outcome)
	d.w.yield()
	return outcome, nil
}

// ClaimWork notes who is at what.
func (d *doors) ClaimWork(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]lifecycle.Work, error) {
	ctx, err := d.pause(ctx)
	if err != nil {
		return nil, err
	}
	works, err := d.Store.ClaimWork(ctx, now, lease, limit)
	for _, work := range works {
		row := rowOf(work)
		if work.Attempt <= d.w.leases[row] {
			d.w.fail("lease: %v is given out as attempt %d, after %d", row, work.Attempt, d.w.leases[row])
		}
		d.w.leases[row] = work.Attempt
	}
	return works, err
}

// FinishWork: of two who were at it the later one counts, and nobody else.
func (d *doors) FinishWork(ctx context.Context, work lifecycle.Work, nextAt time.Time, done bool, code string) error {
	ctx, err := d.pause(ctx)
	if err != nil {
		return err
	}
	finish := d.Store.FinishWork
	if d.w.bug.finish != nil {
		finish = d.w.bug.finish(d)
	}
	err = finish(ctx, work, nextAt, done, code)
	if newest := d.w.leases[rowOf(work)]; err == nil && work.Attempt < newest {
		d.w.fail("fence: attempt %d at %v was taken after attempt %d began", work.Attempt, rowOf(work), newest)
	}
	return err
}

func (d *doors) TakeChallenge(ctx context.Context, unit lifecycle.UnitID, nonce string, now time.Time) (lifecycle.Epoch, error) {
	ctx, err := d.pause(ctx)
	if err != nil {
		return 0, err
	}
	epoch, err := d.Store.TakeChallenge(ctx, unit, nonce, now)
	d.w.yield()
	return epoch, err
}

func (d *doors) RecordProbe(ctx context.Context, unit lifecycle.UnitID, probe lifecycle.Probe, seen []lifecycle.Sighting) error {
	ctx, err := d.pause(ctx)
	if err != nil {
		return err
	}
	return d.Store.RecordProbe(ctx, unit, probe, seen)
}

func (d *doors) LinkCloudAccount(ctx context.Context, link lifecycle.CloudLink) error {
	ctx, err := d.pause(ctx)
	if err != nil {
		return err
	}
	return d.Store.LinkCloudAccount(ctx, link)
}

// workRow names a piece of work.
type workRow struct {
	unit  lifecycle.UnitID
	order lifecycle.OrderID
	cloud string
}

func rowOf(work lifecycle.Work) workRow { return workRow{work.Unit, work.Order, work.Cloud} }

// attemptOf is a request as the store tells it from others.
type attemptOf struct{ scope, principal, route, key string }

// ack is something that a room was told to be done.
type ack struct {
	attempt access.Idempotency // zero: without a key
	scope   string
	unit    lifecycle.Unit
	event   lifecycle.Event
	index   int64
	at      time.Time
}

// keptFor is how long an answer can be asked for again (DESIGN section 7).
const keptFor = 7 * 24 * time.Hour

// acknowledged writes down what was answered, and holds a repeat to what was
// answered before.
func (d *doors) acknowledged(ctx context.Context, scope string, outcome lifecycle.Outcome) {
	w, change := d.w, outcome.Change
	now := ack{scope: scope, unit: change.Unit, event: change.Event, index: outcome.Index, at: w.clock.Now()}
	attempt, has := access.IdempotencyFrom(ctx)
	if has {
		now.attempt = attempt
		key := attemptOf{scope, attempt.Principal, attempt.Route, attempt.Key}
		first, known := w.byKey[key]
		switch {
		case known && now.at.After(first.at.Add(keptFor)):
		case known && first.attempt.BodyDigest != attempt.BodyDigest:
			w.fail("once: %v was taken with another body", key)
		case known && first.index != outcome.Index:
			w.fail("once: %v was answered as entry %d, and now as %d", key, first.index, outcome.Index)
		}
		if known && first.index == outcome.Index {
			return
		}
		w.byKey[key] = now
	}
	w.acks = append(w.acks, now)
}

// errDecidedAgain: a request that was acknowledged is decided anew.
var errDecidedAgain = errors.New("decided again")

// recall asks whether what was acknowledged is there: its entry on the ledger,
// and the same answer to the same request.
func (w *world) recall(a ack) error {
	ctx, s := context.Background(), w.house.store
	leaf, err := s.Leaf(ctx, string(a.unit.ID), a.index)
	if err != nil || leaf.Event != string(a.event) {
		return fmt.Errorf("entry %d is no %s of %s: %w", a.index, a.event, a.unit.ID, err)
	}
	if a.attempt.Key == "" || !w.clock.Now().Before(a.at.Add(keptFor)) {
		return nil
	}
	ctx = access.WithIdempotency(ctx, a.attempt)
	again := func(lifecycle.Snapshot) (lifecycle.Change, error) { return lifecycle.Change{}, errDecidedAgain }
	var outcome lifecycle.Outcome
	if a.scope == string(a.unit.ID) {
		outcome, err = s.Advance(ctx, a.unit.ID, again)
	} else {
		outcome, err = s.Register(ctx, a.unit.Key, a.unit.Model, again)
	}
	if err != nil || !outcome.Replayed || outcome.Index != a.index || outcome.Change.Unit.Version != a.unit.Version {
		return fmt.Errorf("%s of %s, entry %d: asked again it is entry %d, %w", a.event, a.unit.ID, a.index, outcome.Index, err)
	}
	return nil
}
