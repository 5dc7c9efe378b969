package sweep

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Status is how one job is doing, with its last run. A job that never ran has a
// run without a start.
type Status struct {
	lifecycle.SweepRun
	Standing Standing
	// Since is the first slot that was not run, while Standing is alarming.
	Since time.Time
	// Missed is how many slots were not run since.
	Missed int
	// Next is the slot that comes next.
	Next time.Time
}

// Statuses says how every job is doing, by the record alone: whichever process
// is asked says the same.
func (s *Sweep) Statuses(ctx context.Context) ([]Status, error) {
	now := s.now()
	list := make([]Status, len(s.jobs))
	for i, job := range s.jobs {
		h, err := s.history(ctx, job, now)
		if err != nil {
			return nil, fmt.Errorf("runs of %s: %w", job.name, err)
		}
		list[i] = Status{SweepRun: lastOf(job, h), Standing: StandingNever, Next: job.schedule.Next(now)}
		if h.newest.Job == "" {
			continue
		}
		j := judge(job.schedule, h, now)
		list[i].Standing = j.standing
		if j.standing.Alarming() {
			list[i].Since, list[i].Missed = j.since, j.missed
		}
	}
	return list, nil
}

// lastOf is the last run of a job that was one.
func lastOf(job job, h history) lifecycle.SweepRun {
	for _, run := range append([]lifecycle.SweepRun{h.newest}, h.past...) {
		if run.Job != "" && run.Error != lifecycle.RunBegun {
			return run
		}
	}
	return lifecycle.SweepRun{Job: job.name}
}
