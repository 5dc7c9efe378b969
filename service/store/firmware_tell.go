package store

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// FirmwareToTell is the oldest version that not all owners of its model were
// told of, and the last unit whose owner was; lifecycle.ErrNotFound: none is.
func (s *Store) FirmwareToTell(ctx context.Context) (lifecycle.Firmware, lifecycle.UnitID, error) {
	type found struct {
		firmware lifecycle.Firmware
		last     lifecycle.UnitID
	}
	f, err := get(ctx, s, func(tx *engine.Tx) (f found, err error) {
		f.firmware, f.last, err = catalog.FirmwareToTell(tx)
		return f, err
	})
	return f.firmware, f.last, err
}

// FirmwareReaders lists units of a model that somebody has, behind a unit.
func (s *Store) FirmwareReaders(ctx context.Context, model lifecycle.ModelID, last lifecycle.UnitID, limit int) ([]lifecycle.FirmwareReader, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.FirmwareReader, error) {
		return facts.FirmwareReaders(tx, model, string(last), limitOf(lifecycle.Page{Limit: limit}))
	})
}

// FirmwareTold notes up to which unit owners were told; all says that there are
// no more.
func (s *Store) FirmwareTold(ctx context.Context, f lifecycle.Firmware, last lifecycle.UnitID, all bool) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		var at time.Time
		if all {
			at = s.instant()
		}
		return struct{}{}, catalog.FirmwareTold(tx, f, last, at)
	})
	return err
}
