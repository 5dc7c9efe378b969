package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlSightings = `
SELECT cloud, account_hash, kind, since, seen_at, gone_at
FROM sighting WHERE unit_id = $1
ORDER BY cloud, account_hash, kind`

// sightings are all there are: the gone ones tell an old account from a new.
func sightings(tx *engine.Tx, id lifecycle.UnitID) ([]lifecycle.Sighting, error) {
	return engine.List(tx, sqlSightings, []any{string(id)}, func(scan engine.Scan) (lifecycle.Sighting, error) {
		var s lifecycle.Sighting
		err := scan(&s.Cloud, &s.AccountHash, engine.TextTo(&s.Kind), engine.Instant{To: &s.Since},
			engine.Instant{To: &s.SeenAt}, engine.Instant{To: &s.GoneAt})
		return s, err
	})
}

const sqlPutSighting = `
INSERT INTO sighting (unit_id, cloud, account_hash, kind, epoch, since, seen_at, gone_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (unit_id, cloud, account_hash, kind) DO UPDATE SET epoch = excluded.epoch, since = excluded.since,
  seen_at = excluded.seen_at, gone_at = excluded.gone_at`

func putSightings(tx *engine.Tx, query string, unit lifecycle.Unit, sightings []lifecycle.Sighting) error {
	for _, s := range sightings {
		_, err := tx.Exec(query, string(unit.ID), s.Cloud, s.AccountHash, string(s.Kind), int64(unit.Epoch),
			engine.At(s.Since), s.SeenAt.UnixMilli(), engine.At(s.GoneAt))
		if err != nil {
			return fmt.Errorf("write sighting of %s in %s: %w", unit.ID, s.Cloud, err)
		}
	}
	return nil
}

const sqlSeeAgain = `
INSERT INTO sighting (unit_id, cloud, account_hash, kind, epoch, since, seen_at, gone_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (unit_id, cloud, account_hash, kind) DO UPDATE SET since = excluded.since, gone_at = excluded.gone_at`

// Look writes what a later look at a cloud said, without a change. When an
// account was seen first stays: it tells an old one from a new (rule 10).
func Look(tx *engine.Tx, unit lifecycle.Unit, probe lifecycle.Probe, seen []lifecycle.Sighting) error {
	newest, err := lookAgain(tx, unit, probe)
	if err != nil || !newest {
		return err
	}
	if err := putSightings(tx, sqlSeeAgain, unit, seen); err != nil {
		return err
	}
	written := hasProbes
	if len(seen) > 0 {
		written |= hasSightings
	}
	return note(tx, unit.ID, written)
}

const sqlLookAgain = `
INSERT INTO probe (unit_id, cloud, epoch, at, dark, credential_refused)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (unit_id, cloud) DO UPDATE SET epoch = excluded.epoch, at = excluded.at, dark = excluded.dark,
  credential_refused = excluded.credential_refused
WHERE probe.at <= excluded.at`

// lookAgain writes what a cloud answered, unless somebody has asked it later:
// of two processes that look at one unit the slower one must not have the last
// word.
func lookAgain(tx *engine.Tx, unit lifecycle.Unit, p lifecycle.Probe) (newest bool, err error) {
	rows, err := tx.Exec(sqlLookAgain, string(unit.ID), p.Cloud, int64(unit.Epoch), p.At.UnixMilli(), p.Dark, p.CredentialRefused)
	if err != nil {
		return false, fmt.Errorf("write probe of %s in %s: %w", unit.ID, p.Cloud, err)
	}
	return rows == 1, nil
}

const sqlProbes = `
SELECT cloud, at, dark, credential_refused
FROM probe WHERE unit_id = $1
ORDER BY cloud`

func probes(tx *engine.Tx, id lifecycle.UnitID) ([]lifecycle.Probe, error) {
	return engine.List(tx, sqlProbes, []any{string(id)}, func(scan engine.Scan) (lifecycle.Probe, error) {
		var p lifecycle.Probe
		err := scan(&p.Cloud, engine.Instant{To: &p.At}, &p.Dark, &p.CredentialRefused)
		return p, err
	})
}

const sqlPutProbe = `
INSERT INTO probe (unit_id, cloud, epoch, at, dark, credential_refused)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (unit_id, cloud) DO UPDATE SET epoch = excluded.epoch, at = excluded.at, dark = excluded.dark,
  credential_refused = excluded.credential_refused`

// putProbes writes the newest answer of each cloud over the one before.
func putProbes(tx *engine.Tx, unit lifecycle.Unit, probes []lifecycle.Probe) error {
	for _, p := range probes {
		_, err := tx.Exec(sqlPutProbe, string(unit.ID), p.Cloud, int64(unit.Epoch), p.At.UnixMilli(), p.Dark,
			p.CredentialRefused)
		if err != nil {
			return fmt.Errorf("write probe of %s in %s: %w", unit.ID, p.Cloud, err)
		}
	}
	return nil
}
