package device_test

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
)

// busyStore answers nothing now.
type busyStore struct{}

func (busyStore) UnitByKey(context.Context, lifecycle.UnitKey) (lifecycle.Unit, error) {
	return lifecycle.Unit{}, lifecycle.ErrBusy
}

func (busyStore) SaveChallenge(context.Context, lifecycle.UnitID, string, lifecycle.Epoch, time.Time) error {
	return lifecycle.ErrBusy
}

func (busyStore) TakeChallenge(context.Context, lifecycle.UnitID, string, time.Time) (lifecycle.Epoch, error) {
	return 0, lifecycle.ErrBusy
}

func (busyStore) Advance(context.Context, lifecycle.UnitID, lifecycle.Decide) (lifecycle.Outcome, error) {
	return lifecycle.Outcome{}, lifecycle.ErrBusy
}

// journal counts the calls that a store gets.
type journal struct {
	store interface {
		UnitByKey(context.Context, lifecycle.UnitKey) (lifecycle.Unit, error)
		SaveChallenge(context.Context, lifecycle.UnitID, string, lifecycle.Epoch, time.Time) error
		TakeChallenge(context.Context, lifecycle.UnitID, string, time.Time) (lifecycle.Epoch, error)
		Advance(context.Context, lifecycle.UnitID, lifecycle.Decide) (lifecycle.Outcome, error)
	}
	calls []string
}

func (j *journal) UnitByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Unit, error) {
	j.calls = append(j.calls, "UnitByKey")
	return j.store.UnitByKey(ctx, key)
}

func (j *journal) SaveChallenge(ctx context.Context, unit lifecycle.UnitID, hash string, epoch lifecycle.Epoch, until time.Time) error {
	j.calls = append(j.calls, "SaveChallenge")
	return j.store.SaveChallenge(ctx, unit, hash, epoch, until)
}

func (j *journal) TakeChallenge(ctx context.Context, unit lifecycle.UnitID, hash string, now time.Time) (lifecycle.Epoch, error) {
	j.calls = append(j.calls, "TakeChallenge")
	return j.store.TakeChallenge(ctx, unit, hash, now)
}

func (j *journal) Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	j.calls = append(j.calls, "Advance")
	return j.store.Advance(ctx, unit, decide)
}
