package shelf

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Find is the unit at this bench, or on its way to it, that a code names: also
// by the serial alone, where only one of ours has it.
func (h *Shelf) Find(ctx context.Context, payload string) (lifecycle.UnitKey, error) {
	var invalid lifecycle.Invalid
	reading, err := h.Reading(ctx, "payload", payload, &invalid)
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	if err := invalid.Err(); err != nil {
		return lifecycle.UnitKey{}, err
	}
	s, err := h.UnitOf(ctx, reading)
	if err == nil {
		err = At(s, access.From(ctx).Org)
	}
	if err == nil {
		return s.Unit.Key, nil
	}
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.UnitKey{}, err
	}
	if reading.Key.Brand == "" && reading.Serial != "" {
		return h.bySerial(ctx, reading.Serial)
	}
	invalid.Add("payload", "bench.not-here")
	return lifecycle.UnitKey{}, invalid.Err()
}

// sameSerial is more units of one serial than brands share one.
const sameSerial = 20

func (h *Shelf) bySerial(ctx context.Context, serial string) (lifecycle.UnitKey, error) {
	units, err := h.config.Lists.UnitsBySerial(ctx, strings.ToLower(serial), sameSerial)
	if err != nil {
		return lifecycle.UnitKey{}, fmt.Errorf("find serial: %w", err)
	}
	var ours []lifecycle.UnitKey
	for _, unit := range units {
		s, err := h.config.Units.Snapshot(ctx, unit.ID)
		if err != nil {
			return lifecycle.UnitKey{}, fmt.Errorf("read unit of a serial: %w", err)
		}
		if At(s, access.From(ctx).Org) == nil {
			ours = append(ours, unit.Key)
		}
	}
	if len(ours) == 1 {
		return ours[0], nil
	}
	return lifecycle.UnitKey{}, lifecycle.Mistake("payload", map[bool]string{true: "bench.not-here", false: "bench.two-of-serial"}[len(ours) == 0])
}
