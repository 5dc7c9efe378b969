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
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at,
  reopened, reopened_at
FROM flag WHERE unit_id = $1 AND kind = $2 AND cause = $3`

const sqlFlag = `
SELECT flag_id, unit_id, kind, cause, severity, state, org_id, evidence, first_at, last_at, done_by, done_at,
  reopened, reopened_at
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
		engine.Instant{To: &f.LastAt}, engine.TextTo(&f.DoneBy), engine.Instant{To: &f.DoneAt},
		&f.Reopened, engine.Instant{To: &f.ReopenedAt})
	if err != nil {
		return f, err
	}
	err = json.Unmarshal(evidence, &f.Evidence)
	return f, err
}

// Merge makes of a flag as it was found the flag as it will be kept: the same
// kind and cause on the same unit is one flag, and opens again when it was
// resolved. newID gives a new one its id. News says which it is. What it
// decides here, PutFlag's guards hold to when it writes.
func Merge(tx *engine.Tx, found lifecycle.Flag, newID func() lifecycle.FlagID) (lifecycle.Flag, error) {
	known, err := engine.List(tx, sqlFlagByCause, []any{string(found.Unit), found.Kind, found.Cause}, scanFlag)
	if err != nil {
		return found, fmt.Errorf("read flag: %w", err)
	}
	found.DoneBy, found.DoneAt, found.Reopened, found.ReopenedAt = "", time.Time{}, 0, time.Time{}
	if len(known) == 0 {
		found.ID, found.State, found.News = newID(), lifecycle.FlagOpen, lifecycle.FlagNew
		return found, nil
	}
	was := known[0]
	found.ID, found.FirstAt, found.Reopened, found.ReopenedAt = was.ID, was.FirstAt, was.Reopened, was.ReopenedAt
	if was.Severity.Rank() > found.Severity.Rank() {
		found.Severity = was.Severity
	}
	if was.State == lifecycle.FlagResolved {
		found.State, found.News = lifecycle.FlagOpen, lifecycle.FlagReopened
		found.Reopened, found.ReopenedAt = was.Reopened+1, found.LastAt
		return found, nil
	}
	found.State, found.DoneBy, found.DoneAt, found.News = was.State, was.DoneBy, was.DoneAt, lifecycle.FlagSeenAgain
	return found, nil
}

// settle is a flag as it stands, settled as the change says; stands is false where
// there is none, or somebody settled it before.
func settle(tx *engine.Tx, found lifecycle.Flag) (settled lifecycle.Flag, stands bool, err error) {
	known, err := engine.List(tx, sqlFlagByCause, []any{string(found.Unit), found.Kind, found.Cause}, scanFlag)
	if err != nil {
		return found, false, fmt.Errorf("read flag: %w", err)
	}
	if len(known) == 0 || known[0].State == lifecycle.FlagResolved {
		return found, false, nil
	}
	settled = known[0]
	settled.State, settled.DoneBy, settled.DoneAt, settled.News = lifecycle.FlagResolved, found.DoneBy, found.DoneAt, lifecycle.FlagSettled
	return settled, true, nil
}

// MergeAll merges the flags of one change, in which the same cause may stand
// twice: the last one counts, at the higher severity of the two. What the change
// settles stays only if it stands.
func MergeAll(tx *engine.Tx, unit lifecycle.UnitID, found []lifecycle.Flag, newID func() lifecycle.FlagID) ([]lifecycle.Flag, error) {
	var merged []lifecycle.Flag
	for _, flag := range found {
		flag.Unit = unit
		if flag.State == lifecycle.FlagResolved {
			settled, stands, err := settle(tx, flag)
			if err != nil {
				return nil, err
			}
			if stands {
				merged = append(merged, settled)
			}
			continue
		}
		flag, err := Merge(tx, flag, newID)
		if err != nil {
			return nil, err
		}
		same := func(f lifecycle.Flag) bool { return f.Kind == flag.Kind && f.Cause == flag.Cause }
		if at := slices.IndexFunc(merged, same); at >= 0 {
			flag.ID = merged[at].ID
			if merged[at].Severity.Rank() > flag.Severity.Rank() {
				flag.Severity = merged[at].Severity
			}
			merged[at] = flag
			continue
		}
		merged = append(merged, flag)
	}
	return merged, nil
}
