package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

const (
	// askAgain is how often a watched unit's clouds are asked. A certified
	// unit's probe must not be older than a day when a till asks.
	askAgain = 11 * time.Hour
	// askMonthly is how often, once its new owner has had it for 90 days.
	askMonthly = 30 * 24 * time.Hour
	// askWithin bounds one cloud's answer about one unit.
	askWithin = 15 * time.Second
)

// soldButBound asks the clouds of every watched unit who is bound. A link that
// is not ours goes to the rules as a fact, which sort old from new.
func (s *Sweep) soldButBound(ctx context.Context, t *tally) error {
	due := s.now()
	if t.everything {
		due = due.Add(2 * askMonthly)
	}
	// The list is read first: looking at a unit moves it within the list.
	var watched []lifecycle.UnitID
	page := lifecycle.Page{Limit: pageSize}
	for {
		units, next, err := s.config.Jobs.Watched.WatchedUnits(ctx, due, page)
		if err != nil {
			return fmt.Errorf("list watched units: %w", err)
		}
		watched = append(watched, units...)
		if next == "" {
			break
		}
		page.After = next
	}
	whole := func(lifecycle.Page) ([]lifecycle.UnitID, string, error) { return watched, "", nil }
	return s.eachUnit(ctx, t, "watched", whole, func(ctx context.Context, unit lifecycle.UnitID) error {
		return s.askClouds(ctx, t, unit)
	})
}

func (s *Sweep) askClouds(ctx context.Context, t *tally, id lifecycle.UnitID) error {
	snapshot, err := s.config.Units.Snapshot(ctx, id)
	if err != nil {
		return fmt.Errorf("unit %s: %w", id, err)
	}
	var failures []error
	for _, name := range snapshot.Model.Clouds {
		if err := s.askCloud(ctx, t, snapshot, name); err != nil {
			failures = append(failures, err)
		}
	}
	if err := errors.Join(failures...); err != nil {
		// Not marked: it stays due, and the next run asks again.
		return err
	}
	next := askAgain
	if snapshot.Unit.State != lifecycle.StateCertified && !snapshot.Unit.Watched(s.now()) {
		next = askMonthly
	}
	return s.config.Jobs.Watched.MarkWatched(ctx, id, s.now().Add(next))
}

func (s *Sweep) askCloud(ctx context.Context, t *tally, snapshot lifecycle.Snapshot, name string) error {
	peer, err := s.config.Jobs.Clouds.Peer(name)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	asked := s.now()
	unit := snapshot.Unit
	answer, err := peer.Probe(asking, cloud.Request{Unit: unit.ID, Key: unit.Key, Order: orderOf(snapshot), Before: unit.EpochAt})
	if err != nil {
		return fmt.Errorf("probe %s at %s: %w", unit.ID, name, err)
	}
	sightings := make([]lifecycle.Sighting, len(answer.Links))
	for i, link := range answer.Links {
		sightings[i] = lifecycle.Sighting{
			Cloud: name, AccountHash: link.AccountHash, Kind: link.Kind, Since: link.Since, SeenAt: asked,
		}
	}
	// Facts first: a sighting that stands on record already would look like one
	// that was known before.
	for _, sighting := range sightings {
		if lifecycle.Sort(snapshot, sighting) == lifecycle.AgeOurs {
			continue
		}
		if err := s.seen(ctx, t, unit.ID, sighting); err != nil {
			return err
		}
	}
	probe := lifecycle.Probe{Cloud: name, At: asked, Dark: answer.Dark(), CredentialRefused: answer.CredentialRefused}
	return s.config.Jobs.Watched.RecordProbe(ctx, unit.ID, probe, sightings)
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

func orderOf(s lifecycle.Snapshot) lifecycle.OrderID {
	if s.Order == nil {
		return ""
	}
	return s.Order.ID
}
