package reset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// deleting is one attempt at what one cloud is to delete of one owner's time:
// rule 9. It belongs to no order, for the unit is long somebody else's when it is
// due.
type deleting struct {
	worker *Worker
	work   lifecycle.Work
	peer   cloud.Peer
	key    lifecycle.UnitKey
	task   lifecycle.Deletion
	result *Result
}

// erase makes an attempt. What was asked for is looked at first: a cloud's yes
// proves nothing. What still shows is asked for again, if nothing stands over
// the unit.
func (w *Worker) erase(ctx context.Context, work lifecycle.Work, s lifecycle.Snapshot, task lifecycle.Deletion, result *Result) (end, error) {
	now, due := w.now(), task.Due()
	switch {
	case due.IsZero():
		return end{done: true, next: now}, nil // a date, or its owner's word, opens it again
	case task.State == lifecycle.TaskOpen && !lifecycle.MayErase(s):
		return end{next: now.Add(w.config.Slowest)}, nil
	case task.State == lifecycle.TaskOpen && now.Before(due):
		return end{next: due}, nil
	}
	if err := w.pauses.check(work.Cloud, now); err != nil {
		return end{}, err
	}
	peer, err := w.config.Clouds.Peer(work.Cloud)
	if err != nil {
		return end{}, err
	}
	d := &deleting{worker: w, work: work, peer: peer, key: s.Unit.Key, task: task, result: result}
	ended, err := d.run(ctx)
	if err != nil {
		w.pauses.note(work.Cloud, w.now(), w.config.Slowest, err)
	}
	return ended, err
}

func (d *deleting) run(ctx context.Context) (end, error) {
	if d.task.State == lifecycle.TaskAsked {
		gone, err := d.look(ctx)
		if err != nil || gone {
			return end{done: true, next: d.worker.now()}, err
		}
	}
	allowed, err := d.begin(ctx)
	if err != nil {
		return end{}, err
	}
	if !allowed {
		return end{next: d.worker.now().Add(d.worker.config.Slowest)}, nil
	}
	err = call(ctx, d.worker.config.Call, func(ctx context.Context) error { return d.peer.Delete(ctx, d.request()) })
	if err != nil {
		return end{}, err
	}
	now := d.worker.now()
	return end{next: now.Add(d.worker.lookAgain(d.peer.Delay, now.Sub(d.task.AskedAt)))}, nil
}

// begin puts on record that the cloud is asked, before it is. It looks anew
// whenever it is asked again: a hold may have come since, and what is deleted
// does not come back.
func (d *deleting) begin(ctx context.Context) (allowed bool, err error) {
	if d.task.State == lifecycle.TaskAsked {
		s, err := d.worker.config.Store.Snapshot(ctx, d.work.Unit)
		if err != nil {
			return false, fmt.Errorf("snapshot: %w", err)
		}
		task, owed := s.Deletion(d.task.Binding, d.task.Cloud)
		return owed && lifecycle.MayDelete(s, task, d.worker.now()), nil
	}
	begin := lifecycle.BeginDeletion{Command: d.worker.command(), Binding: d.task.Binding, Cloud: d.task.Cloud}
	_, err = d.worker.config.Store.Advance(ctx, d.work.Unit, begin.Decide)
	if errors.Is(err, lifecycle.ErrRefused) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("begin a deletion: %w", err)
	}
	d.task.State, d.task.AskedAt = lifecycle.TaskAsked, begin.At
	return true, nil
}

// look asks the cloud whether anything is left, and puts on record what it says.
func (d *deleting) look(ctx context.Context) (gone bool, err error) {
	now := d.worker.now()
	if now.Before(d.task.AskedAt.Add(d.peer.Delay)) {
		return false, nil // it may still show the picture of before
	}
	var probe cloud.Probe
	err = call(ctx, d.worker.config.Call, func(ctx context.Context) (err error) {
		probe, err = d.peer.Probe(ctx, d.request())
		return err
	})
	if err != nil {
		return false, err
	}
	proof := proofOfDeletion(probe, d.task)
	if proof == "" && !d.worker.ineffective(d.peer.Delay, now.Sub(d.task.AskedAt)) {
		return false, nil
	}
	told := lifecycle.EndDeletion{Command: d.worker.command(), Binding: d.task.Binding, Cloud: d.task.Cloud, Proof: proof}
	if _, err := d.worker.config.Store.Advance(ctx, d.work.Unit, told.Decide); err != nil {
		return false, fmt.Errorf("record a deletion: %w", err)
	}
	if proof == "" {
		d.worker.config.Log.LogAttrs(ctx, slog.LevelWarn, "a cloud says that it deletes and keeps", slog.String("cloud", d.work.Cloud))
		return false, nil
	}
	d.result.Proven++
	return true, nil
}

// proofOfDeletion is what a look proves; empty: what was to go is there. A cloud
// that does not say what it keeps is taken at its yes, as long as nothing of then
// is within reach; the proof says which of the two it was.
func proofOfDeletion(probe cloud.Probe, task lifecycle.Deletion) string {
	switch probe.Kept {
	case cloud.KeptNone:
		return proofNothingKept
	case cloud.KeptUnknown:
		if !probe.Recordings.OlderThan(task.Before) {
			return proofDeleted
		}
	}
	return ""
}

// request is keyed to the ended time: under one id, whatever orders come and go.
func (d *deleting) request() cloud.Request {
	return cloud.Request{
		Unit: d.work.Unit, Key: d.key, Order: lifecycle.OrderID(d.task.Binding), From: d.task.From, Before: d.task.Before,
	}
}
