package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"quitclaim/service/lifecycle"
)

// The jobs, as /v1/sweeps/{job} and the command line name them.
const (
	SoldButBound        = lifecycle.FlagSoldButBound
	ResoldWithoutReturn = lifecycle.FlagResoldWithoutReturn
	ReturnedButAbsent   = lifecycle.FlagReturnedButAbsent
	StuckReset          = lifecycle.FlagStuckReset
	LedgerAudit         = lifecycle.FlagLedgerAudit
	Retention           = "retention"
	RunOut              = "run-out"
)

// pageSize is how many units a job reads at a time.
const pageSize = 200

// Runs keeps the record of what ran.
type Runs interface {
	StartRun(ctx context.Context, job string, slot time.Time) (bool, error)
	FinishRun(ctx context.Context, run lifecycle.SweepRun) error
	AbandonRun(ctx context.Context, run lifecycle.SweepRun) (bool, error)
	Runs(ctx context.Context, job string, limit int) ([]lifecycle.SweepRun, error)
	RunsUntil(ctx context.Context, job string, until time.Time, limit int) ([]lifecycle.SweepRun, error)
	GoodRun(ctx context.Context, job string, until time.Time) (lifecycle.SweepRun, error)
}

// Flags is where what was found is put, and worked.
type Flags interface {
	RaiseFlag(ctx context.Context, flag lifecycle.Flag) (lifecycle.Flag, error)
	Flags(ctx context.Context, filter lifecycle.FlagFilter, page lifecycle.Page) ([]lifecycle.Flag, string, error)
	Flag(ctx context.Context, id lifecycle.FlagID) (lifecycle.Flag, error)
	FlagRounds(ctx context.Context, id lifecycle.FlagID) ([]lifecycle.FlagRound, error)
	StandingFlags(ctx context.Context, kind, prefix string) ([]lifecycle.Flag, error)
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
	// Ticks is how often Run looks whether something is due.
	Ticks <-chan time.Time
	// Host is the organisation whose security officer works the flags that are
	// about no unit. ErrNotFound: there is none yet.
	Host func(ctx context.Context) (lifecycle.OrgID, error)
	// Audit says how the ledger is re-read.
	Audit AuditConfig
	// Purge deletes a portion of what nobody can use any more.
	Purge func(ctx context.Context) (deleted int, more bool, err error)
}

// Sweep is the room.
type Sweep struct {
	config   Config
	jobs     []job
	fullPass cron.Schedule // of the ledger's audit
	broken   error         // a schedule that cannot be read

	running sync.WaitGroup // runs that Run has begun

	mu      sync.Mutex       // guards what follows
	at      map[string]bool  // jobs that this process runs by itself
	resting map[string]span  // jobs of which nothing is due
	alarmed map[string]alarm // what was told of each job, and when
}

// job is one kind of sweep. Its run notes what it saw in the tally and goes on
// after a unit that could not be looked at.
type job struct {
	name     string
	schedule cron.Schedule
	run      func(ctx context.Context, tally *tally) error
}

// order says how a job is to be run.
type order struct {
	// everything: a person asked, so units are looked at that are not due yet.
	everything bool
	// resume is where an earlier run, which did not end, had come to.
	resume string
	// late is what was missed before.
	late judgement
}

// tally counts what one run saw.
type tally struct {
	lifecycle.SweepRun
	order
}

// New makes the room with all its jobs.
func New(config Config) *Sweep {
	config.Audit.FullPass = cmp.Or(config.Audit.FullPass, fullPass)
	config.Audit.For = cmp.Or(config.Audit.For, auditFor)
	config.Audit.Portion = cmp.Or(config.Audit.Portion, portion)
	config.Audit.Edge = cmp.Or(config.Audit.Edge, edgeEntries)
	s := &Sweep{config: config, at: map[string]bool{}, resting: map[string]span{}, alarmed: map[string]alarm{}}
	// Five fields of cron, UTC.
	if s.fullPass, s.broken = cron.ParseStandard(config.Audit.FullPass); s.broken != nil {
		s.broken = fmt.Errorf("schedule of the ledger's audit: %w", s.broken)
		return s
	}
	s.add(SoldButBound, "17 * * * *", s.soldButBound)
	s.add(ResoldWithoutReturn, "27 2 * * *", s.resoldWithoutReturn)
	s.add(ReturnedButAbsent, "37 * * * *", s.returnedButAbsent)
	s.add(StuckReset, "*/10 * * * *", s.stuckReset)
	s.add(LedgerAudit, "7-59/10 * * * *", s.ledgerAudit)
	s.add(RunOut, "1-59/10 * * * *", s.runOut)
	s.add(Retention, "4-59/10 * * * *", s.retention)
	return s
}

func (s *Sweep) add(name, schedule string, run func(context.Context, *tally) error) {
	parsed, err := cron.ParseStandard(schedule)
	if err != nil {
		s.broken = fmt.Errorf("schedule %s at %q: %w", name, schedule, err)
		return
	}
	s.jobs = append(s.jobs, job{name, parsed, run})
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
	return s.runSlot(ctx, name, s.now(), order{everything: true})
}

