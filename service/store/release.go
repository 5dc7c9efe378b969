package store

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// AdvanceWithRelease is Advance for a release, and makes the code of its receipt
// lead to it in the same transaction: no release is without its receipt. What is
// kept of the code is its hash, which codeHash makes for the epoch that the
// release begins; one that was answered before has it already.
func (s *Store) AdvanceWithRelease(ctx context.Context, unit lifecycle.UnitID,
	codeHash func(lifecycle.UnitID, lifecycle.Epoch) string, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	var order lifecycle.OrderID // of the try that is being written: decide runs before what also does
	noting := func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		change, err := decide(s)
		order = ""
		if n := len(change.Orders); n > 0 && change.Orders[n-1].State == lifecycle.OrderOpen {
			order = change.Orders[n-1].ID
		}
		return change, err
	}
	return s.advance(ctx, unit, func(tx *engine.Tx, u lifecycle.Unit) error {
		return facts.AddReleaseReceipt(tx, codeHash(u.ID, u.Epoch), lifecycle.ReleaseReceipt{
			Unit: u.ID, Epoch: u.Epoch, Order: order, At: u.EpochAt,
		})
	}, noting)
}

// ReleaseReceipt reads the release that the code with this hash leads to, or
// lifecycle.ErrNotFound.
func (s *Store) ReleaseReceipt(ctx context.Context, codeHash string) (lifecycle.ReleaseReceipt, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.ReleaseReceipt, error) { return facts.ReleaseReceipt(tx, codeHash) })
}
