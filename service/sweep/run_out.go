package sweep

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// runOut puts down what has come to its end by itself, and flags contests that
// nobody has decided in time. Nobody waits for the first: offers, invitations
// and shares have their instants in them, which every reader asks for. The
// second is somebody's unit that lies on a shelf.
func (s *Sweep) runOut(ctx context.Context, t *tally) error {
	for {
		over, err := s.config.Jobs.Suspects.RunOut(ctx, pageSize)
		if err != nil {
			return fmt.Errorf("list what has run out: %w", err)
		}
		ended := 0
		for _, id := range over {
			if err := s.goesOn(ctx, t); err != nil {
				return err
			}
			t.Seen++
			switch err := s.expire(ctx, id); {
			case err == nil:
				ended++
			case !errors.Is(err, lifecycle.ErrNotFound): // somebody ended it meanwhile
				t.Failed++
			}
		}
		if ended == 0 { // what could not be ended would be listed again and again
			break
		}
	}
	return s.contestsLate(ctx, t)
}

func (s *Sweep) expire(ctx context.Context, id lifecycle.UnitID) error {
	command := lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: s.now()}
	_, err := s.config.Units.Advance(ctx, id, lifecycle.Expire{Command: command}.Decide)
	return err
}

func (s *Sweep) contestsLate(ctx context.Context, t *tally) error {
	before := s.now().Add(-lifecycle.RulingDue)
	page := lifecycle.Page{Limit: pageSize}
	for {
		late, next, err := s.config.Jobs.Suspects.ContestsDue(ctx, before, page)
		if err != nil {
			return fmt.Errorf("list late contests: %w", err)
		}
		for _, contest := range late {
			if err := s.goesOn(ctx, t); err != nil {
				return err
			}
			t.Seen++
			if err := s.contestLate(ctx, t, contest); err != nil {
				t.Failed++
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

// contestLate flags a contest for the officers of whoever has the unit now, who
// are told of the flag: the same contest is another's to decide after a change
// of custody. The former owner is told, too (decision 0026).
func (s *Sweep) contestLate(ctx context.Context, t *tally, contest lifecycle.Contested) error {
	if !contest.Hold.Contested() || contest.Hold.Ruling.Final() {
		return nil
	}
	unit, err := s.config.Units.Unit(ctx, contest.Unit)
	if err != nil {
		return fmt.Errorf("unit %s: %w", contest.Unit, err)
	}
	org := unit.Custody
	if org == "" {
		org = unit.Vendor
	}
	err = s.raise(ctx, t, lifecycle.Flag{
		Unit: contest.Unit, Kind: lifecycle.FlagContestLate, Cause: string(contest.Hold.ID) + " " + string(org),
		Severity: lifecycle.SeverityHigh, Org: org, Evidence: map[string]string{"since": stamp(contest.Hold.PlacedAt)},
	})
	// Whoever waits hears of it even where the flag could not be raised.
	return errors.Join(err, s.tellLate(ctx, contest))
}

// tellLate tells the former owner, once, that what they were promised by now has
// not happened.
func (s *Sweep) tellLate(ctx context.Context, contest lifecycle.Contested) error {
	err := s.config.Jobs.Suspects.QueueNotice(ctx, notice.Notice{
		To: contest.Hold.PlacedBy.Person, Kind: notice.KindContest, Link: "/mine/past", At: contest.Hold.DueAt(),
		Params: map[string]string{"unit": contest.Key.Brand + " " + contest.Key.Serial, "what": "late"},
		Once:   "contest late " + string(contest.Hold.ID),
	})
	if err != nil {
		return fmt.Errorf("tell of a late contest: %w", err)
	}
	return nil
}
