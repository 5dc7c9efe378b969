package facts

import (
	"fmt"
	"math"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// FlagPosition is where a page of flags begins: behind this one.
type FlagPosition struct {
	FirstAt int64
	ID      string
}

const sqlFlags = `
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at,
  reopened, reopened_at
FROM flag
WHERE (first_at, flag_id) < ($1, $2)
  AND (CAST($3 AS TEXT) = '' OR org_id = $3 OR vendor_id = $3)
  AND (CAST($4 AS TEXT) = '' OR unit_id = $4)
  AND (CAST($5 AS TEXT) = '' OR kind = $5)
  AND (CAST($6 AS TEXT) = '' OR state = $6)
ORDER BY first_at DESC, flag_id DESC LIMIT $7`

const sqlFlagsOfUnit = `
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at,
  reopened, reopened_at
FROM flag
WHERE unit_id = $4 AND (first_at, flag_id) < ($1, $2)
  AND (CAST($3 AS TEXT) = '' OR org_id = $3 OR vendor_id = $3)
  AND (CAST($5 AS TEXT) = '' OR kind = $5)
  AND (CAST($6 AS TEXT) = '' OR state = $6)
ORDER BY first_at DESC, flag_id DESC LIMIT $7`

// Flags lists the flags that pass a filter, newest first.
func Flags(tx *engine.Tx, f lifecycle.FlagFilter, after FlagPosition, limit int) ([]lifecycle.Flag, error) {
	if after == (FlagPosition{}) {
		after.FirstAt = math.MaxInt64
	}
	query := sqlFlags
	if f.Unit != "" {
		query = sqlFlagsOfUnit
	}
	flags, err := engine.List(tx, query, []any{
		after.FirstAt, after.ID, string(f.Org), string(f.Unit), f.Kind, string(f.State), int64(limit),
	}, scanFlag)
	if err != nil {
		return nil, fmt.Errorf("list flags: %w", err)
	}
	return flags, nil
}

const sqlStandingFlags = `
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at,
  reopened, reopened_at
FROM flag
WHERE unit_id = '' AND kind = $1 AND cause >= $2 AND cause < $3 AND state <> 'resolved'
ORDER BY cause LIMIT $4`

// maxStanding bounds how many flags with one beginning of their cause are read.
const maxStanding = 200

// StandingFlags are the flags about no unit, of one kind, that nobody has
// settled, and whose cause begins with prefix. Causes are printable ASCII.
func StandingFlags(tx *engine.Tx, kind, prefix string) ([]lifecycle.Flag, error) {
	flags, err := engine.List(tx, sqlStandingFlags, []any{kind, prefix, prefix + "\x7f", int64(maxStanding)}, scanFlag)
	if err != nil {
		return nil, fmt.Errorf("list standing flags: %w", err)
	}
	return flags, nil
}
