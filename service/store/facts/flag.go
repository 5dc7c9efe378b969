package facts

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlFlagByCause = `
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at
FROM flag WHERE unit_id = $1 AND kind = $2 AND cause = $3`

const sqlFlag = `
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at
FROM flag WHERE unit_id = $1 AND flag_id = $2`

// Flag reads one flag.
func Flag(tx *engine.Tx, id lifecycle.FlagID) (lifecycle.Flag, error) {
	unit, err := Lookup(tx, KindFlag, string(id))
	if err != nil {
		return lifecycle.Flag{}, err
	}
	flags, err := engine.List(tx, sqlFlag, []any{string(unit), string(id)}, scanFlag)
	if err := present(len(flags) > 0, err, "flag", id); err != nil {
		return lifecycle.Flag{}, err
	}
	return flags[0], nil
}

func scanFlag(scan engine.Scan) (lifecycle.Flag, error) {
	var f lifecycle.Flag
	var evidence []byte
	err := scan(engine.TextTo(&f.ID), engine.TextTo(&f.Unit), &f.Kind, &f.Cause, engine.TextTo(&f.Severity),
		engine.TextTo(&f.State), engine.TextTo(&f.Org), &evidence, engine.Instant{To: &f.FirstAt},
		engine.Instant{To: &f.LastAt}, engine.TextTo(&f.DoneBy), engine.Instant{To: &f.DoneAt})
	if err != nil {
		return f, err
	}
	err = json.Unmarshal(evidence, &f.Evidence)
	return f, err
}

// Merge makes of a flag as it was found the flag as it will be kept: the same
// kind and cause on the same unit is one flag, and opens again when it was
// resolved. newID gives a new one its id. It reports whether the flag is more
// than seen again: new, or open again.
func Merge(tx *engine.Tx, found lifecycle.Flag, newID func() lifecycle.FlagID) (lifecycle.Flag, bool, error) {
	known, err := engine.List(tx, sqlFlagByCause, []any{string(found.Unit), found.Kind, found.Cause}, scanFlag)
	if err != nil {
		return found, false, fmt.Errorf("read flag: %w", err)
	}
	found.DoneBy, found.DoneAt = "", time.Time{}
	if len(known) == 0 {
		found.ID, found.State = newID(), lifecycle.FlagOpen
		return found, true, nil
	}
	was := known[0]
	found.ID, found.FirstAt = was.ID, was.FirstAt
	if was.State == lifecycle.FlagResolved {
		found.State = lifecycle.FlagOpen
		return found, true, nil
	}
	found.State, found.DoneBy, found.DoneAt = was.State, was.DoneBy, was.DoneAt
	return found, false, nil
}

// MergeAll merges the flags of one change, in which the same cause may stand
// twice: the last one counts.
func MergeAll(tx *engine.Tx, unit lifecycle.UnitID, found []lifecycle.Flag, newID func() lifecycle.FlagID) ([]lifecycle.Flag, error) {
	var merged []lifecycle.Flag
	for _, flag := range found {
		flag.Unit = unit
		flag, _, err := Merge(tx, flag, newID)
		if err != nil {
			return nil, err
		}
		same := func(f lifecycle.Flag) bool { return f.Kind == flag.Kind && f.Cause == flag.Cause }
		if at := slices.IndexFunc(merged, same); at >= 0 {
			flag.ID = merged[at].ID
			merged[at] = flag
			continue
		}
		merged = append(merged, flag)
	}
	return merged, nil
}

const sqlPutFlag = `
INSERT INTO flag (unit_id, flag_id, epoch, kind, cause, severity, state, org_id, vendor_id, evidence,
  first_at, last_at, done_by, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (unit_id, flag_id) DO UPDATE SET epoch = excluded.epoch, severity = excluded.severity,
  state = excluded.state, org_id = excluded.org_id, vendor_id = excluded.vendor_id, evidence = excluded.evidence,
  last_at = excluded.last_at, done_by = excluded.done_by, done_at = excluded.done_at`

// PutFlag writes a merged flag. unit is the zero value for a flag about none.
func PutFlag(tx *engine.Tx, unit lifecycle.Unit, f lifecycle.Flag) error {
	if err := claim(tx, KindFlag, string(f.ID), f.Unit); err != nil {
		return err
	}
	evidence, err := json.Marshal(f.Evidence)
	if err != nil {
		return fmt.Errorf("write flag %s: %w", f.ID, err)
	}
	_, err = tx.Exec(sqlPutFlag, string(f.Unit), string(f.ID), int64(unit.Epoch), f.Kind, f.Cause, string(f.Severity),
		string(f.State), engine.Opt(f.Org), engine.Opt(unit.Vendor), string(evidence), f.FirstAt.UnixMilli(),
		f.LastAt.UnixMilli(), engine.Opt(f.DoneBy), engine.At(f.DoneAt))
	if err != nil {
		return fmt.Errorf("write flag %s: %w", f.ID, err)
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
