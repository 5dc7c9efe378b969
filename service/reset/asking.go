package reset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// asking is one attempt at what one order wants of one cloud: look, note what
// the look proves, ask for the rest.
type asking struct {
	worker   *Worker
	work     lifecycle.Work
	peer     cloud.Peer
	snapshot lifecycle.Snapshot
	order    lifecycle.Order // as last read or written by this attempt
	result   *Result
}

// learnt is what one step of an attempt adds to the record.
type learnt struct {
	tasks       []lifecycle.Task
	sightings   []lifecycle.Sighting
	probe       *lifecycle.Probe
	ineffective bool
}

func (l learnt) empty() bool { return len(l.tasks) == 0 && len(l.sightings) == 0 && !l.ineffective }

func (a *asking) run(ctx context.Context) error {
	if a.allDone() {
		return nil // others of the order are still at it
	}
	seen, err := a.look(ctx)
	if err != nil {
		return err
	}
	change := a.learn(seen)
	preflightErr := a.preflight(ctx, &change)
	// What is known goes on record before anything ends: rule 10 lives on the
	// inventory taken before unbinding.
	if err := a.record(ctx, change); err != nil {
		return err
	}
	if preflightErr != nil {
		return preflightErr
	}
	asked, askErr := a.ask(ctx, seen)
	if err := a.record(ctx, asked); err != nil {
		return err
	}
	return askErr
}

// look reads the inventory, and the probe as soon as there is an effect to
// look for.
func (a *asking) look(ctx context.Context) (look, error) {
	seen := look{at: a.worker.now(), before: a.order.Before, ours: a.ours()}
	err := a.call(ctx, func(ctx context.Context) (err error) {
		seen.inventory, err = a.peer.Inventory(ctx, a.request(a.order.Before))
		return err
	})
	if err != nil {
		return look{}, err
	}
	if slices.ContainsFunc(a.tasks(), func(t lifecycle.Task) bool { return acts(t.Verb) && t.State != lifecycle.TaskOpen }) {
		seen.probed = true
		err := a.call(ctx, func(ctx context.Context) (err error) {
			seen.probe, err = a.peer.Probe(ctx, a.request(a.order.Before))
			return err
		})
		if err != nil {
			return look{}, err
		}
	}
	seen.before = seen.bound(a.order)
	if seen.before.After(a.order.Before) {
		return seen, a.stillOpen(ctx)
	}
	return seen, nil
}

// stillOpen makes sure that the order was open when the cloud was read: what
// is newer than its bound is only fair game while nobody may be bound.
func (a *asking) stillOpen(ctx context.Context) error {
	snapshot, err := a.worker.config.Store.Snapshot(ctx, a.work.Unit)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if order, ok := snapshot.OpenOrder(); !ok || order.ID != a.order.ID {
		return fmt.Errorf("order %s ended meanwhile: %w", a.order.ID, lifecycle.ErrStale)
	}
	return nil
}

// learn turns a look into what it proves, and what it proves no longer.
func (a *asking) learn(seen look) learnt {
	change := learnt{sightings: seen.sightings(a.snapshot.Sightings, a.work.Cloud)}
	settled, quietSince := true, time.Time{}
	for _, task := range a.tasks() {
		if task.State == lifecycle.TaskWaived {
			continue
		}
		task, changed := a.judge(task, seen)
		if changed {
			change.tasks = append(change.tasks, task)
		}
		change.ineffective = change.ineffective || a.inVain(task, seen.at)
		if acts(task.Verb) {
			settled = settled && task.Done()
			quietSince = later(quietSince, task.DoneAt)
		}
	}
	probe, ok := a.order.Task(lifecycle.TaskID(a.work.Cloud, lifecycle.VerbProbe))
	if ok && !probe.Done() && settled && seen.probed && !seen.at.Before(quietSince.Add(a.peer.Delay)) {
		change.tasks = append(change.tasks, proven(probe, proofDark, seen.at))
		change.probe = seen.dark(a.work.Cloud)
	}
	return change
}

// judge holds one task against a look. Only what was asked for is proven: that
// a link does not show before anything ended may be the cloud's blindness.
func (a *asking) judge(task lifecycle.Task, seen look) (judged lifecycle.Task, changed bool) {
	proof, shows := seen.shows(task.Verb, a.order)
	switch {
	case task.Verb == lifecycle.VerbInventory && !task.Done():
		return proven(task, proofInventory, seen.at), true
	case !acts(task.Verb):
	case task.State == lifecycle.TaskAsked && shows:
		return proven(task, proof, seen.at), true
	case task.State == lifecycle.TaskAsked && ahead(task.AskedAt, seen.at):
		task.AskedAt = seen.at
		return task, true
	case task.State == lifecycle.TaskProven && shows && ahead(task.DoneAt, seen.at):
		// It shows now. By its date nobody would look again until a clock that was
		// set back has caught up.
		task.DoneAt = seen.at
		return task, true
	case task.State == lifecycle.TaskProven && !shows:
		task.State, task.Proof = lifecycle.TaskOpen, ""
		task.AskedAt, task.DoneAt = time.Time{}, time.Time{}
		return task, true
	}
	return task, false
}

// inVain reports whether a task was asked for so long ago that a yes without
// an effect is a finding.
func (a *asking) inVain(task lifecycle.Task, at time.Time) bool {
	return task.State == lifecycle.TaskAsked && a.worker.ineffective(a.peer.Delay, at.Sub(task.AskedAt))
}

