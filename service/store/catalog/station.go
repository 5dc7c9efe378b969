package catalog

import (
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlStation = `
SELECT station_id, org_id, name, idle_seconds, made_by, created_at, code_until, enrolled_at, wrong, ended_at
FROM station WHERE station_id = $1`

const sqlStationByToken = `
SELECT station_id, org_id, name, idle_seconds, made_by, created_at, code_until, enrolled_at, wrong, ended_at
FROM station WHERE token_hash = $1`

const sqlStations = `
SELECT station_id, org_id, name, idle_seconds, made_by, created_at, code_until, enrolled_at, wrong, ended_at
FROM station WHERE org_id = $1 AND station_id > $2
ORDER BY station_id LIMIT $3`

// Station reads one station.
func Station(tx *engine.Tx, id string) (access.Station, error) { return oneStation(tx, sqlStation, id) }

// StationByToken reads the station whose cookie has this hash, also an ended one.
func StationByToken(tx *engine.Tx, hash string) (access.Station, error) {
	return oneStation(tx, sqlStationByToken, hash)
}

// Stations lists an organisation's stations by id, ended ones among them.
func Stations(tx *engine.Tx, org lifecycle.OrgID, after string, limit int) ([]access.Station, error) {
	list, err := engine.List(tx, sqlStations, []any{string(org), after, int64(limit)}, scanStation)
	if err != nil {
		return nil, fmt.Errorf("list stations: %w", err)
	}
	return list, nil
}

func oneStation(tx *engine.Tx, query string, args ...any) (access.Station, error) {
	found, err := engine.List(tx, query, args, scanStation)
	if err != nil {
		return access.Station{}, fmt.Errorf("read station: %w", err)
	}
	if len(found) == 0 {
		return access.Station{}, fmt.Errorf("station: %w", lifecycle.ErrNotFound)
	}
	return found[0], nil
}

func scanStation(scan engine.Scan) (access.Station, error) {
	var s access.Station
	var idle int64
	err := scan(&s.ID, engine.TextTo(&s.Org), &s.Name, &idle, engine.TextTo(&s.By), engine.Instant{To: &s.CreatedAt},
		engine.Instant{To: &s.CodeUntil}, engine.Instant{To: &s.EnrolledAt}, &s.Wrong, engine.Instant{To: &s.EndedAt})
	s.Idle = time.Duration(idle) * time.Second
	return s, err
}

const sqlAddStation = `
INSERT INTO station (station_id, org_id, name, idle_seconds, made_by, created_at, code_hash, code_until, token_hash,
  enrolled_at, wrong, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, 0, NULL)`

// AddStation adds a station that waits for its one-time code.
func AddStation(tx *engine.Tx, s access.Station) error {
	_, err := tx.Exec(sqlAddStation, s.ID, string(s.Org), s.Name, int64(s.Idle/time.Second), string(s.By),
		s.CreatedAt.UnixMilli(), s.CodeHash, s.CodeUntil.UnixMilli())
	if err != nil {
		return fmt.Errorf("write station %s: %w", s.ID, err)
	}
	return nil
}

// The condition is the guard: of two browsers with one code, the second changes
// no row.
const sqlEnrolStation = `
UPDATE station SET token_hash = $2, enrolled_at = $3, code_hash = NULL, code_until = NULL
WHERE code_hash = $1 AND code_until > $3 AND ended_at IS NULL
RETURNING station_id, org_id, name, idle_seconds, made_by, created_at, code_until, enrolled_at, wrong, ended_at`

// EnrolStation uses up a one-time code. One that is used, too old or nobody's
// is lifecycle.ErrNotFound.
func EnrolStation(tx *engine.Tx, codeHash, tokenHash string, now time.Time) (access.Station, error) {
	return oneStation(tx, sqlEnrolStation, codeHash, tokenHash, now.UnixMilli())
}

const sqlEndStation = `
UPDATE station SET ended_at = $2, code_hash = NULL, code_until = NULL
WHERE station_id = $1 AND ended_at IS NULL
RETURNING station_id, org_id, name, idle_seconds, made_by, created_at, code_until, enrolled_at, wrong, ended_at`

// EndStation ends a station for good; the second time it is lifecycle.ErrNotFound.
func EndStation(tx *engine.Tx, id string, now time.Time) (access.Station, error) {
	return oneStation(tx, sqlEndStation, id, now.UnixMilli())
}

const sqlStationWrong = `UPDATE station SET wrong = wrong + 1 WHERE station_id = $1`

// CountWrong counts a wrong badge or PIN at a station.
func CountWrong(tx *engine.Tx, id string) error {
	if _, err := tx.Exec(sqlStationWrong, id); err != nil {
		return fmt.Errorf("count at station %s: %w", id, err)
	}
	return nil
}
