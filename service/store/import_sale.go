package store

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// sellRow records one sale of a file. A sale that is on record already, with the
// same receipt and instant, is known: the till reported it itself.
func (s *Store) sellRow(tx *engine.Tx, job lifecycle.Import, row lifecycle.SaleRow) (lifecycle.RowFate, []lifecycle.ImportError, error) {
	id, err := facts.Lookup(tx, facts.KindUnit, row.Key.String())
	if errors.Is(err, lifecycle.ErrNotFound) {
		return job.Unknown(row)
	}
	if err != nil {
		return "", nil, err
	}
	known := false
	record, change, err := s.decide(tx, id, job.Actor, func(before lifecycle.Snapshot) (lifecycle.Change, error) {
		sell := job.Sell(row, s.instant(), s.receiptOf(job.Org, row.Receipt))
		if known = sell.Stands(before); known {
			return lifecycle.Change{}, errKnownSale
		}
		return sell.Decide(before)
	})
	switch {
	case known && errors.Is(err, errKnownSale):
		return lifecycle.RowKnown, nil, nil
	case err != nil:
		return job.Refused(row, err)
	}
	change.Unit.Version = record.Unit.Version + 1
	if err := s.settle(tx, &change); err != nil {
		return "", nil, err
	}
	if err := record.Write(tx, change); err != nil {
		return "", nil, err
	}
	if row.Receipt != "" {
		if err := s.putReceipt(tx, change.Unit, job.Org, row.Receipt); err != nil {
			return "", nil, err
		}
	}
	_, err = s.enter(tx, change)
	return lifecycle.RowAdded, nil, err
}

var errKnownSale = errors.New("this sale is on record")

func (s *Store) receiptOf(org lifecycle.OrgID, receipt string) string {
	if receipt == "" {
		return ""
	}
	return s.ReceiptHash(org, receipt)
}

// TrySales says what would become of sales: a dry run.
func (s *Store) TrySales(ctx context.Context, job lifecycle.Import, sales []lifecycle.SaleRow,
) (map[lifecycle.RowFate]int64, []lifecycle.ImportError, error) {
	type tried struct {
		fates map[lifecycle.RowFate]int64
		wrong []lifecycle.ImportError
	}
	t, err := get(ctx, s, func(tx *engine.Tx) (tried, error) {
		t := tried{fates: map[lifecycle.RowFate]int64{}}
		for _, row := range sales {
			fate, wrong, err := s.trySale(tx, job, row)
			if err != nil {
				return t, fmt.Errorf("try row %d: %w", row.Row, err)
			}
			t.fates[fate]++
			t.wrong = append(t.wrong, wrong...)
		}
		return t, nil
	})
	return t.fates, t.wrong, err
}

func (s *Store) trySale(tx *engine.Tx, job lifecycle.Import, row lifecycle.SaleRow) (lifecycle.RowFate, []lifecycle.ImportError, error) {
	record, err := facts.LoadByKey(tx, row.Key, s.now())
	if errors.Is(err, lifecycle.ErrNotFound) {
		return job.Unknown(row)
	}
	if err == nil {
		err = s.complete(tx, &record.Snapshot, job.Actor)
	}
	if err != nil {
		return "", nil, err
	}
	sell := job.Sell(row, s.instant(), s.receiptOf(job.Org, row.Receipt))
	if sell.Stands(record.Snapshot) {
		return lifecycle.RowKnown, nil, nil
	}
	if _, err := sell.Decide(record.Snapshot); err != nil {
		return job.Refused(row, err)
	}
	return lifecycle.RowAdded, nil, nil
}
