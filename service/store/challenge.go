package store

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// SaveChallenge keeps the hex SHA-256 of a nonce that was handed to a unit,
// with the epoch that went with it. For a unit that is not on record it costs
// the same.
func (s *Store) SaveChallenge(ctx context.Context, unit lifecycle.UnitID, nonceHash string, epoch lifecycle.Epoch,
	expiresAt time.Time,
) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, facts.AddChallenge(tx, unit, nonceHash, epoch, s.now(), expiresAt)
	})
	return err
}

// TakeChallenge uses a nonce up and returns its epoch. One that was never
// handed to this unit, was taken or is too old is lifecycle.ErrNotFound.
func (s *Store) TakeChallenge(ctx context.Context, unit lifecycle.UnitID, nonceHash string, now time.Time,
) (lifecycle.Epoch, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Epoch, error) {
		return facts.TakeChallenge(tx, unit, nonceHash, now)
	})
}
