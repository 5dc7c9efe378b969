package store

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Overview counts what an organisation has and waits for, all of one instant.
func (s *Store) Overview(ctx context.Context, q lifecycle.OverviewQuery) (lifecycle.Overview, error) {
	return get(ctx, s, func(tx *engine.Tx) (o lifecycle.Overview, err error) {
		if o.AtHand, err = facts.AtHand(tx, q.Org, q.Now); err != nil {
			return o, err
		}
		if o.Waits, err = facts.Waits(tx, q.Org); err != nil {
			return o, err
		}
		if o.Stuck, err = facts.Stuck(tx, q.Org, q.Vendor, q.Now.Add(-q.StuckAfter)); err != nil {
			return o, err
		}
		since := firstDay(q)
		if o.Returns, err = facts.ReturnsByDay(tx, q.Org, since, false); err != nil {
			return o, err
		}
		if o.Flags, err = facts.StandingBySeverity(tx, q.Org); err != nil {
			return o, err
		}
		if o.Arriving, o.Departing, err = facts.OnTheWay(tx, q.Org); err != nil || !q.Vendor {
			return o, err
		}
		if o.Made, err = facts.Made(tx, q.Org); err != nil {
			return o, err
		}
		o.CameBack, err = facts.ReturnsByDay(tx, q.Org, since, true)
		return o, err
	})
}

// firstDay is the first instant of the first day that is counted.
func firstDay(q lifecycle.OverviewQuery) time.Time {
	return q.Now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-q.Days)
}

// UnitsByReceipt lists the units that an organisation sold or took back under
// this receipt number.
func (s *Store) UnitsByReceipt(ctx context.Context, org lifecycle.OrgID, receipt string, limit int) ([]lifecycle.Unit, error) {
	hash := s.ReceiptHash(org, receipt)
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Unit, error) {
		return facts.UnitsByReceipt(tx, hash, limitOf(lifecycle.Page{Limit: limit}))
	})
}