// runSlot runs a job for a slot, unless another process has that slot.
func (s *Sweep) runSlot(ctx context.Context, name string, slot time.Time, order order) (lifecycle.SweepRun, error) {
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
		return s.perform(ctx, job, slot, order)
	}
	return lifecycle.SweepRun{}, fmt.Errorf("sweep job %q: %w", name, lifecycle.ErrNotFound)
}

func (s *Sweep) perform(ctx context.Context, job job, slot time.Time, order order) (lifecycle.SweepRun, error) {
	started := s.now()
	t := &tally{SweepRun: lifecycle.SweepRun{Job: job.name, Slot: slot, Started: started, Alive: started}, order: order}
	if order.late.standing.Alarming() {
		if err := s.alarm(ctx, job, order.late); err != nil {
			s.config.Log.LogAttrs(ctx, slog.LevelError, "a missed sweep goes untold", slog.String("job", job.name), slog.Any("error", err))
		}
	}
	runErr := job.run(ctx, t)
	if runErr == nil && t.resume != "" {
		// Nothing of this job goes on from there, so it begins anew.
		t.resume = ""
		runErr = job.run(ctx, t)
	}
	t.Ended = s.now()
	switch {
	case runErr != nil && ctx.Err() != nil:
		t.Error = lifecycle.RunUnfinished
	case runErr != nil:
		t.Error = lifecycle.RunFailed
	case t.Failed > 0:
		t.Error = lifecycle.RunSomeFailed
	}
	// The record is written even when the caller has gone.
	lasting := context.WithoutCancel(ctx)
	if err := s.config.Runs.FinishRun(lasting, t.SweepRun); err != nil {
		return t.SweepRun, errors.Join(runErr, fmt.Errorf("record sweep %s: %w", job.name, err))
	}
	if runErr != nil {
		return t.SweepRun, fmt.Errorf("sweep %s: %w", job.name, runErr)
	}
	return t.SweepRun, s.allClear(lasting, job)
}

// eachUnit pages through a list of candidates. A unit that fails is counted and
// left for the next run; a list that fails ends the run. name tells the lists
// of a job apart, so that a run which died is gone on with in the right one.
func (s *Sweep) eachUnit(ctx context.Context, t *tally, name string, list func(lifecycle.Page) ([]lifecycle.UnitID, string, error),
	look func(context.Context, lifecycle.UnitID) error) error {
	page := lifecycle.Page{Limit: pageSize}
	if t.resume != "" {
		at, after, _ := strings.Cut(t.resume, " ")
		if at != name {
			return nil
		}
		page.After, t.resume = after, ""
	}
	for {
		t.Position = name + " " + page.After
		units, next, err := list(page)
		if err != nil {
			return err
		}
		for _, unit := range units {
			if err := s.goesOn(ctx, t); err != nil {
				return err
			}
			t.Seen++
			if err := look(ctx, unit); err != nil {
				t.Failed++
			}
		}
		if next == "" {
			t.Position = ""
			return nil
		}
		page.After = next
	}
}

// goesOn writes, every now and then, how far a run is: one that says nothing
// for long is taken for dead, and begun elsewhere. It is an error when that has
// happened, or when the run is to end.
func (s *Sweep) goesOn(ctx context.Context, t *tally) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := s.now()
	if now.Sub(t.Alive).Abs() < reportEvery {
		return nil
	}
	if err := s.config.Runs.FinishRun(ctx, t.SweepRun); err != nil {
		return fmt.Errorf("say how far it is: %w", err)
	}
	t.Alive = now
	return nil
}

// raise puts a flag up, and counts it where that is news.
func (s *Sweep) raise(ctx context.Context, t *tally, flag lifecycle.Flag) error {
	raised, err := s.flag(ctx, flag)
	if err != nil {
		return err
	}
	t.count(raised)
	return nil
}

// count counts a flag that is new or open again. One that stood already is no
// news, however often it is seen.
func (t *tally) count(flags ...lifecycle.Flag) {
	for _, flag := range flags {
		if flag.News != lifecycle.FlagSeenAgain {
			t.Flagged++
		}
	}
}

// flag puts a flag up. One about no unit is the host's to work.
func (s *Sweep) flag(ctx context.Context, flag lifecycle.Flag) (lifecycle.Flag, error) {
	flag.State, flag.FirstAt, flag.LastAt = lifecycle.FlagOpen, s.now(), s.now()
	if flag.Unit == "" {
		host, err := s.config.Host(ctx)
		if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
			return flag, fmt.Errorf("whose flag it is: %w", err)
		}
		flag.Org = host
	}
	raised, err := s.config.Flags.RaiseFlag(ctx, flag)
	if err != nil {
		return flag, fmt.Errorf("raise flag: %w", err)
	}
	return raised, nil
}

func (s *Sweep) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }

func (s *Sweep) command() lifecycle.Command {
	return lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: s.now()}
}
