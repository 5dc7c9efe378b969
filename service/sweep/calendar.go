package sweep

import (
	"time"

	"github.com/robfig/cron/v3"

	"quitclaim/service/lifecycle"
)

const (
	// silent is how long a run may say nothing before it counts as dead. A job
	// says how far it is every reportEvery.
	silent      = 5 * time.Minute
	reportEvery = 30 * time.Second
	// grace is how late a job may begin before anybody is told: a restart
	// takes less.
	grace = 5 * time.Minute
	// clockSkew is by how much the clocks of two processes may differ.
	clockSkew = time.Minute
	// maxTries bounds how often one slot is begun: a job whose process dies of
	// it must not kill every process there is.
	maxTries = 3
	// again sets the slots apart that are run while the clock repeats an hour
	// which was run already.
	again = 100 * time.Millisecond
	// pastRuns is how many runs are looked at to judge a job.
	pastRuns = 16
)

// latest is the newest slot of a schedule that is not after now.
func latest(schedule cron.Schedule, now time.Time) time.Time {
	for back := time.Minute; back < 10*366*24*time.Hour; back *= 2 {
		slot := schedule.Next(now.Add(-back))
		if slot.IsZero() || slot.After(now) {
			continue
		}
		for next := schedule.Next(slot); !next.IsZero() && !next.After(now); next = schedule.Next(next) {
			slot = next
		}
		return slot
	}
	return time.Time{}
}

// history is what is on record of a job.
type history struct {
	newest lifecycle.SweepRun   // of all runs, also those dated in the future
	past   []lifecycle.SweepRun // whose slot is not after now, newest first
	good   lifecycle.SweepRun   // the newest of those that did its work
}

// Standing is how a job is doing.
type Standing string

// How a job can be doing.
const (
	StandingNever   Standing = "never"   // its first slot is yet to come
	StandingOnTime  Standing = "on-time" // its last slot was run
	StandingRunning Standing = "running" // it is being run
	StandingMissed  Standing = "missed"  // a slot passed and nobody ran it
	StandingStuck   Standing = "stuck"   // a run does not end
	StandingFailed  Standing = "failed"  // its runs end in an error
	StandingAhead   Standing = "ahead"   // its last run is dated in the future: a clock was wrong
)

// Alarming reports whether somebody should be told.
func (s Standing) Alarming() bool {
	return s == StandingMissed || s == StandingStuck || s == StandingFailed
}

// judgement is what a job's history says at one instant.
type judgement struct {
	standing Standing
	since    time.Time // for what Alarming: the first slot that was not run
	missed   int       // slots that were not run
	slot     time.Time // to be run now; zero: none
	dead     []lifecycle.SweepRun
	resume   string // where the run that died had come to
	// settled: nothing is to be done before the next slot.
	settled bool
}

// judge says whether a job is due, and how it is doing. It is pure, so that
// every process that asks comes to the same slot, and the unique (job, slot)
// decides which of them runs it.
func judge(schedule cron.Schedule, h history, now time.Time) judgement {
	expected := latest(schedule, now)
	ahead := h.newest.Slot.After(now.Add(clockSkew))
	j := judgement{standing: StandingOnTime}
	alive := false
	for _, run := range h.past {
		if !run.Ended.IsZero() {
			continue
		}
		if now.Sub(run.Alive).Abs() >= silent {
			j.dead = append(j.dead, run)
			continue
		}
		alive = true
		if now.Sub(run.Started) > patience(schedule, expected) {
			j.standing = StandingStuck
		} else if j.standing == StandingOnTime {
			j.standing = StandingRunning
		}
	}
	done, begun := covered(h.past, expected, ahead)
	if !done && !alive && begun < maxTries {
		j.slot = expected.Add(time.Duration(begun) * time.Millisecond)
		if ahead {
			j.slot = j.slot.Add(again)
		}
		j.resume = resumable(h.past)
	}
	failed := len(h.past) > 0 && h.past[0].Error == lifecycle.RunFailed
	j.settled = done && !alive && !failed && len(j.dead) == 0
	if !alive {
		j.standing = standing(h.good, len(j.dead) > 0, failed, done, ahead)
	}
	if j.standing.Alarming() {
		j.count(schedule, h.good, expected)
		if j.standing != StandingStuck && now.Sub(j.since) < grace {
			j.standing = StandingOnTime
		}
	}
	return j
}

// standing of a job of which no run is under way.
func standing(good lifecycle.SweepRun, dead, failed, done, ahead bool) Standing {
	switch {
	case dead:
		return StandingStuck
	case failed:
		return StandingFailed
	case !done:
		return StandingMissed
	case ahead:
		return StandingAhead
	case good.Error == lifecycle.RunBegun:
		return StandingNever
	}
	return StandingOnTime
}

// count notes since when a job has not done its work, and how often.
func (j *judgement) count(schedule cron.Schedule, good lifecycle.SweepRun, expected time.Time) {
	j.since = expected
	if !good.Slot.IsZero() {
		j.since = schedule.Next(good.Slot)
	}
	for at := j.since; !at.After(expected) && j.missed < maxMissed; at = schedule.Next(at) {
		j.missed++
	}
}

// maxMissed bounds the counting of slots that were not run.
const maxMissed = 1000

// covered reports whether the slot that is expected needs no further run, and
// how often it was begun. A run by hand that came after it counts as well, but
// not while the clock repeats an hour: then only those of the repetition do.
func covered(past []lifecycle.SweepRun, expected time.Time, ahead bool) (done bool, begun int) {
	base := expected
	if ahead {
		base = expected.Add(again)
	}
	for _, run := range past {
		if run.Slot.Before(base) {
			continue
		}
		try := run.Slot.Sub(base) < maxTries*time.Millisecond
		if try {
			begun++
		}
		if !run.Ended.IsZero() && run.Error != lifecycle.RunUnfinished && (try || !ahead) {
			done = true
		}
	}
	return done, begun
}

// resumable is where the last run came to, if it did not end.
func resumable(past []lifecycle.SweepRun) string {
	if len(past) == 0 || !past[0].Ended.IsZero() && past[0].Error != lifecycle.RunUnfinished {
		return ""
	}
	return past[0].Position
}

// patience is how long a run may take before it counts as stuck: two of its
// periods, but neither minutes nor days.
func patience(schedule cron.Schedule, slot time.Time) time.Duration {
	return min(max(2*schedule.Next(slot).Sub(slot), 30*time.Minute), 6*time.Hour)
}
