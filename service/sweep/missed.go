package sweep

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
)

// alarm is what was told of a job that does not do its work, and when.
type alarm struct {
	cause    string
	severity lifecycle.Severity
	at       time.Time
}

// tellAgain is how often a flag that stands is told that its cause does too.
const tellAgain = 10 * time.Minute

// alarm raises the flag of a job that does not do its work. The stretch in
// which it does not is the cause: however long it lasts it is one flag, which
// grows more urgent, and the next stretch is another.
func (s *Sweep) alarm(ctx context.Context, job job, j judgement) error {
	now := s.now()
	told := alarm{causeOf(job, j.since), urgency(now.Sub(j.since)), now}
	s.mu.Lock()
	was := s.alarmed[job.name]
	s.mu.Unlock()
	if was.cause == told.cause && was.severity == told.severity && now.Sub(was.at).Abs() < tellAgain {
		return nil
	}
	_, err := s.flag(ctx, lifecycle.Flag{
		Kind: lifecycle.FlagSweepMissed, Cause: told.cause, Severity: told.severity,
		Evidence: map[string]string{
			"job": job.name, "how": string(j.standing), "since": stamp(j.since), "slots": strconv.Itoa(j.missed),
		},
	})
	if err != nil {
		return fmt.Errorf("tell that %s is %s: %w", job.name, j.standing, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alarmed[job.name] = told
	return nil
}

// allClear settles the flags of a job that did its work again.
func (s *Sweep) allClear(ctx context.Context, job job) error {
	standing, err := s.config.Flags.StandingFlags(ctx, lifecycle.FlagSweepMissed, causeOf(job, time.Time{}))
	if err != nil {
		return fmt.Errorf("flags of %s: %w", job.name, err)
	}
	for _, flag := range standing {
		// Nobody's doing: the cause is gone.
		if _, err := s.config.Flags.WorkFlag(ctx, flag.ID, "", lifecycle.FlagResolved); err != nil {
			return fmt.Errorf("settle flag %s: %w", flag.ID, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.alarmed, job.name)
	return nil
}

// causeOf names a stretch in which a job did not do its work; without since,
// what all of them begin with.
func causeOf(job job, since time.Time) string {
	if since.IsZero() {
		return job.name + " "
	}
	return job.name + " " + stamp(since)
}

// urgency of a job that has not done its work for so long. A day without the
// sweep for old bindings is a day in which somebody may be looking.
func urgency(late time.Duration) lifecycle.Severity {
	switch {
	case late < 2*time.Hour:
		return lifecycle.SeverityLow
	case late < 24*time.Hour:
		return lifecycle.SeverityMedium
	}
	return lifecycle.SeverityHigh
}
