package facts

import (
	"encoding/json"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Where several processes write, a flag may change between Merge and here.
// Each statement says in its WHERE what Merge read; where that no longer
// stands it changes nothing, and the whole change is decided anew.

const sqlAddFlag = `
INSERT INTO flag (unit_id, flag_id, epoch, kind, cause, severity, state, org_id, vendor_id, evidence,
  first_at, last_at, done_by, done_at, reopened, reopened_at)
VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, NULL, NULL, 0, NULL)
ON CONFLICT (unit_id, kind, cause) DO NOTHING`

const sqlSeeFlag = `
UPDATE flag SET epoch = $3, severity = $4, org_id = $5, vendor_id = $6, evidence = $7, last_at = $8
WHERE unit_id = $1 AND flag_id = $2 AND state = $9 AND reopened = $10
  AND CASE severity WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END <= $11`

const sqlKeepRound = `
INSERT INTO flag_round (unit_id, flag_id, number, epoch, severity, evidence, done_by, done_at, reopened_at)
SELECT unit_id, flag_id, reopened + 1, epoch, severity, evidence, done_by, done_at, $3 FROM flag
WHERE unit_id = $1 AND flag_id = $2 AND state = 'resolved' AND reopened = $4
ON CONFLICT (unit_id, flag_id, number) DO NOTHING`

const sqlReopenFlag = `
UPDATE flag SET epoch = $3, severity = $4, org_id = $5, vendor_id = $6, evidence = $7, last_at = $8,
  state = 'open', done_by = NULL, done_at = NULL, reopened = $9, reopened_at = $8
WHERE unit_id = $1 AND flag_id = $2 AND state = 'resolved' AND reopened = $10`

// PutFlag writes a merged flag. unit is the zero value for a flag about none.
func PutFlag(tx *engine.Tx, unit lifecycle.Unit, f lifecycle.Flag) error {
	evidence, err := json.Marshal(f.Evidence)
	if err != nil {
		return fmt.Errorf("write flag %s: %w", f.ID, err)
	}
	switch f.News {
	case lifecycle.FlagNew:
		return addFlag(tx, unit, f, string(evidence))
	case lifecycle.FlagReopened:
		return reopenFlag(tx, unit, f, string(evidence))
	case lifecycle.FlagSettled:
		return guarded(f.ID, tx, sqlSettleFlag, string(f.Unit), string(f.ID), engine.Opt(f.DoneBy), engine.At(f.DoneAt), int64(f.Reopened))
	}
	return guarded(f.ID, tx, sqlSeeFlag, string(f.Unit), string(f.ID), int64(unit.Epoch), string(f.Severity),
		engine.Opt(f.Org), engine.Opt(unit.Vendor), string(evidence), f.LastAt.UnixMilli(), string(f.State),
		int64(f.Reopened), int64(f.Severity.Rank()))
}

func addFlag(tx *engine.Tx, unit lifecycle.Unit, f lifecycle.Flag, evidence string) error {
	if err := claim(tx, KindFlag, string(f.ID), f.Unit); err != nil {
		return err
	}
	return guarded(f.ID, tx, sqlAddFlag, string(f.Unit), string(f.ID), int64(unit.Epoch), f.Kind, f.Cause,
		string(f.Severity), engine.Opt(f.Org), engine.Opt(unit.Vendor), evidence, f.FirstAt.UnixMilli(), f.LastAt.UnixMilli())
}

func reopenFlag(tx *engine.Tx, unit lifecycle.Unit, f lifecycle.Flag, evidence string) error {
	before := int64(f.Reopened - 1)
	err := guarded(f.ID, tx, sqlKeepRound, string(f.Unit), string(f.ID), f.LastAt.UnixMilli(), before)
	if err != nil {
		return err
	}
	return guarded(f.ID, tx, sqlReopenFlag, string(f.Unit), string(f.ID), int64(unit.Epoch), string(f.Severity),
		engine.Opt(f.Org), engine.Opt(unit.Vendor), evidence, f.LastAt.UnixMilli(), int64(f.Reopened), before)
}

const sqlWorkFlag = `
UPDATE flag SET state = $3, done_by = $4, done_at = $5
WHERE unit_id = $1 AND flag_id = $2 AND state = $6 AND reopened = $7`

const sqlSettleFlag = `
UPDATE flag SET state = 'resolved', done_by = $3, done_at = $4
WHERE unit_id = $1 AND flag_id = $2 AND state <> 'resolved' AND reopened = $5`

// WorkFlag moves a flag on from how it was read.
func WorkFlag(tx *engine.Tx, was lifecycle.Flag, f lifecycle.Flag) error {
	return guarded(f.ID, tx, sqlWorkFlag, string(f.Unit), string(f.ID), string(f.State), engine.Opt(f.DoneBy),
		engine.At(f.DoneAt), string(was.State), int64(was.Reopened))
}

// guarded runs a statement that must change one row, or else somebody else was
// faster.
func guarded(id lifecycle.FlagID, tx *engine.Tx, query string, args ...any) error {
	rows, err := tx.Exec(query, args...)
	if err == nil && rows != 1 {
		err = engine.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("write flag %s: %w", id, err)
	}
	return nil
}

func putFlags(tx *engine.Tx, unit lifecycle.Unit, flags []lifecycle.Flag) error {
	for _, f := range flags {
		if err := PutFlag(tx, unit, f); err != nil {
			return err
		}
	}
	return nil
}

const sqlFlagRounds = `
SELECT number, severity, evidence, done_by, done_at, reopened_at FROM flag_round
WHERE unit_id = $1 AND flag_id = $2
ORDER BY number DESC LIMIT $3`

// maxRounds bounds the history that is read of one flag.
const maxRounds = 50

// FlagRounds is how a flag stood each time before its cause came back, the last
// time first.
func FlagRounds(tx *engine.Tx, f lifecycle.Flag) ([]lifecycle.FlagRound, error) {
	rounds, err := engine.List(tx, sqlFlagRounds, []any{string(f.Unit), string(f.ID), int64(maxRounds)}, scanRound)
	if err != nil {
		return nil, fmt.Errorf("history of flag %s: %w", f.ID, err)
	}
	return rounds, nil
}

func scanRound(scan engine.Scan) (lifecycle.FlagRound, error) {
	var r lifecycle.FlagRound
	var evidence []byte
	err := scan(&r.Number, engine.TextTo(&r.Severity), &evidence, engine.TextTo(&r.DoneBy), engine.Instant{To: &r.DoneAt},
		engine.Instant{To: &r.ReopenedAt})
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(evidence, &r.Evidence)
	return r, err
}
