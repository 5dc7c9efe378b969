package reset

import (
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// acts reports whether a verb changes something whose effect a later read can
// show. Inventory, preflight and probe read; a notice proves itself.
func acts(verb lifecycle.Verb) bool {
	switch verb {
	case lifecycle.VerbRevoke, lifecycle.VerbUnbind, lifecycle.VerbDetach, lifecycle.VerbRotate, lifecycle.VerbCut:
		return true
	}
	return false
}

// tasksOf are the order's tasks for one cloud, in the order of work.
func tasksOf(order lifecycle.Order, cloudName string) []lifecycle.Task {
	var tasks []lifecycle.Task
	for _, task := range order.Tasks {
		if task.Cloud == cloudName {
			tasks = append(tasks, task)
		}
	}
	slices.SortStableFunc(tasks, func(a, b lifecycle.Task) int { return a.Seq - b.Seq })
	return tasks
}

func (a *asking) tasks() []lifecycle.Task { return tasksOf(a.order, a.work.Cloud) }

func (a *asking) allDone() bool {
	return !slices.ContainsFunc(a.tasks(), func(t lifecycle.Task) bool { return !t.Done() })
}

// overtaken reports whether this attempt's view is of yesterday: another
// attempt, a waiver or a sighting changed the cloud's tasks, or somebody saw a
// link that did not stand when this attempt began.
func (a *asking) overtaken(s lifecycle.Snapshot) bool {
	order, ok := s.OpenOrder()
	if !ok || order.ID != a.order.ID {
		return true
	}
	if !slices.EqualFunc(tasksOf(order, a.work.Cloud), a.tasks(), sameTask) {
		return true
	}
	return slices.ContainsFunc(s.Sightings, func(seen lifecycle.Sighting) bool {
		stood := func(k lifecycle.Sighting) bool { return same(k, seen) && k.GoneAt.IsZero() }
		return seen.Cloud == a.work.Cloud && seen.GoneAt.IsZero() && !slices.ContainsFunc(a.snapshot.Sightings, stood)
	})
}

// sameTask compares as the store keeps tasks: instants by value.
func sameTask(a, b lifecycle.Task) bool {
	return a.ID == b.ID && a.State == b.State && a.Proof == b.Proof &&
		a.AskedAt.Equal(b.AskedAt) && a.DoneAt.Equal(b.DoneAt)
}

func proven(task lifecycle.Task, proof string, at time.Time) lifecycle.Task {
	task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, proof, at
	return task
}

// request is what the cloud is asked with. The bound is part of it.
func (a *asking) request(before time.Time) cloud.Request {
	return cloud.Request{Unit: a.work.Unit, Key: a.snapshot.Unit.Key, Order: a.order.ID, Before: before}
}

// ours are the account hashes of our own live bindings.
func (a *asking) ours() []string {
	var hashes []string
	for _, binding := range a.snapshot.LiveBindings() {
		if binding.AccountHash != "" {
			hashes = append(hashes, binding.AccountHash)
		}
	}
	return hashes
}

// end says when this cloud is due again. Work of an open order is never done
// for good: a sighting may open its tasks once more.
func (a *asking) end() end {
	now := a.worker.now()
	if a.order.State != lifecycle.OrderOpen {
		return end{done: true, next: now}
	}
	if a.allDone() {
		return end{next: now.Add(a.worker.config.Idle)}
	}
	asked, quietSince := time.Time{}, time.Time{}
	for _, task := range a.tasks() {
		if task.State == lifecycle.TaskAsked && (asked.IsZero() || task.AskedAt.Before(asked)) {
			asked = task.AskedAt
		}
		if acts(task.Verb) {
			quietSince = later(quietSince, task.DoneAt)
		}
	}
	if !asked.IsZero() {
		return end{next: now.Add(a.worker.lookAgain(a.peer.Delay, now.Sub(asked)))}
	}
	// Only the probe is left, and waits for the delay.
	return end{next: later(now.Add(shortestLook), quietSince.Add(a.peer.Delay))}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
