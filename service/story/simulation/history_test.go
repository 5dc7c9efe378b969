package simulation

import (
	"slices"

	"quitclaim/service/lifecycle"
)

// history is one unit, rebuilt from its leaves.
type history struct {
	snapshot lifecycle.Snapshot
	sales    []lifecycle.Sale // all, for a void brings the one before back
}

// Snapshot is the unit as its newest leaf leaves it.
func (h *history) Snapshot() lifecycle.Snapshot { return h.snapshot }

// Apply takes in the next change of the unit.
func (h *history) Apply(change lifecycle.Change) {
	h.snapshot = h.snapshot.Apply(change)
	if change.Sale == nil {
		return
	}
	at := slices.IndexFunc(h.sales, func(s lifecycle.Sale) bool { return s.ID == change.Sale.ID })
	if at < 0 {
		h.sales = append(h.sales, *change.Sale)
		return
	}
	h.sales[at] = *change.Sale
}

// Rows is what the tables lead to: the newest sale that was not voided, and the
// shipment that has not arrived.
func (h *history) Rows() lifecycle.Snapshot {
	s := h.snapshot
	s.Sale = nil
	for i, sale := range h.sales {
		if sale.VoidedAt.IsZero() {
			s.Sale = &h.sales[i]
		}
	}
	if s.Shipment != nil && !s.Shipment.ReceivedAt.IsZero() {
		s.Shipment = nil
	}
	return s
}
