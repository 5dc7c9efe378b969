package contest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// store is what the room reads and writes.
type store interface {
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// Hold reads a hold by its id, with its unit as it is now.
	Hold(ctx context.Context, id lifecycle.HoldID) (lifecycle.Unit, lifecycle.Hold, error)
	// Contests lists those that an organisation decides, those due first.
	Contests(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Contested, string, error)
	// ContestWords are the words of who contests.
	ContestWords(ctx context.Context, unit lifecycle.UnitID, hold lifecycle.HoldID) (string, error)
}

// names is who is who, and who is told.
type names interface {
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	QueueNotice(ctx context.Context, n notice.Notice) error
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store store
	Names names
	Now   func() time.Time
	Log   *slog.Logger
}

// Contests is the room.
type Contests struct{ config Config }

// New is the room.
func New(config Config) *Contests { return &Contests{config} }

// Listed is a contest in the list of those that wait.
type Listed struct {
	ID       lifecycle.HoldID
	Key      lifecycle.UnitKey
	PlacedAt time.Time
	DueAt    time.Time
	Late     bool
	Proposed bool // it waits for a second person
	Decided  bool // it waits to be handed over
}

// List pages through the contests that the caller's organisation decides, those
// due first.
func (c *Contests) List(ctx context.Context, page lifecycle.Page) ([]Listed, string, error) {
	found, next, err := c.config.Store.Contests(ctx, access.From(ctx).Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list contests: %w", err)
	}
	list := make([]Listed, 0, len(found))
	for _, one := range found {
		if !one.Hold.Contested() {
			continue // staff placed it; it is lifted at the bench
		}
		hold := one.Hold
		list = append(list, Listed{
			ID: hold.ID, Key: one.Key, PlacedAt: hold.PlacedAt, DueAt: hold.DueAt(),
			Late:     !hold.Ruling.Final() && c.config.Now().After(hold.DueAt()),
			Proposed: hold.Ruling.ProposedBy != "" && !hold.Ruling.Final(), Decided: hold.Ruling.Final(),
		})
	}
	return list, next, nil
}

// Case is one contest, with what is known about it.
type Case struct {
	Listed
	Model string
	State lifecycle.State
	// Ended is how and when the end came that is objected to.
	Return   *lifecycle.Return
	TakenBy  string // the organisation that took it back
	Evidence []Evidence
	Words    string // the former owner's own
	Ruling   lifecycle.Ruling
	Proposer string
	// Mine: the reader has proposed it.
	Mine bool
}

// Read is one contest of the caller's organisation.
func (c *Contests) Read(ctx context.Context, id lifecycle.HoldID) (Case, error) {
	unit, hold, err := c.find(ctx, id)
	if err != nil {
		return Case{}, err
	}
	snapshot, err := c.config.Store.Snapshot(ctx, unit)
	if err != nil {
		return Case{}, fmt.Errorf("look at a contest: %w", err)
	}
	words, err := c.config.Store.ContestWords(ctx, unit, id)
	if err != nil {
		return Case{}, fmt.Errorf("look at a contest: %w", err)
	}
	seen := Case{
		Listed: Listed{
			ID: id, Key: snapshot.Unit.Key, PlacedAt: hold.PlacedAt, DueAt: hold.DueAt(), Decided: hold.Ruling.Final(),
			Late: !hold.Ruling.Final() && c.config.Now().After(hold.DueAt()), Proposed: hold.Ruling.ProposedBy != "",
		},
		Model: snapshot.Model.Name, State: snapshot.Unit.State, Evidence: evidence(snapshot, hold), Words: words,
		Ruling: hold.Ruling, Mine: hold.Ruling.ProposedBy == access.From(ctx).Person, Return: endOf(snapshot, hold),
	}
	if err := c.name(ctx, &seen); err != nil {
		return Case{}, err
	}
	return seen, nil
}

func (c *Contests) name(ctx context.Context, seen *Case) error {
	if seen.Return != nil {
		org, err := c.config.Names.Organisation(ctx, seen.Return.Org)
		if err != nil {
			return fmt.Errorf("name who took it back: %w", err)
		}
		seen.TakenBy = org.Name
	}
	if seen.Ruling.ProposedBy == "" {
		return nil
	}
	person, err := c.config.Names.Person(ctx, seen.Ruling.ProposedBy)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return fmt.Errorf("name who proposes: %w", err)
	}
	seen.Proposer = person.Name
	return nil
}

// nobody stands for a unit that is not the caller's to decide about: the same
// reads are tried with it.
const nobody = lifecycle.UnitID("unt_none")

// find resolves a contest that the caller's organisation decides.
func (c *Contests) find(ctx context.Context, id lifecycle.HoldID) (lifecycle.UnitID, lifecycle.Hold, error) {
	unit, hold, err := c.config.Store.Hold(ctx, id)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return "", hold, fmt.Errorf("find a contest: %w", err)
	}
	org := access.From(ctx).Org
	decides := org != "" && (unit.Custody == org || unit.Custody == "" && unit.Vendor == org)
	if err != nil || !decides || !hold.Contested() || !hold.Stands() {
		return nobody, hold, fmt.Errorf("find a contest: %w", lifecycle.ErrNotFound)
	}
	return unit.ID, hold, nil
}

// Rule proposes how a contest ends, or confirms what another person proposed.
// It reports whether that decided it.
func (c *Contests) Rule(ctx context.Context, id lifecycle.HoldID, outcome lifecycle.RulingOutcome, reason string) (bool, error) {
	return c.advance(ctx, id, func(command lifecycle.Command) lifecycle.Decide {
		return lifecycle.RuleContest{Command: command, Hold: id, Outcome: outcome, Reason: reason}.Decide
	})
}

// Object takes a proposal off the table.
func (c *Contests) Object(ctx context.Context, id lifecycle.HoldID) error {
	_, err := c.advance(ctx, id, func(command lifecycle.Command) lifecycle.Decide {
		return lifecycle.Object{Command: command, Hold: id}.Decide
	})
	return err
}

func (c *Contests) advance(ctx context.Context, id lifecycle.HoldID, decide func(lifecycle.Command) lifecycle.Decide) (bool, error) {
	// By its unit, whoever asks: whether it is theirs is the command's question,
	// and a repeated request is answered as the first was.
	unit, _, err := c.config.Store.Hold(ctx, id)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return false, fmt.Errorf("find a contest: %w", err)
	}
	if err != nil {
		unit.ID = nobody
	}
	command := lifecycle.Command{Actor: access.From(ctx).Actor(), At: c.config.Now().UTC().Truncate(time.Millisecond)}
	outcome, err := c.config.Store.Advance(ctx, unit.ID, decide(command))
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(outcome.Change.Holds, func(h lifecycle.Hold) bool { return h.ID == id })
	if at < 0 || !outcome.Change.Holds[at].Ruling.Final() {
		return false, nil
	}
	c.tell(ctx, outcome.Change, outcome.Change.Holds[at])
	return true, nil
}

// tell lets the former owner know: the page behind it says how it ended.
func (c *Contests) tell(ctx context.Context, change lifecycle.Change, hold lifecycle.Hold) {
	err := c.config.Names.QueueNotice(ctx, notice.Notice{
		To: hold.PlacedBy.Person, Kind: notice.KindContest, Once: "ruling " + string(hold.ID), Link: "/mine/past", At: change.At,
		Params: map[string]string{"unit": change.Unit.Key.Serial, "what": "decided"},
	})
	if err != nil {
		c.config.Log.LogAttrs(ctx, slog.LevelWarn, "contest: notice not queued", slog.String("error", err.Error()))
	}
}
