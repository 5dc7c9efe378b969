package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// unitOf finds the unit that a reading names.
func (b *Bench) unitOf(ctx context.Context, reading code.Reading) (lifecycle.Snapshot, error) {
	switch {
	case reading.Kind == code.KindLabel:
		unit, err := b.unitOfLabel(ctx, reading.Label)
		if err == nil && unit == "" {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return lifecycle.Snapshot{}, fmt.Errorf("find label: %w", err)
		}
		return b.units.Snapshot(ctx, unit)
	case reading.Key.Brand != "":
		return b.units.SnapshotByKey(ctx, reading.Key)
	}
	return lifecycle.Snapshot{}, fmt.Errorf("the code names no unit: %w", lifecycle.ErrNotFound)
}

// unitOfLabel is the unit that carries one of our labels, empty if none does.
func (b *Bench) unitOfLabel(ctx context.Context, label string) (lifecycle.UnitID, error) {
	unit, err := b.units.UnitByCode(ctx, "label", label)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil
	}
	return unit.ID, err
}

// Lines reads a list of units, one a line, as a scanner or fingers filled it:
// codes, or brand and serial with a slash between. Every line that names no
// unit is a mistake of its own.
func (b *Bench) Lines(ctx context.Context, text string) ([]lifecycle.UnitKey, error) {
	var invalid lifecycle.Invalid
	var keys []lifecycle.UnitKey
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := b.line(ctx, line)
		if errors.Is(err, lifecycle.ErrNotFound) || errors.Is(err, lifecycle.ErrInvalid) {
			invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{
				Code: "bench.line", Field: "units", Args: map[string]string{"line": strconv.Itoa(number)},
			})
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(keys, key.Equal) { // scanned twice is still one unit
			keys = append(keys, key)
		}
	}
	return keys, invalid.Err()
}

func (b *Bench) line(ctx context.Context, line string) (lifecycle.UnitKey, error) {
	reading, err := b.read(ctx, line)
	if err != nil {
		return lifecycle.UnitKey{}, fmt.Errorf("read code: %w", err)
	}
	if !reading.Unit() && !reading.SecretsRedacted {
		return lifecycle.ParseUnitKeyString(line)
	}
	s, err := b.unitOf(ctx, reading)
	if err == nil {
		err = atBench(s, access.From(ctx).Org) // a code of another's unit names none
	}
	return s.Unit.Key, err
}
