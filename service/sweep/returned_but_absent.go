package sweep

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// absentAfter is how long a shipment may take, and how long a returned unit
// may stay unreceived, before it counts as absent (rule 10).
const absentAfter = lifecycle.ShipmentDue

// returnedButAbsent looks for units that a desk says it has, and that speak
// from their old home, and for shipments that never arrived.
func (s *Sweep) returnedButAbsent(ctx context.Context, t *tally) error {
	before := s.now().Add(-absentAfter)
	absent := func(page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
		return s.config.Jobs.Suspects.AbsentReturns(ctx, before, page)
	}
	err := s.eachUnit(ctx, t, "absent", absent, func(ctx context.Context, id lifecycle.UnitID) error { return s.absent(ctx, t, id, before) })
	if err != nil {
		return fmt.Errorf("absent returns: %w", err)
	}
	late := func(page lifecycle.Page) ([]lifecycle.UnitID, string, error) {
		return s.config.Jobs.Suspects.LateShipments(ctx, before, page)
	}
	err = s.eachUnit(ctx, t, "late", late, func(ctx context.Context, id lifecycle.UnitID) error { return s.late(ctx, t, id, before) })
	if err != nil {
		return fmt.Errorf("late shipments: %w", err)
	}
	return nil
}

func (s *Sweep) absent(ctx context.Context, t *tally, id lifecycle.UnitID, before time.Time) error {
	snapshot, err := s.config.Units.Snapshot(ctx, id)
	if err != nil {
		return fmt.Errorf("unit %s: %w", id, err)
	}
	how := howAbsent(snapshot, before)
	if how == "" {
		return nil
	}
	severity := lifecycle.SeverityMedium
	if how == "calls-from-home" {
		severity = lifecycle.SeverityHigh
	}
	return s.raise(ctx, t, lifecycle.Flag{
		Unit: id, Kind: ReturnedButAbsent, Cause: how + " " + string(snapshot.Return.ID), Severity: severity,
		Org: snapshot.Return.Org, Evidence: map[string]string{"how": how, "returned": stamp(snapshot.Return.At)},
	})
}

// howAbsent says in what way a returned unit is not where the desk says; empty
// when it is.
func howAbsent(s lifecycle.Snapshot, before time.Time) string {
	if s.Return == nil || s.Unit.State != lifecycle.StateReturned {
		return ""
	}
	home := s.Unit.HomeNetwork
	if home != "" && s.Unit.Network == home && s.Unit.ContactAt.After(s.Return.At) {
		return "calls-from-home"
	}
	untouched := len(s.Attestations) == 0 && s.Unit.Custody == s.Return.Org && !s.Unit.ContactAt.After(s.Return.At)
	if untouched && s.Return.At.Before(before) {
		return "not-received"
	}
	return ""
}

func (s *Sweep) late(ctx context.Context, t *tally, id lifecycle.UnitID, before time.Time) error {
	snapshot, err := s.config.Units.Snapshot(ctx, id)
	if err != nil {
		return fmt.Errorf("unit %s: %w", id, err)
	}
	shipment := snapshot.Shipment
	if shipment == nil || !shipment.ReceivedAt.IsZero() || !shipment.SentAt.Before(before) {
		return nil
	}
	return s.raise(ctx, t, lifecycle.Flag{
		Unit: id, Kind: lifecycle.FlagShipmentLate, Cause: string(shipment.ID), Severity: lifecycle.SeverityMedium,
		Org: shipment.From, Evidence: map[string]string{"sent": stamp(shipment.SentAt)},
	})
}
