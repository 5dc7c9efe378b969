package desk_test

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// record is the store with the lists that the desk asks for.
type record struct{ *storetest.World }

func (r record) Head(ctx context.Context) (int64, error) {
	units, _, err := r.Units(ctx, lifecycle.UnitFilter{}, lifecycle.Page{Limit: 200})
	head := int64(0)
	for _, unit := range units {
		history, _, err := r.History(ctx, unit.ID, lifecycle.Page{Limit: 200})
		if err != nil {
			return 0, err
		}
		head = max(head, history[len(history)-1].Index)
	}
	return head, err
}

func (r record) ReturnsSince(ctx context.Context, org lifecycle.OrgID, since time.Time, limit int) ([]lifecycle.TakenBack, error) {
	units, _, err := r.Units(ctx, lifecycle.UnitFilter{ReturnedTo: org}, lifecycle.Page{Limit: limit})
	if err != nil {
		return nil, err
	}
	var list []lifecycle.TakenBack
	for _, unit := range units {
		snapshot, err := r.Snapshot(ctx, unit.ID)
		if err != nil {
			return nil, err
		}
		if snapshot.Return != nil && !snapshot.Return.At.Before(since) {
			list = append(list, lifecycle.TakenBack{Unit: unit, Return: *snapshot.Return})
		}
	}
	return list, nil
}
