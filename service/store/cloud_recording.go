package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// The recordings of the built-in cloud: of each no more than when it was made.

const sqlCloudRecordings = `
SELECT min(made_at), max(made_at) FROM cloud_recording
WHERE unit_id = $1 AND made_at >= $2 AND made_at < $3`

// CloudRecordings says of when the recordings are that the built-in cloud has of
// a unit, made within the bounds; zero: no bound.
func (s *Store) CloudRecordings(ctx context.Context, unit lifecycle.UnitID, from, before time.Time) (lifecycle.CloudRecordings, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.CloudRecordings, error) {
		var r lifecycle.CloudRecordings
		first, end := bounds(from, before)
		_, err := tx.Get(sqlCloudRecordings, []any{string(unit), first, end}, engine.Instant{To: &r.Oldest}, engine.Instant{To: &r.Newest})
		if err != nil {
			return r, fmt.Errorf("read recordings of %s: %w", unit, err)
		}
		return r, nil
	})
}

// bounds are instants as they are stored, wide open where they are zero.
func bounds(from, before time.Time) (first, end int64) {
	first, end = math.MinInt64, math.MaxInt64
	if !from.IsZero() {
		first = from.UnixMilli()
	}
	if !before.IsZero() {
		end = before.UnixMilli()
	}
	return first, end
}

const sqlAddCloudRecording = `
INSERT INTO cloud_recording (unit_id, made_at) VALUES ($1, $2)
ON CONFLICT (unit_id, made_at) DO NOTHING`

// AddCloudRecording notes a recording in the built-in cloud's books.
func (s *Store) AddCloudRecording(ctx context.Context, unit lifecycle.UnitID, at time.Time) error {
	return s.cloudExec(ctx, sqlAddCloudRecording, string(unit), at.UnixMilli())
}

const sqlDeleteCloudRecordings = `
DELETE FROM cloud_recording WHERE unit_id = $1 AND made_at >= $2 AND made_at < $3`

// DeleteCloudRecordings deletes those made within the bounds, for good.
func (s *Store) DeleteCloudRecordings(ctx context.Context, unit lifecycle.UnitID, from, before time.Time) error {
	first, end := bounds(from, before)
	return s.cloudExec(ctx, sqlDeleteCloudRecordings, string(unit), first, end)
}
