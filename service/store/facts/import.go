package facts

import (
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// AddChunk puts the units of a chunk on record, but for those whose key somebody
// has. It returns the chunk with the rows that were added, and who has the keys
// of the others. Each unit gets a label, where label draws one.
func AddChunk(tx *engine.Tx, chunk lifecycle.Chunk, label func() (string, error)) (lifecycle.Chunk, []lifecycle.KnownUnit, error) {
	known, err := claimKeys(tx, chunk)
	if err != nil {
		return chunk, nil, err
	}
	if len(known) > 0 {
		taken := map[string]bool{}
		for _, k := range known {
			taken[k.Key] = true
		}
		chunk.Rows = slices.DeleteFunc(slices.Clone(chunk.Rows), func(r lifecycle.ChunkRow) bool { return taken[chunk.Key(r).String()] })
	}
	changes, err := chunk.Changes()
	if err != nil {
		return chunk, nil, err
	}
	if err := addUnits(tx, chunk, changes); err != nil {
		return chunk, nil, err
	}
	return chunk, known, claimLabels(tx, changes, label)
}

// claimKeys makes every key resolve to its row's unit, and lists those that lead
// to another.
func claimKeys(tx *engine.Tx, chunk lifecycle.Chunk) ([]lifecycle.KnownUnit, error) {
	args := make([]any, 0, 2*len(chunk.Rows))
	for _, row := range chunk.Rows {
		args = append(args, chunk.Key(row).String(), string(row.Unit))
	}
	var known []lifecycle.KnownUnit
	err := eachGroup(tx, sqlClaimKeys, sqlClaimKey, nil, sortedBy(args, 2), 2, func(group []any, added int64) error {
		rows := len(group) / 2
		if added == int64(rows) {
			return nil
		}
		keys := make([]string, rows)
		for i := range keys {
			keys[i] = group[2*i].(string)
		}
		found, err := Known(tx, keys)
		if err == nil && len(found) != rows-int(added) {
			err = fmt.Errorf("%d of %d keys were claimed, and %d are on record: %w", added, rows, len(found), engine.ErrConflict)
		}
		known = append(known, found...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim the keys of import %s: %w", chunk.Import, err)
	}
	return known, nil
}

// Known lists who has these folded keys, of those that are on record.
func Known(tx *engine.Tx, keys []string) ([]lifecycle.KnownUnit, error) {
	var known []lifecycle.KnownUnit
	for group := range slices.Chunk(keys, manyAtOnce) {
		args := make([]any, manyAtOnce)
		for i := range args { // the last one again, where there are fewer
			args[i] = group[min(i, len(group)-1)]
		}
		found, err := engine.List(tx, sqlKnownKeys, args, func(scan engine.Scan) (lifecycle.KnownUnit, error) {
			var k lifecycle.KnownUnit
			var row *int64
			err := scan(&k.Key, engine.TextTo(&k.Unit), engine.TextTo(&k.Import), &row)
			if row != nil {
				k.Row = *row
			}
			return k, err
		})
		if err != nil {
			return nil, fmt.Errorf("look up keys: %w", err)
		}
		known = append(known, found...)
	}
	return known, nil
}

// errNotPlain: a chunk registers units, and nothing else has ever happened to
// them.
var errNotPlain = fmt.Errorf("a row of a chunk is no registration: %w", lifecycle.ErrInvalid)

func addUnits(tx *engine.Tx, chunk lifecycle.Chunk, changes []lifecycle.Change) error {
	if len(changes) == 0 {
		return nil
	}
	first := changes[0].Unit
	args := make([]any, 0, 8*len(changes))
	for i, change := range changes {
		u := change.Unit
		if change.Event != lifecycle.EventRegister || u.Vendor != first.Vendor || u.Custody != first.Custody || u.State != first.State {
			return errNotPlain
		}
		args = append(args, string(u.ID), u.Key.Brand, u.Key.Serial, u.Key.FoldedSerial(), engine.Opt(u.GTIN), engine.Opt(u.Model),
			optBytes(u.DeviceKey), chunk.Rows[i].Row)
	}
	same := []any{
		engine.Opt(first.Vendor), string(first.State), int64(first.Epoch), engine.At(first.EpochAt), engine.Opt(first.Custody), string(chunk.Import),
	}
	err := eachGroup(tx, sqlAddUnits, sqlAddImportedUnit, same, sortedBy(args, 8), 8, func(group []any, added int64) error {
		if int(added) != len(group)/8 {
			return fmt.Errorf("added %d of %d: %w", added, len(group)/8, engine.ErrConflict)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add the units of import %s: %w", chunk.Import, err)
	}
	return nil
}

func optBytes(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func claimLabels(tx *engine.Tx, changes []lifecycle.Change, label func() (string, error)) error {
	if label == nil {
		return nil
	}
	args := make([]any, 0, 2*len(changes))
	for _, change := range changes {
		code, err := label()
		if err != nil {
			return fmt.Errorf("draw a label: %w", err)
		}
		args = append(args, code, string(change.Unit.ID))
	}
	return eachGroup(tx, sqlClaimLabels, sqlClaimLabel, nil, sortedBy(args, 2), 2, func(group []any, added int64) error {
		if int(added) != len(group)/2 { // another draw will do
			return fmt.Errorf("a label is in use: %w", engine.ErrConflict)
		}
		return nil
	})
}

// eachGroup runs the statement of many rows as long as there are as many, and that
// of one row for the rest. args has width values a row, in the order of the
// columns; same comes before those of the rows.
func eachGroup(tx *engine.Tx, many, one string, same, args []any, width int, done func(group []any, added int64) error) error {
	for len(args) > 0 {
		query, take := many, manyAtOnce*width
		if len(args) < take {
			query, take = one, width
		}
		added, err := tx.Exec(query, slices.Concat(same, args[:take])...)
		if err != nil {
			return err
		}
		if err := done(args[:take], added); err != nil {
			return err
		}
		args = args[take:]
	}
	return nil
}

// sortedBy orders rows by their first value: neighbours lie on one page of the
// index, and of two who claim the same keys none waits for the other in a ring.
func sortedBy(args []any, width int) []any {
	rows := slices.Collect(slices.Chunk(args, width))
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return slices.Concat(rows...)
}
