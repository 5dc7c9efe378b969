package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// The built-in cloud keeps its own books behind this door. Nothing else in the
// store reads or writes them, so that unbinding and probing it prove something.

const sqlCloudLinks = `
SELECT unit_id, account, kind, since, gone_at FROM cloud_link
WHERE unit_id = $1
ORDER BY account, kind`

// CloudLinks lists the links that the built-in cloud has of a unit, also those
// that are gone.
func (s *Store) CloudLinks(ctx context.Context, unit lifecycle.UnitID) ([]lifecycle.CloudLink, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.CloudLink, error) {
		return engine.List(tx, sqlCloudLinks, []any{string(unit)}, func(scan engine.Scan) (lifecycle.CloudLink, error) {
			var l lifecycle.CloudLink
			err := scan(engine.TextTo(&l.Unit), &l.Account, engine.TextTo(&l.Kind), engine.Instant{To: &l.Since},
				engine.Instant{To: &l.GoneAt})
			return l, err
		})
	})
}

const sqlLinkCloudAccount = `
INSERT INTO cloud_link (unit_id, account, kind, since, gone_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (unit_id, account, kind) DO UPDATE SET since = excluded.since, gone_at = excluded.gone_at`

// LinkCloudAccount links an account to a unit, in the built-in cloud's books.
func (s *Store) LinkCloudAccount(ctx context.Context, l lifecycle.CloudLink) error {
	return s.cloudExec(ctx, sqlLinkCloudAccount, string(l.Unit), l.Account, string(l.Kind), l.Since.UnixMilli(), engine.At(l.GoneAt))
}

const sqlEndCloudLinks = `
UPDATE cloud_link SET gone_at = $3
WHERE unit_id = $1 AND since < $2 AND kind = $4 AND (gone_at IS NULL OR gone_at > $3)`

// EndCloudLinks ends the links of these kinds, of all where none is named, that
// are older than before. They stop being reported at goneAt: an unbind takes
// its time. A link that has an earlier end keeps it.
func (s *Store) EndCloudLinks(ctx context.Context, unit lifecycle.UnitID, before, goneAt time.Time,
	kinds []lifecycle.BindingKind,
) error {
	if len(kinds) == 0 {
		kinds = lifecycle.BindingKinds()
	}
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		for _, kind := range kinds {
			_, err := tx.Exec(sqlEndCloudLinks, string(unit), before.UnixMilli(), goneAt.UnixMilli(), string(kind))
			if err != nil {
				return struct{}{}, fmt.Errorf("end links of %s: %w", unit, err)
			}
		}
		return struct{}{}, nil
	})
	return err
}

const sqlCloudUnit = `
SELECT detached_at, rotated_at, cut_at, session_at, notified_at FROM cloud_unit
WHERE unit_id = $1`

// CloudUnit is what the built-in cloud knows of a unit beside its links; of one
// it never heard of, nothing.
func (s *Store) CloudUnit(ctx context.Context, unit lifecycle.UnitID) (lifecycle.CloudUnit, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.CloudUnit, error) { return readCloudUnit(tx, unit) })
}

func readCloudUnit(tx *engine.Tx, unit lifecycle.UnitID) (lifecycle.CloudUnit, error) {
	u := lifecycle.CloudUnit{Unit: unit}
	_, err := tx.Get(sqlCloudUnit, []any{string(unit)}, engine.Instant{To: &u.DetachedAt},
		engine.Instant{To: &u.RotatedAt}, engine.Instant{To: &u.CutAt}, engine.Instant{To: &u.SessionAt},
		engine.Instant{To: &u.NotifiedAt})
	if err != nil {
		return u, fmt.Errorf("read cloud unit %s: %w", unit, err)
	}
	return u, nil
}

const sqlPutCloudUnit = `
INSERT INTO cloud_unit (unit_id, detached_at, rotated_at, cut_at, session_at, notified_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (unit_id) DO UPDATE SET detached_at = excluded.detached_at, rotated_at = excluded.rotated_at,
  cut_at = excluded.cut_at, session_at = excluded.session_at, notified_at = excluded.notified_at`

// ChangeCloudUnit lets change say how the row is to be, and writes that. Two
// who change one unit's at once never undo each other. change must be pure.
func (s *Store) ChangeCloudUnit(ctx context.Context, unit lifecycle.UnitID, change func(*lifecycle.CloudUnit)) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		// The row may not be there yet, so it cannot be what the others wait for.
		if err := tx.Serialize("cloud unit " + string(unit)); err != nil {
			return struct{}{}, err
		}
		u, err := readCloudUnit(tx, unit)
		if err != nil {
			return struct{}{}, err
		}
		was := u
		if change(&u); u == was {
			return struct{}{}, nil
		}
		_, err = tx.Exec(sqlPutCloudUnit, string(unit), engine.At(u.DetachedAt), engine.At(u.RotatedAt),
			engine.At(u.CutAt), engine.At(u.SessionAt), engine.At(u.NotifiedAt))
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("write the built-in cloud's books: %w", err)
	}
	return nil
}

func (s *Store) cloudExec(ctx context.Context, query string, args ...any) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (int64, error) { return tx.Exec(query, args...) })
	if err != nil {
		return fmt.Errorf("write the built-in cloud's books: %w", err)
	}
	return nil
}
