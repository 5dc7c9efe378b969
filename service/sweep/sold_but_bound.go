package sweep

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

const (
	// askAgain is how often a watched unit's clouds are asked. A certified
	// unit's probe must not be older than a day when a till asks.
	askAgain = 11 * time.Hour
	// askMonthly is how often, once its new owner has had it for 90 days.
	askMonthly = 30 * 24 * time.Hour
	// watchedAtOnce is how many watched units are read at a time, and
	// lookedAtOnce how many looks are written at a time: a crash forgets no
	// more of them, and other writers wait no longer.
	watchedAtOnce = 2000
	lookedAtOnce  = 500
)

// soldButBound asks the clouds of every watched unit who is bound. A link that
// is not ours goes to the rules as a fact, which sort old from new.
func (s *Sweep) soldButBound(ctx context.Context, t *tally) error {
	now := s.now()
	t.resume = "" // what an earlier run looked at is not due any more
	if !t.everything {
		return s.lookBetween(ctx, t, time.Time{}, now)
	}
	// A look moves its unit to askAgain from now, or to askMonthly: behind the
	// end of the list that it stands in. So nothing is looked at twice.
	if err := s.lookBetween(ctx, t, now.Add(askAgain), now.Add(askMonthly-time.Millisecond)); err != nil {
		return err
	}
	return s.lookBetween(ctx, t, time.Time{}, now.Add(askAgain-time.Millisecond))
}

// lookBetween looks at the units that are due between two instants, in the
// order in which they are due: those that came under watch together stay
// together, and so do their rows.
func (s *Sweep) lookBetween(ctx context.Context, t *tally, from, until time.Time) error {
	page := lifecycle.Page{Limit: watchedAtOnce}
	for {
		read := s.now()
		units, next, err := s.config.Jobs.Watched.WatchedUnits(ctx, from, until, page)
		if err != nil {
			return fmt.Errorf("list watched units: %w", err)
		}
		for some := range slices.Chunk(units, lookedAtOnce) {
			if err := s.lookAt(ctx, t, read, some); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

// lookAt asks about some units and keeps what came of it. One whose clouds did
// not all answer stays due, and the next run asks again.
func (s *Sweep) lookAt(ctx context.Context, t *tally, read time.Time, units []lifecycle.Watched) error {
	asked := s.now()
	found, err := s.askAll(ctx, t, units)
	if err != nil {
		return err
	}
	looks := make([]lifecycle.Look, 0, len(units))
	for i, unit := range units {
		t.Seen++
		if found[i].err != nil {
			t.Failed++
			continue
		}
		look, err := s.judge(ctx, t, unit, found[i].answers, asked)
		if err != nil {
			t.Failed++
			continue
		}
		looks = append(looks, look)
	}
	if err := s.config.Jobs.Watched.RecordLooks(ctx, read, looks); err != nil {
		return fmt.Errorf("keep %d looks: %w", len(looks), err)
	}
	return ctx.Err()
}

// judge compares what the clouds of a unit say with what they said before. Only
// news costs more than that.
func (s *Sweep) judge(ctx context.Context, t *tally, watched lifecycle.Watched, answers []answer, asked time.Time) (lifecycle.Look, error) {
	unit := watched.Unit
	look := lifecycle.Look{Unit: unit.ID, Next: asked.Add(askAgain), Answer: digest(unit.Version, answers)}
	if unit.State != lifecycle.StateCertified && !unit.Watched(asked) {
		look.Next = asked.Add(askMonthly)
	}
	look.Same = look.Answer == watched.Answer
	if look.Same && unit.State == lifecycle.StateBound {
		return look, nil // no till asks how fresh its probes are
	}
	for _, one := range answers {
		look.Probes = append(look.Probes, lifecycle.Probe{
			Cloud: one.cloud, At: asked, Dark: one.Dark(), CredentialRefused: one.CredentialRefused,
		})
	}
	if look.Same {
		return look, nil
	}
	for _, one := range answers {
		for _, link := range one.Links {
			look.Sightings = append(look.Sightings, lifecycle.Sighting{
				Cloud: one.cloud, AccountHash: link.AccountHash, Kind: link.Kind, Since: link.Since, SeenAt: asked,
			})
		}
	}
	odd, err := s.sort(ctx, t, unit.ID, look.Sightings)
	if odd {
		look.Answer = ""
	}
	return look, err
}

// sort tells the rules of every sighting that is not ours. They come before
// what is kept: a sighting that stands on record already would look like one
// that was known before.
func (s *Sweep) sort(ctx context.Context, t *tally, unit lifecycle.UnitID, sightings []lifecycle.Sighting) (odd bool, err error) {
	if len(sightings) == 0 {
		return false, nil
	}
	snapshot, err := s.config.Units.Snapshot(ctx, unit)
	if err != nil {
		return false, fmt.Errorf("unit %s: %w", unit, err)
	}
	for _, sighting := range sightings {
		if lifecycle.Sort(snapshot, sighting) == lifecycle.AgeOurs {
			continue
		}
		odd = true
		if err := s.seen(ctx, t, unit, sighting); err != nil {
			return odd, err
		}
	}
	return odd, nil
}

func (s *Sweep) seen(ctx context.Context, t *tally, unit lifecycle.UnitID, sighting lifecycle.Sighting) error {
	fact := lifecycle.BindingSeen{Command: s.command(), Sighting: sighting, Order: lifecycle.OrderID("ord_" + s.config.NewID())}
	outcome, err := s.config.Units.Advance(ctx, unit, fact.Decide)
	if err != nil {
		return fmt.Errorf("tell what was seen on %s: %w", unit, err)
	}
	t.count(outcome.Change.Flags...)
	return nil
}
