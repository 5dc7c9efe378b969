package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"quitclaim/service/lifecycle"
)

// Run calls the jobs at their times until ctx ends, and waits for those under
// way. The slot of a run is the minute it was due, so that of several
// processes one runs it.
func (s *Sweep) Run(ctx context.Context) error {
	calendar := cron.New(cron.WithLocation(time.UTC))
	for _, job := range s.jobs {
		_, err := calendar.AddFunc(job.schedule, func() { s.due(ctx, job.name) })
		if err != nil {
			return fmt.Errorf("schedule %s at %q: %w", job.name, job.schedule, err)
		}
	}
	calendar.Start()
	<-ctx.Done()
	<-calendar.Stop().Done()
	return nil
}

// due runs a job in the slot of the present minute. It speaks up only when
// something was found or failed.
func (s *Sweep) due(ctx context.Context, name string) {
	run, err := s.runSlot(ctx, name, s.now().Truncate(time.Minute), false)
	switch {
	case errors.Is(err, lifecycle.ErrInFlight), ctx.Err() != nil:
	case err != nil:
		s.config.Log.LogAttrs(ctx, slog.LevelError, "sweep failed", slog.String("job", name), slog.Any("error", err))
	case run.Flagged > 0 || run.Failed > 0:
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "sweep found something", slog.String("job", name),
			slog.Int("seen", run.Seen), slog.Int("flagged", run.Flagged), slog.Int("failed", run.Failed))
	}
}