// preflight asks once what would stand in the way. Its answer is its proof;
// without one nothing is asked to end.
func (a *asking) preflight(ctx context.Context, change *learnt) error {
	task, ok := a.order.Task(lifecycle.TaskID(a.work.Cloud, lifecycle.VerbPreflight))
	if !ok || task.Done() {
		return nil
	}
	var answer cloud.Preflight
	err := a.call(ctx, func(ctx context.Context) (err error) {
		answer, err = a.peer.Preflight(ctx, a.request(a.order.Before))
		return err
	})
	if err != nil {
		return err
	}
	switch answer.Eligibility {
	case cloud.Eligible, cloud.SideEffects, cloud.Blocked:
		change.tasks = append(change.tasks, proven(task, proofPreflightFor+string(answer.Eligibility), a.worker.now()))
		return nil
	}
	return fmt.Errorf("preflight without an answer: %w", errCloud)
}

// ask asks for every effect that does not show yet. One verb that fails does
// not keep the next from being asked, unless the whole cloud wants none.
func (a *asking) ask(ctx context.Context, seen look) (learnt, error) {
	var change learnt
	var first error
	for _, task := range a.tasks() {
		if task.Done() || !acts(task.Verb) && task.Verb != lifecycle.VerbNotify {
			continue
		}
		asked, err := a.askFor(ctx, task, a.request(seen.before))
		if err != nil {
			if first == nil {
				first = err
			}
			if ctx.Err() != nil || errors.Is(err, cloud.ErrRateLimited) || errors.Is(err, cloud.ErrGone) {
				break
			}
			continue
		}
		if asked != task {
			change.tasks = append(change.tasks, asked)
		}
	}
	return change, first
}

func (a *asking) askFor(ctx context.Context, task lifecycle.Task, r cloud.Request) (lifecycle.Task, error) {
	var notice cloud.Notice
	err := a.call(ctx, func(ctx context.Context) (err error) {
		switch task.Verb {
		case lifecycle.VerbRevoke:
			return a.peer.Revoke(ctx, r)
		case lifecycle.VerbUnbind:
			return a.peer.Unbind(ctx, r)
		case lifecycle.VerbDetach:
			return a.peer.Detach(ctx, r)
		case lifecycle.VerbRotate:
			return a.peer.Rotate(ctx, r)
		case lifecycle.VerbCut:
			return a.peer.Cut(ctx, r)
		case lifecycle.VerbNotify:
			notice, err = a.peer.Notify(ctx, r)
			return err
		}
		return fmt.Errorf("verb %s is not asked for: %w", task.Verb, errCloud)
	})
	if err != nil {
		return task, err
	}
	if notice.ID != "" {
		return proven(task, proofNotice, a.worker.now()), nil
	}
	if task.State == lifecycle.TaskOpen {
		// A repeat keeps the first date: it says how long the cloud has owed
		// us the effect.
		task.State, task.AskedAt = lifecycle.TaskAsked, a.worker.now()
	}
	return task, nil
}

// call makes one call with a time of its own, and marks its error as the
// cloud's.
func (a *asking) call(ctx context.Context, do func(context.Context) error) error {
	return call(ctx, a.worker.config.Call, do)
}

func call(ctx context.Context, longest time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := do(ctx); err != nil {
		return fmt.Errorf("%w: %w", errCloud, err)
	}
	return nil
}

// record writes what was learnt, if the order's tasks for this cloud are still
// as this attempt knows them, and nobody has seen since what it did not.
func (a *asking) record(ctx context.Context, change learnt) error {
	if change.empty() {
		return nil
	}
	progress := lifecycle.Progress{
		Command: a.worker.command(), Order: a.order.ID, Tasks: change.tasks, Sightings: change.sightings, Probe: change.probe,
	}
	if change.ineffective {
		progress.Ineffective = a.work.Cloud
	}
	outcome, err := a.worker.config.Store.Advance(ctx, a.work.Unit, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		if a.overtaken(s) {
			return lifecycle.Change{}, fmt.Errorf("order %s moved on: %w", a.order.ID, lifecycle.ErrStale)
		}
		return progress.Decide(s)
	})
	if err != nil {
		return fmt.Errorf("record progress: %w", err)
	}
	for _, task := range change.tasks {
		if task.State == lifecycle.TaskProven {
			a.result.Proven++
		}
	}
	if change.ineffective {
		a.worker.config.Log.LogAttrs(ctx, slog.LevelWarn, "a cloud says yes and nothing changes",
			slog.String("cloud", a.work.Cloud), slog.String("order", string(a.order.ID)))
	}
	a.snapshot = a.snapshot.Apply(outcome.Change)
	return a.advanceTo(ctx, outcome.Change)
}

// advanceTo takes over the order as it was written, and closes it if that was
// the last of its tasks.
func (a *asking) advanceTo(ctx context.Context, change lifecycle.Change) error {
	for _, order := range change.Orders {
		if order.ID == a.order.ID {
			a.order = order
		}
	}
	switch {
	case a.order.State != lifecycle.OrderOpen:
		a.result.Closed++
	case a.order.AllDone():
		closed, err := a.worker.close(ctx, a.work.Unit, a.order)
		if err != nil {
			return err
		}
		a.result.Closed += closed
		a.order.State = lifecycle.OrderDone
	}
	return nil
}
