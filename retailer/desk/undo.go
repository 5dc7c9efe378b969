package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// Vouch makes a return's authority better: its receipt was found.
func (d *Desk) Vouch(ctx context.Context, actor lifecycle.Actor, id lifecycle.ReturnID, receipt string) error {
	unit, _, err := d.config.Returns.Return(ctx, id)
	if err != nil {
		return fmt.Errorf("find return to vouch for: %w", err)
	}
	vouch := lifecycle.Vouch{Command: d.command(actor), ReceiptHash: d.receiptHash(actor, receipt)}
	_, err = d.advance(ctx, actor, unit.ID, receipt, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		if s.Return == nil || s.Return.ID != id {
			return lifecycle.Change{}, fmt.Errorf("return %s is over: %w", id, lifecycle.ErrNotFound)
		}
		return vouch.Decide(s)
	})
	if err != nil {
		return fmt.Errorf("vouch: %w", err)
	}
	return nil
}

// Cancel says that a return was a mistake. The clerk scans the unit again, so
// that it lies on the desk and is the right one.
func (d *Desk) Cancel(ctx context.Context, actor lifecycle.Actor, id lifecycle.ReturnID, payload string) error {
	unit, _, err := d.config.Returns.Return(ctx, id)
	if err != nil {
		return fmt.Errorf("find return to cancel: %w", err)
	}
	present, err := d.names(ctx, unit, payload)
	if err != nil {
		return err
	}
	cancel := lifecycle.Cancel{Command: d.command(actor), Return: id, Order: d.newOrder(), UnitPresent: present}
	_, err = d.config.Store.Advance(ctx, unit.ID, cancel.Decide)
	if err != nil {
		return fmt.Errorf("cancel: %w", otherUnit(err, payload))
	}
	return nil
}

// otherUnit says more than "the unit is not here" where something was scanned:
// it was another unit.
func otherUnit(err error, payload string) error {
	var refusal *lifecycle.Refusal
	if payload == "" || !errors.As(err, &refusal) {
		return err
	}
	more := *refusal
	more.Reasons = slices.Clone(refusal.Reasons)
	for i, reason := range more.Reasons {
		if reason.Code == "cancel.unit-absent" {
			more.Verdict, more.Reasons[i].Code = lifecycle.VerdictMismatch, "desk.cancel-other-unit"
		}
	}
	return &more
}

// names reports whether a payload is a code of this unit, or its serial as
// somebody typed it. It confirms a unit that is known, so a bare serial will
// do even where it would not tell one brand from another.
func (d *Desk) names(ctx context.Context, unit lifecycle.Unit, payload string) (bool, error) {
	if strings.EqualFold(strings.TrimSpace(payload), unit.Key.Serial) {
		return true, nil
	}
	reading, err := d.config.Read(ctx, payload)
	if err != nil {
		return false, fmt.Errorf("read scanned code: %w", err)
	}
	if reading.Kind != code.KindLabel {
		return sameUnit(reading, unit), nil
	}
	named, err := d.config.Returns.UnitByCode(ctx, "label", reading.Label)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find scanned label: %w", err)
	}
	return named.ID == unit.ID, nil
}

func sameUnit(reading code.Reading, unit lifecycle.Unit) bool {
	for _, candidate := range append(reading.Candidates, reading) {
		if !strings.EqualFold(candidate.Serial, unit.Key.Serial) {
			continue
		}
		otherBrand := candidate.Key.Brand != "" && candidate.Key.Brand != unit.Key.Brand
		otherModel := candidate.GTIN != "" && unit.GTIN != "" && candidate.GTIN != unit.GTIN
		if !otherBrand && !otherModel {
			return true
		}
	}
	return false
}

// TakeBackSealed takes back a box that was never opened: the unit is where it
// was before the sale.
func (d *Desk) TakeBackSealed(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, sealWhole bool) (lifecycle.Unit, error) {
	snapshot, err := d.config.Store.SnapshotByKey(ctx, key)
	if err != nil {
		return lifecycle.Unit{}, fmt.Errorf("find sealed unit: %w", err)
	}
	sealed := lifecycle.ReturnSealed{Command: d.command(actor), SealAttested: sealWhole}
	outcome, err := d.config.Store.Advance(ctx, snapshot.Unit.ID, sealed.Decide)
	if err != nil {
		return lifecycle.Unit{}, fmt.Errorf("take back sealed: %w", err)
	}
	return outcome.Change.Unit, nil
}
