package sweep

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
)

const (
	// stuckAfter is how long a cloud may leave an order unanswered before a
	// person should know.
	stuckAfter = 6 * time.Hour
	// benchWithin is how long the unit's own part may take: it waits for a
	// carrier and for a place at the bench.
	benchWithin = 7 * 24 * time.Hour
)

// stuckReset flags orders that do not end: a cloud that does not answer, or a
// unit that was never reset.
func (s *Sweep) stuckReset(ctx context.Context, t *tally) error {
	before := s.now().Add(-stuckAfter)
	page := lifecycle.Page{Limit: pageSize}
	for {
		stuck, next, err := s.config.Jobs.Stuck(ctx, before, page)
		if err != nil {
			return fmt.Errorf("list stuck work: %w", err)
		}
		for _, work := range stuck {
			if err := s.goesOn(ctx, t); err != nil {
				return err
			}
			t.Seen++
			if err := s.stuck(ctx, t, work); err != nil {
				t.Failed++
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

func (s *Sweep) stuck(ctx context.Context, t *tally, work lifecycle.Work) error {
	// What was never asked waits for our own worker, not for a cloud.
	if (work.Cloud == "" || work.Attempt == 0) && s.now().Sub(work.FirstAt) < benchWithin {
		return nil
	}
	snapshot, err := s.config.Units.Snapshot(ctx, work.Unit)
	if err != nil {
		return fmt.Errorf("unit %s: %w", work.Unit, err)
	}
	if _, deletes := snapshot.Deletion(lifecycle.BindingID(work.Order), work.Cloud); deletes && !lifecycle.MayErase(snapshot) {
		return nil // a hold keeps it, and no cloud
	}
	unit := snapshot.Unit
	who := work.Cloud
	if who == "" {
		who = "unit"
	}
	org := unit.Custody
	if org == "" {
		org = unit.Vendor
	}
	return s.raise(ctx, t, lifecycle.Flag{
		Unit: work.Unit, Kind: StuckReset, Cause: lifecycle.StuckCause(who, string(work.Order)), Severity: lifecycle.SeverityMedium, Org: org,
		Evidence: map[string]string{"waits-for": who, "since": stamp(work.FirstAt), "attempts": strconv.Itoa(work.Attempt)},
	})
}
