package store

import (
	"context"
	"fmt"

	"quitclaim/service/store/engine"
)

const sqlPosition = `SELECT position, version FROM sweep_position WHERE job = $1`

// Position is where a job that works in portions goes on, with the version by
// which it moves. Both are zero for a job that has none yet.
func (s *Store) Position(ctx context.Context, job string) (position string, version int64, err error) {
	_, err = get(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		_, err := tx.Get(sqlPosition, []any{job}, &position, &version)
		if err != nil {
			return struct{}{}, fmt.Errorf("position of %s: %w", job, err)
		}
		return struct{}{}, nil
	})
	return position, version, err
}

const sqlFirstPosition = `
INSERT INTO sweep_position (job, version, position) VALUES ($1, 1, $2)
ON CONFLICT (job) DO NOTHING`

const sqlMovePosition = `
UPDATE sweep_position SET version = version + 1, position = $3
WHERE job = $1 AND version = $2`

// MovePosition writes where a job goes on, if it still stands at the version
// that was read. It reports false where somebody else moved it: then their
// position counts.
func (s *Store) MovePosition(ctx context.Context, job string, version int64, position string) (bool, error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) { return movePosition(tx, job, version, position) })
}

// movePosition is MovePosition inside another transaction: what was done up to
// there commits with the move.
func movePosition(tx *engine.Tx, job string, version int64, position string) (bool, error) {
	var rows int64
	var err error
	if version == 0 {
		rows, err = tx.Exec(sqlFirstPosition, job, position)
	} else {
		rows, err = tx.Exec(sqlMovePosition, job, version, position)
	}
	if err != nil {
		return false, fmt.Errorf("move position of %s: %w", job, err)
	}
	return rows == 1, nil
}
