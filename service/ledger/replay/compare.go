package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"quitclaim/service/lifecycle"
)

// History is one unit, rebuilt from its leaves.
type History struct {
	snapshot lifecycle.Snapshot
	sales    []lifecycle.Sale // all, for a void brings the one before back
	index    int64            // of its newest entry
}

// Snapshot is the unit as its newest leaf leaves it.
func (h *History) Snapshot() lifecycle.Snapshot { return h.snapshot }

// Apply takes in the next change of the unit and its place on the ledger.
func (h *History) Apply(index int64, change lifecycle.Change) {
	h.snapshot, h.index = h.snapshot.Apply(change), index
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

// Rows is what the tables must hold of the unit. Their newest sale is the
// newest that was not voided, and their shipment the one that has not arrived.
func (h *History) Rows() lifecycle.Snapshot {
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

// Differences lists the fields in which the tables are not what the ledger
// makes of the unit.
func Differences(ledger, table lifecycle.Snapshot) []string {
	return differences("", fieldsOf(ledger), fieldsOf(table))
}

// fieldsOf is a snapshot as nested fields, lists by the key of their rows. What
// a sweep learns of clouds is bookkeeping and on no leaf, so probes and
// sightings are left out; so is what belongs to the model.
func fieldsOf(s lifecycle.Snapshot) map[string]any {
	fields := map[string]any{
		"unit": s.Unit, "return": s.Return, "report": s.Report, "certificate": s.Certificate, "sale": s.Sale,
		"shipment": s.Shipment,
		"bindings": byKey(s.Bindings, func(b lifecycle.Binding) string { return string(b.ID) }),
		"holds":    byKey(s.Holds, func(h lifecycle.Hold) string { return string(h.ID) }),
		"offers":   byKey(s.Offers, func(o lifecycle.Offer) string { return string(o.ID) }),
		"attestations": byKey(s.Attestations, func(a lifecycle.Attestation) string {
			return string(a.Order) + " " + a.Check + " by " + string(a.By)
		}),
	}
	if s.Order != nil {
		order := *s.Order
		fields["tasks"] = byKey(order.Tasks, func(t lifecycle.Task) string { return t.ID })
		order.Tasks = nil
		fields["order"] = order
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic("replay: a snapshot does not marshal: " + err.Error()) // plain data always does
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic("replay: what was marshalled does not parse: " + err.Error())
	}
	return plain
}

func byKey[T any](rows []T, key func(T) string) map[string]T {
	keyed := make(map[string]T, len(rows))
	for _, row := range rows {
		keyed[key(row)] = row
	}
	return keyed
}

// differences walks two trees of fields and names every leaf that differs.
func differences(path string, ledger, table any) []string {
	want, wantIs := ledger.(map[string]any)
	got, gotIs := table.(map[string]any)
	if !wantIs || !gotIs {
		if reflect.DeepEqual(ledger, table) {
			return nil
		}
		return []string{fmt.Sprintf("%s: the ledger says %s, the table says %s", path, shown(ledger), shown(table))}
	}
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	var found []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		below := name
		if path != "" {
			below = path + "." + name
		}
		found = append(found, differences(below, want[name], got[name])...)
	}
	return found
}

// maxShown is how much of a value is printed.
const maxShown = 80

func shown(value any) string {
	if value == nil {
		return "nothing"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "something unreadable"
	}
	if len(text) > maxShown {
		return string(text[:maxShown]) + "…"
	}
	return string(text)
}
