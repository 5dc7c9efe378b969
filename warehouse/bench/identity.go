package bench

import (
	"context"
	"fmt"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// CompareCodes compares the code on the box with the code on the unit, and
// both with the unit that is on the bench. Two codes that name two units are
// attested as a mismatch, which raises a flag; the unit stays. A code that
// cannot be read attests nothing: what could not be checked is never a pass,
// and a smudge is no swapped box.
func (b *Bench) CompareCodes(ctx context.Context, key lifecycle.UnitKey, box, device string) (agree bool, err error) {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return false, err
	}
	if s.Order == nil {
		return false, fmt.Errorf("compare codes of a unit without an order: %w", lifecycle.ErrNotFound)
	}
	boxes, devices, err := b.readBoth(ctx, box, device)
	if err != nil {
		return false, err
	}
	boxFits, err := b.IsOf(ctx, s, boxes)
	if err != nil {
		return false, err
	}
	deviceFits, err := b.IsOf(ctx, s, devices)
	if err != nil {
		return false, err
	}
	if !boxFits && !deviceFits {
		return false, lifecycle.Mistake("device", "bench.other-unit")
	}
	agree = boxFits && deviceFits
	_, err = b.attest(ctx, s, lifecycle.CheckCodesAgree, agree, "")
	return agree, err
}

func (b *Bench) readBoth(ctx context.Context, box, device string) (boxes, devices code.Reading, err error) {
	var invalid lifecycle.Invalid
	if boxes, err = b.Reading(ctx, "box", box, &invalid); err != nil {
		return boxes, devices, err
	}
	if devices, err = b.Reading(ctx, "device", device, &invalid); err != nil {
		return boxes, devices, err
	}
	return boxes, devices, invalid.Err()
}
