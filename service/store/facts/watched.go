package facts

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// A sweep over what is watched must not cost more in a larger fleet. So a look
// at a unit reads two rows by their keys, and when its clouds say what they
// said before it writes one of them, many units to a statement.

const sqlWatchedDue = `
SELECT w.unit_id, w.next_at, w.answer, u.brand, u.serial, u.model_id, u.state, u.version, u.epoch_at, u.sold_at,
       u.returned_at, u.bound_at, u.order_id
FROM watch w JOIN unit u ON u.unit_id = w.unit_id
WHERE w.next_at <= $1 AND (w.next_at, w.unit_id) > ($2, $3)
ORDER BY w.next_at, w.unit_id LIMIT $4`

// Watched is a watched unit and the instant from which it was to be asked
// about.
type Watched struct {
	lifecycle.Watched
	Due time.Time
}

// WatchedDue lists the watched units that are due at an instant and stand after
// a given one, the longest waiting first.
func WatchedDue(tx *engine.Tx, until time.Time, after Watched, limit int) ([]Watched, error) {
	args := []any{until.UnixMilli(), after.Due.UnixMilli(), string(after.Unit.ID), int64(limit)}
	return engine.List(tx, sqlWatchedDue, args, scanWatched)
}

func scanWatched(scan engine.Scan) (Watched, error) {
	var w Watched
	u := &w.Unit
	err := scan(engine.TextTo(&u.ID), engine.Instant{To: &w.Due}, engine.TextTo(&w.Answer), &u.Key.Brand, &u.Key.Serial,
		engine.TextTo(&u.Model), engine.TextTo(&u.State), &u.Version, engine.Instant{To: &u.EpochAt},
		engine.Instant{To: &u.SoldAt}, engine.Instant{To: &u.ReturnedAt}, engine.Instant{To: &u.BoundAt},
		engine.TextTo(&w.Order))
	return w, err
}

// A watch that began, or was made due, while its unit was being looked at keeps
// its time: what was asked may be of before that.

const sqlLooked = `
UPDATE watch SET next_at = $2, answer = $3
WHERE unit_id = $1 AND (next_at < $4 OR next_at > $5)`

const sqlLookedSame = `
UPDATE watch SET next_at = $1
WHERE (next_at < $2 OR next_at > $3) AND unit_id IN (
  $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
  $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
  $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51,
  $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, $67)`

const sqlProbedSame = `
UPDATE probe SET at = $1
WHERE cloud = $2 AND dark = $3 AND at <= $1 AND unit_id IN (
  $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
  $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
  $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51,
  $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, $67)`

// sameAtOnce is how many units those statements name.
const sameAtOnce = 64

// Looks writes what came of looking at watched units between two instants.
func Looks(tx *engine.Tx, from, to time.Time, looks []lifecycle.Look) error {
	var same []lifecycle.Look
	for _, look := range looks {
		if look.Same {
			same = append(same, look)
			continue
		}
		if err := looked(tx, from, to, look); err != nil {
			return fmt.Errorf("look at %s: %w", look.Unit, err)
		}
	}
	if err := lookedSame(tx, from, to, same); err != nil {
		return fmt.Errorf("look at %d units: %w", len(same), err)
	}
	return nil
}

func looked(tx *engine.Tx, from, to time.Time, look lifecycle.Look) error {
	unit, err := Unit(tx, look.Unit)
	if err != nil {
		return err
	}
	for _, probe := range look.Probes {
		var seen []lifecycle.Sighting
		for _, sighting := range look.Sightings {
			if sighting.Cloud == probe.Cloud {
				seen = append(seen, sighting)
			}
		}
		if err := Look(tx, unit, probe, seen); err != nil {
			return err
		}
	}
	_, err = tx.Exec(sqlLooked, string(look.Unit), look.Next.UnixMilli(), engine.Opt(look.Answer), from.UnixMilli(), to.UnixMilli())
	return err
}

// lookedSame writes the looks that found nothing new: those that are due again
// at the same time in one statement, and those with the same probe in another.
func lookedSame(tx *engine.Tx, from, to time.Time, looks []lifecycle.Look) error {
	next, probed := map[int64][]any{}, map[lifecycle.Probe][]any{}
	for _, look := range looks {
		at := look.Next.UnixMilli()
		next[at] = append(next[at], string(look.Unit))
		for _, probe := range look.Probes {
			probed[probe] = append(probed[probe], string(look.Unit))
		}
	}
	for at, units := range next {
		if _, err := inGroups(tx, sqlLookedSame, []any{at, from.UnixMilli(), to.UnixMilli()}, units); err != nil {
			return err
		}
	}
	for probe, units := range probed {
		written, err := inGroups(tx, sqlProbedSame, []any{probe.At.UnixMilli(), probe.Cloud, probe.Dark}, units)
		if err != nil {
			return err
		}
		if written < int64(len(units)) {
			if err := forgetAnswers(tx, units); err != nil {
				return err
			}
		}
	}
	return nil
}

const sqlForgetAnswer = `UPDATE watch SET answer = NULL WHERE unit_id = $1`

// forgetAnswers lets the next look begin anew: what is on record of these units
// is not what we thought that we had kept.
func forgetAnswers(tx *engine.Tx, units []any) error {
	for _, unit := range units {
		if _, err := tx.Exec(sqlForgetAnswer, unit); err != nil {
			return err
		}
	}
	return nil
}

// inGroups runs a statement whose last parameters are sameAtOnce units, and
// says how many rows it changed. The last group names its last unit again and
// again.
func inGroups(tx *engine.Tx, query string, common, units []any) (changed int64, err error) {
	args := make([]any, len(common)+sameAtOnce)
	copy(args, common)
	for len(units) > 0 {
		n := copy(args[len(common):], units)
		for i := len(common) + n; i < len(args); i++ {
			args[i] = units[n-1]
		}
		rows, err := tx.Exec(query, args...)
		if err != nil {
			return changed, err
		}
		changed += rows
		units = units[n:]
	}
	return changed, nil
}
