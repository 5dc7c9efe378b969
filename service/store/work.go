package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// ClaimWork leases work that is due, the longest waiting first. Who holds a
// lease calls clouds without any lock; when the lease runs out the work is due
// again, and the late result is turned away by its attempt.
func (s *Store) ClaimWork(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]lifecycle.Work, error) {
	return write(ctx, s, func(tx *engine.Tx) ([]lifecycle.Work, error) {
		return facts.ClaimWork(tx, now, lease, limitOf(lifecycle.Page{Limit: limit}))
	})
}

// freeWork ends the leases of a process that was killed: we have the data
// directory to ourselves, so nobody works on them, and a unit that lies on a
// desk would wait until they run out.
func (s *Store) freeWork(ctx context.Context) error {
	return s.db.Write(ctx, facts.FreeWork)
}

// FinishWork ends a lease: the work is done, or is due again at nextAt, with
// the code of what went wrong. An attempt that is over is lifecycle.ErrStale.
func (s *Store) FinishWork(ctx context.Context, w lifecycle.Work, nextAt time.Time, done bool, errCode string) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, facts.FinishWork(tx, w, s.now(), nextAt, done, errCode)
	})
	return err
}

// PullWork makes due now what a clock that was ahead has put into the future:
// work opened later than now or put off beyond waits. Leases beyond leases are
// nobody's.
func (s *Store) PullWork(ctx context.Context, now, leases, waits time.Time) error {
	return s.db.Write(ctx, func(tx *engine.Tx) error { return facts.PullWork(tx, now, leases, waits) })
}

// StuckWork lists work that was first due before and is not done.
func (s *Store) StuckWork(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.Work, string, error) {
	last, err := parseWork(page.After)
	if err != nil {
		return nil, "", err
	}
	limit := limitOf(page)
	work, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Work, error) {
		return facts.StuckWork(tx, before, last, limit)
	})
	return work, after(work, limit, workPosition), err
}

func workPosition(w lifecycle.Work) string {
	return string(w.Unit) + "." + string(w.Order) + "." + w.Cloud
}

func parseWork(position string) (lifecycle.Work, error) {
	if position == "" {
		return lifecycle.Work{}, nil
	}
	parts := strings.SplitN(position, ".", 3)
	if len(parts) != 3 {
		return lifecycle.Work{}, fmt.Errorf("position in work: %w", lifecycle.ErrInvalid)
	}
	return lifecycle.Work{Unit: lifecycle.UnitID(parts[0]), Order: lifecycle.OrderID(parts[1]), Cloud: parts[2]}, nil
}
