package bench

import (
	"context"
	"fmt"
	"strings"

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
	boxFits, err := b.isOf(ctx, s, boxes)
	if err != nil {
		return false, err
	}
	deviceFits, err := b.isOf(ctx, s, devices)
	if err != nil {
		return false, err
	}
	if !boxFits && !deviceFits {
		var invalid lifecycle.Invalid
		invalid.Add("device", "bench.other-unit")
		return false, invalid.Err()
	}
	agree = boxFits && deviceFits
	_, err = b.attest(ctx, s, lifecycle.CheckCodesAgree, agree, "")
	return agree, err
}

func (b *Bench) readBoth(ctx context.Context, box, device string) (boxes, devices code.Reading, err error) {
	var invalid lifecycle.Invalid
	if boxes, err = b.reading(ctx, "box", box, &invalid); err != nil {
		return boxes, devices, err
	}
	if devices, err = b.reading(ctx, "device", device, &invalid); err != nil {
		return boxes, devices, err
	}
	return boxes, devices, invalid.Err()
}

// reading notes a mistake in the field unless the payload names one unit.
func (b *Bench) reading(ctx context.Context, field, payload string, invalid *lifecycle.Invalid) (code.Reading, error) {
	reading, err := b.read(ctx, payload)
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

// isOf reports whether a reading names exactly this unit. A code may leave
// out the brand or the product number, but not contradict it.
func (b *Bench) isOf(ctx context.Context, s lifecycle.Snapshot, r code.Reading) (bool, error) {
	if r.Kind == code.KindLabel {
		unit, err := b.unitOfLabel(ctx, r.Label)
		return unit == s.Unit.ID, err
	}
	fits := r.Unit() && strings.ToLower(r.Serial) == s.Unit.Key.FoldedSerial()
	fits = fits && (r.Key.Brand == "" || r.Key.Brand == s.Unit.Key.Brand)
	return fits && (r.GTIN == "" || s.Unit.GTIN == "" || r.GTIN == s.Unit.GTIN), nil
}
