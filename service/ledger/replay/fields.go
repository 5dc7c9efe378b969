package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"quitclaim/service/lifecycle"
)

// Differences lists the fields in which the tables are not what the ledger
// makes of the unit.
func Differences(ledger, table lifecycle.Rows) []string {
	return differences("", fieldsOf(ledger), fieldsOf(table))
}

// fieldsOf is rows as nested fields, lists by the key of their rows.
func fieldsOf(r lifecycle.Rows) map[string]any {
	fields := map[string]any{
		"unit": r.Unit, "report": r.Report, "newest": r.Newest,
		"bindings":     byKey(r.Bindings, func(b lifecycle.Binding) string { return string(b.ID) }),
		"offers":       byKey(r.Offers, func(o lifecycle.Offer) string { return string(o.ID) }),
		"holds":        byKey(r.Holds, func(h lifecycle.Hold) string { return string(h.ID) }),
		"deletions":    byKey(r.Deletions, deletionKey),
		"returns":      byKey(r.Returns, func(x lifecycle.Return) string { return string(x.ID) }),
		"orders":       byKey(ordersOf(r.Orders), func(o orderFields) string { return string(o.ID) }),
		"attestations": byKey(r.Attestations, attestationKey),
		"certificates": byKey(r.Certificates, func(c lifecycle.Certificate) string { return string(c.Code) }),
		"sales":        byKey(r.Sales, func(s lifecycle.Sale) string { return string(s.ID) }),
		"shipments":    byKey(r.Shipments, func(s lifecycle.Shipment) string { return string(s.ID) }),
		"credentials":  byKey(r.Credentials, func(c lifecycle.Credential) string { return c.Hash }),
		"pictures":     byKey(r.Pictures, pictureKey),
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic("replay: rows do not marshal: " + err.Error()) // plain data always does
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic("replay: what was marshalled does not parse: " + err.Error())
	}
	return plain
}

// orderFields is an order with its tasks by their keys.
type orderFields struct {
	lifecycle.Order
	Tasks map[string]lifecycle.Task `json:"tasks"`
}

func ordersOf(orders []lifecycle.Order) []orderFields {
	list := make([]orderFields, len(orders))
	for i, o := range orders {
		list[i] = orderFields{o, byKey(o.Tasks, func(t lifecycle.Task) string { return t.ID })}
	}
	return list
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

func deletionKey(x lifecycle.Deletion) string { return string(x.Binding) + " " + x.Cloud }
