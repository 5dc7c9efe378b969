package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

// Run looks at every tick which jobs are due, until ctx ends, and waits for
// those under way. Nothing waits for a set instant: when a clock jumps, the
// next tick sees it.
func (s *Sweep) Run(ctx context.Context) error {
	if s.broken != nil {
		return s.broken
	}
	defer s.running.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.config.Ticks:
			s.tick(ctx)
		}
	}
}

// tick looks at every job once. What goes wrong with one says nothing about
// the others.
func (s *Sweep) tick(ctx context.Context) {
	for _, job := range s.jobs {
		if err := s.look(ctx, job); err != nil && ctx.Err() == nil {
			s.config.Log.LogAttrs(ctx, slog.LevelError, "sweep cannot be looked after", slog.String("job", job.name), slog.Any("error", err))
		}
	}
}

// look judges one job, marks its dead runs, tells of what it missed, and
// begins what is due.
func (s *Sweep) look(ctx context.Context, job job) error {
	now := s.now()
	if s.quiet(job, now) {
		return nil
	}
	h, err := s.history(ctx, job, now)
	if err != nil {
		return err
	}
	if h.newest.Job == "" {
		return s.begin(ctx, job, now)
	}
	j := judge(job.schedule, h, now)
	if !j.slot.IsZero() && len(j.dead) == 0 {
		// Whoever gets to run it tells what was missed before.
		if s.take(job) {
			s.running.Go(func() {
				defer s.leave(job)
				s.due(ctx, job, j)
			})
		}
		return nil
	}
	mine, err := s.bury(ctx, job, j)
	if err != nil {
		return err
	}
	if j.standing.Alarming() && mine {
		return s.alarm(ctx, job, j)
	}
	if !j.settled {
		return nil
	}
	if s.told(job) {
		if err := s.allClear(ctx, job); err != nil {
			return err
		}
	}
	s.rest(job, now)
	return nil
}

// bury marks the runs that died. They are begun again at the next tick, when
// the mark is seen. It reports whether this process is the one to tell of what
// stands: where there are dead runs, of several that see them one is.
func (s *Sweep) bury(ctx context.Context, job job, j judgement) (mine bool, err error) {
	if len(j.dead) == 0 || s.busy(job) {
		return true, nil // a run of our own that hangs is not dead to us
	}
	for _, run := range j.dead {
		marked, err := s.config.Runs.AbandonRun(ctx, run)
		if err != nil {
			return false, fmt.Errorf("mark a run that died: %w", err)
		}
		mine = mine || marked
	}
	return mine, nil
}

// history reads what is on record of a job.
func (s *Sweep) history(ctx context.Context, job job, now time.Time) (h history, err error) {
	newest, err := s.config.Runs.Runs(ctx, job.name, 1)
	if err != nil || len(newest) == 0 {
		return h, err
	}
	h.newest = newest[0]
	// A slot that is run again is a little after its own instant.
	if h.past, err = s.config.Runs.RunsUntil(ctx, job.name, now.Add(2*again), pastRuns); err != nil {
		return h, err
	}
	h.good, err = s.config.Runs.GoodRun(ctx, job.name, now)
	return h, err
}

// begin notes from when on a job is expected to run. What lies before the
// first start was nobody's to run.
func (s *Sweep) begin(ctx context.Context, job job, now time.Time) error {
	slot := latest(job.schedule, now)
	first, err := s.config.Runs.StartRun(ctx, job.name, slot)
	if err != nil || !first {
		return err
	}
	return s.config.Runs.FinishRun(ctx, lifecycle.SweepRun{Job: job.name, Slot: slot, Ended: now, Error: lifecycle.RunBegun})
}

// due runs a job in a slot. It speaks up only when something was found or
// failed.
func (s *Sweep) due(ctx context.Context, job job, j judgement) {
	run, err := s.runSlot(ctx, job.name, j.slot, order{resume: j.resume, late: j})
	switch {
	case errors.Is(err, lifecycle.ErrInFlight), ctx.Err() != nil:
	case err != nil:
		s.config.Log.LogAttrs(ctx, slog.LevelError, "sweep failed", slog.String("job", job.name), slog.Any("error", err))
	case run.Flagged > 0 || run.Failed > 0:
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "sweep found something", slog.String("job", job.name),
			slog.Int("seen", run.Seen), slog.Int("flagged", run.Flagged), slog.Int("failed", run.Failed))
	}
}

// span is a stretch of time in which a job has nothing to do.
type span struct{ from, until time.Time }

// quiet reports whether the job was found on time and its next slot is yet to
// come. A clock that went back ends the quiet.
func (s *Sweep) quiet(job job, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest, known := s.resting[job.name]
	return known && !now.Before(rest.from) && now.Before(rest.until)
}

func (s *Sweep) rest(job job, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resting[job.name] = span{now, job.schedule.Next(now)}
}

// busy reports whether this process runs the job by itself already.
func (s *Sweep) busy(job job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[job.name]
}

// told reports whether this process has said that the job does not do its work.
func (s *Sweep) told(job job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, told := s.alarmed[job.name]
	return told
}

// take makes the job this process's own, unless it is.
func (s *Sweep) take(job job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at[job.name] {
		return false
	}
	s.at[job.name] = true
	delete(s.resting, job.name)
	return true
}

func (s *Sweep) leave(job job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.at, job.name)
}
