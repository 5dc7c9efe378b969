package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

// The jobs, as /v1/sweeps/{job} and the command line name them.
const (
	SoldButBound        = lifecycle.FlagSoldButBound
	ResoldWithoutReturn = lifecycle.FlagResoldWithoutReturn
	ReturnedButAbsent   = lifecycle.FlagReturnedButAbsent
	StuckReset          = lifecycle.FlagStuckReset
	LedgerAudit         = lifecycle.FlagLedgerAudit
)

// pageSize is how many units a job reads at a time.
const pageSize = 200

// Runs keeps the record of what ran.
type Runs interface {
	StartRun(ctx context.Context, job string, slot time.Time) (bool, error)
	FinishRun(ctx context.Context, run lifecycle.SweepRun) error
	Runs(ctx context.Context, job string, limit int) ([]lifecycle.SweepRun, error)
}

// Flags is where what was found is put, and worked.
type Flags interface {
	RaiseFlag(ctx context.Context, flag lifecycle.Flag) (lifecycle.Flag, error)
	Flags(ctx context.Context, filter lifecycle.FlagFilter, page lifecycle.Page) ([]lifecycle.Flag, string, error)
	Flag(ctx context.Context, id lifecycle.FlagID) (lifecycle.Flag, error)
	WorkFlag(ctx context.Context, id lifecycle.FlagID, by lifecycle.PersonID, to lifecycle.FlagState) (lifecycle.Flag, error)
}

// Units is how jobs read units and tell facts about them.
type Units interface {
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Unit(ctx context.Context, id lifecycle.UnitID) (lifecycle.Unit, error)
	Bindings(ctx context.Context, unit lifecycle.UnitID) ([]lifecycle.Binding, error)
}

// Config is what the room needs.
type Config struct {
	Runs   Runs
	Flags  Flags
	Units  Units
	Jobs   Sources
	Now    func() time.Time
	NewID  func() string // 26 random base32 characters
	Log    *slog.Logger
	Source LedgerSource
}

// Sweep is the room.
type Sweep struct {
	config Config
	jobs   []job
}

// job is one kind of sweep. Its run notes what it saw in the tally and goes on
// after a unit that could not be looked at.
type job struct {
	name     string
	schedule string // five fields of cron, UTC
	run      func(ctx context.Context, tally *tally) error
}

// tally counts what one run saw.
type tally struct {
	lifecycle.SweepRun
	// everything: a person asked, so units are looked at that are not due yet.
	everything bool
}

// New makes the room with all its jobs.
func New(config Config) *Sweep {
	s := &Sweep{config: config}
	s.jobs = []job{
		{SoldButBound, "17 * * * *", s.soldButBound},
		{ResoldWithoutReturn, "27 2 * * *", s.resoldWithoutReturn},
		{ReturnedButAbsent, "37 * * * *", s.returnedButAbsent},
		{StuckReset, "*/10 * * * *", s.stuckReset},
		{LedgerAudit, "47 3 * * *", s.ledgerAudit},
	}
	return s
}

// Jobs lists the jobs by name.
func (s *Sweep) Jobs() []string {
	names := make([]string, len(s.jobs))
	for i, job := range s.jobs {
		names[i] = job.name
	}
	return names
}

// RunOnce runs a job now, in a slot of this instant. ErrNotFound: there is no
// such job.
func (s *Sweep) RunOnce(ctx context.Context, name string) (lifecycle.SweepRun, error) {
	return s.runSlot(ctx, name, s.now(), true)
}

// runSlot runs a job for a slot, unless another process has that slot.
func (s *Sweep) runSlot(ctx context.Context, name string, slot time.Time, everything bool) (lifecycle.SweepRun, error) {
	for _, job := range s.jobs {
		if job.name != name {
			continue
		}
		first, err := s.config.Runs.StartRun(ctx, name, slot)
		if err != nil {
			return lifecycle.SweepRun{}, fmt.Errorf("start sweep %s: %w", name, err)
		}
		if !first {
			return lifecycle.SweepRun{}, fmt.Errorf("sweep %s has run for this slot: %w", name, lifecycle.ErrInFlight)
		}
		return s.perform(ctx, job, slot, everything)
	}
	return lifecycle.SweepRun{}, fmt.Errorf("sweep job %q: %w", name, lifecycle.ErrNotFound)
}

func (s *Sweep) perform(ctx context.Context, job job, slot time.Time, everything bool) (lifecycle.SweepRun, error) {
	t := &tally{SweepRun: lifecycle.SweepRun{Job: job.name, Slot: slot, Started: s.now()}, everything: everything}
	runErr := job.run(ctx, t)
	t.Ended = s.now()
	switch {
	case runErr != nil:
		t.Error = "failed"
	case t.Failed > 0:
		t.Error = "some-failed"
	}
	// The record is written even when the caller has gone.
	if err := s.config.Runs.FinishRun(context.WithoutCancel(ctx), t.SweepRun); err != nil {
		return t.SweepRun, errors.Join(runErr, fmt.Errorf("record sweep %s: %w", job.name, err))
	}
	if runErr != nil {
		return t.SweepRun, fmt.Errorf("sweep %s: %w", job.name, runErr)
	}
	return t.SweepRun, nil
}

// eachUnit pages through candidates. A unit that fails is counted and left for
// the next run; a list that fails ends the run.
func eachUnit(ctx context.Context, t *tally, list func(lifecycle.Page) ([]lifecycle.UnitID, string, error),
	look func(context.Context, lifecycle.UnitID) error) error {
	page := lifecycle.Page{Limit: pageSize}
	for {
		units, next, err := list(page)
		if err != nil {
			return err
		}
		for _, unit := range units {
			if err := ctx.Err(); err != nil {
				return err
			}
			t.Seen++
			if err := look(ctx, unit); err != nil {
				t.Failed++
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

// raise puts a flag up and counts it.
func (s *Sweep) raise(ctx context.Context, t *tally, flag lifecycle.Flag) error {
	flag.State, flag.FirstAt, flag.LastAt = lifecycle.FlagOpen, s.now(), s.now()
	if _, err := s.config.Flags.RaiseFlag(ctx, flag); err != nil {
		return fmt.Errorf("raise flag: %w", err)
	}
	t.Flagged++
	return nil
}

func (s *Sweep) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }

func (s *Sweep) command() lifecycle.Command {
	return lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: s.now()}
}
