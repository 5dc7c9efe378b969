package shelf

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

// UnitOf finds the unit that a reading names.
func (h *Shelf) UnitOf(ctx context.Context, reading code.Reading) (lifecycle.Snapshot, error) {
	switch {
	case reading.Kind == code.KindLabel:
		unit, err := h.unitOfLabel(ctx, reading.Label)
		if err == nil && unit == "" {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return lifecycle.Snapshot{}, fmt.Errorf("find label: %w", err)
		}
		return h.config.Units.Snapshot(ctx, unit)
	case reading.Key.Brand != "":
		return h.config.Units.SnapshotByKey(ctx, reading.Key)
	}
	return lifecycle.Snapshot{}, fmt.Errorf("the code names no unit: %w", lifecycle.ErrNotFound)
}

// unitOfLabel is the unit that carries one of our labels, empty if none does.
func (h *Shelf) unitOfLabel(ctx context.Context, label string) (lifecycle.UnitID, error) {
	unit, err := h.config.Units.UnitByCode(ctx, "label", label)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil
	}
	return unit.ID, err
}

// Reading notes a mistake in the field unless the payload names one unit.
func (h *Shelf) Reading(ctx context.Context, field, payload string, invalid *lifecycle.Invalid) (code.Reading, error) {
	reading, err := h.config.Read(ctx, payload)
	if err != nil {
		return code.Reading{}, fmt.Errorf("read code: %w", err)
	}
	if reading.Unit() {
		return reading, nil
	}
	for _, reason := range reading.Reasons {
		reason.Field = field
		invalid.Reasons = append(invalid.Reasons, reason)
	}
	if len(reading.Reasons) == 0 {
		invalid.Add(field, "bench.no-unit-code")
	}
	return reading, nil
}

// IsOf reports whether a reading names exactly this unit. A code may leave
// out the brand or the product number, but not contradict it.
func (h *Shelf) IsOf(ctx context.Context, s lifecycle.Snapshot, r code.Reading) (bool, error) {
	if r.Kind == code.KindLabel {
		unit, err := h.unitOfLabel(ctx, r.Label)
		return unit == s.Unit.ID, err
	}
	fits := r.Unit() && strings.ToLower(r.Serial) == s.Unit.Key.FoldedSerial()
	fits = fits && (r.Key.Brand == "" || r.Key.Brand == s.Unit.Key.Brand)
	return fits && (r.GTIN == "" || s.Unit.GTIN == "" || r.GTIN == s.Unit.GTIN), nil
}

// Lines reads a list of units, one a line, as a scanner or fingers filled it:
// codes, or brand and serial with a slash between. Every line that names no
// unit is a mistake of its own.
func (h *Shelf) Lines(ctx context.Context, text string) ([]lifecycle.UnitKey, error) {
	var invalid lifecycle.Invalid
	var keys []lifecycle.UnitKey
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := h.line(ctx, line)
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

func (h *Shelf) line(ctx context.Context, line string) (lifecycle.UnitKey, error) {
	reading, err := h.config.Read(ctx, line)
	if err != nil {
		return lifecycle.UnitKey{}, fmt.Errorf("read code: %w", err)
	}
	if !reading.Unit() && !reading.SecretsRedacted {
		return lifecycle.ParseUnitKeyString(line)
	}
	s, err := h.UnitOf(ctx, reading)
	if err == nil {
		err = At(s, access.From(ctx).Org) // a code of another's unit names none
	}
	return s.Unit.Key, err
}
