package replay

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// comparePage holds the units up to the last one of a page against their rows,
// both ways. ids are those that are known from the ledger, without the late.
func (r *replay) comparePage(ctx context.Context, page []lifecycle.Rows, ids []lifecycle.UnitID, last lifecycle.UnitID,
	changes map[lifecycle.UnitID][]lifecycle.Change,
) error {
	tables := make(map[lifecycle.UnitID]*lifecycle.Rows, len(page))
	all := slices.Clone(ids)
	for i := range page {
		tables[page[i].Unit.ID] = &page[i]
		all = append(all, page[i].Unit.ID)
	}
	for unit := range changes {
		if within(unit, last) {
			all = append(all, unit)
		}
	}
	r.late = slices.DeleteFunc(r.late, func(unit lifecycle.UnitID) bool {
		if !within(unit, last) {
			return false
		}
		all = append(all, unit)
		return true
	})
	slices.Sort(all)
	for _, unit := range slices.Compact(all) {
		if err := r.compare(ctx, unit, tables[unit], changes[unit]); err != nil {
			return err
		}
		delete(r.known, unit)
	}
	return nil
}

// compare holds one unit against its rows; nil: it has none.
func (r *replay) compare(ctx context.Context, unit lifecycle.UnitID, table *lifecycle.Rows, waiting []lifecycle.Change) error {
	var rows lifecycle.Rows
	index := int64(-1)
	known, ok := r.known[unit]
	if ok {
		var err error
		if rows, err = known.now(); err != nil {
			r.findUnit(known.index, unit, err.Error())
		}
		index = known.index
	}
	for _, change := range waiting {
		r.follows(-1, rows, change)
		rows = rows.Apply(change)
	}
	if table != nil {
		r.result.Units++
	}
	switch {
	case table == nil:
		r.findUnit(index, unit, "is on the ledger and not in the tables")
		return nil
	case !ok && len(waiting) == 0:
		r.findUnit(-1, unit, "is in the tables and not on the ledger")
		return nil
	}
	r.differ(index, unit, rows, *table)
	for _, list := range table.Unseen {
		r.findUnit(index, unit, list+": the tables have some, and the unit's own row says that there are none")
	}
	return r.pictures(ctx, index, unit, table.Pictures)
}

// differ finds what tells a unit's rows from what its entries make of it. Of a
// row that cannot be read that much is said, and nothing of what is missing with
// it: the rest is compared all the same.
func (r *replay) differ(index int64, unit lifecycle.UnitID, rows, table lifecycle.Rows) {
	for _, row := range table.Unread {
		r.findUnit(index, unit, row+": the row cannot be read")
		if row == "unit" {
			table.Unit, table.Newest = rows.Unit, rows.Newest
		}
	}
	if same(rows, table) {
		return
	}
	for _, difference := range Differences(rows, table) {
		if !slices.ContainsFunc(table.Unread, func(row string) bool { return strings.HasPrefix(difference, row+":") }) {
			r.findUnit(index, unit, difference)
		}
	}
}

// pictures reads the bytes of every picture, one at a time: no list of names
// shows that they are still what was taken.
func (r *replay) pictures(ctx context.Context, index int64, unit lifecycle.UnitID, pictures []lifecycle.Picture) error {
	for _, p := range pictures {
		bytes, err := r.Tables.Photograph(ctx, unit, p.Order, p.Digest)
		if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
			return fmt.Errorf("read picture %s of %s: %w", p.Digest, unit, err)
		}
		if sum := sha256.Sum256(bytes); hex.EncodeToString(sum[:]) != p.Digest {
			r.findUnit(index, unit, fmt.Sprintf("pictures.%s: it is not the one that was taken", pictureKey(p)))
		}
	}
	return nil
}

// same reports whether rows are equal, without taking them apart: most are. It
// may say no where they only look different; the fields say yes then.
func same(ledger, table lifecycle.Rows) bool {
	table.Unseen, table.Unread = nil, nil
	return reflect.DeepEqual(ordered(ledger), ordered(table))
}

// ordered is the rows with each list in the order of its keys.
func ordered(r lifecycle.Rows) lifecycle.Rows {
	r.Bindings = sorted(r.Bindings, func(b lifecycle.Binding) string { return string(b.ID) })
	r.Offers = sorted(r.Offers, func(o lifecycle.Offer) string { return string(o.ID) })
	r.Holds = sorted(r.Holds, func(h lifecycle.Hold) string { return string(h.ID) })
	r.Deletions = sorted(r.Deletions, deletionKey)
	r.Returns = sorted(r.Returns, func(x lifecycle.Return) string { return string(x.ID) })
	r.Orders = sorted(r.Orders, func(o lifecycle.Order) string { return string(o.ID) })
	for i := range r.Orders {
		r.Orders[i].Tasks = sorted(r.Orders[i].Tasks, func(t lifecycle.Task) string { return t.ID })
	}
	r.Attestations = sorted(r.Attestations, attestationKey)
	r.Certificates = sorted(r.Certificates, func(c lifecycle.Certificate) string { return string(c.Code) })
	r.Sales = sorted(r.Sales, func(s lifecycle.Sale) string { return string(s.ID) })
	r.Shipments = sorted(r.Shipments, func(s lifecycle.Shipment) string { return string(s.ID) })
	r.Credentials = sorted(r.Credentials, func(c lifecycle.Credential) string { return c.Hash })
	r.Pictures = sorted(r.Pictures, pictureKey)
	return r
}

func sorted[T any](rows []T, key func(T) string) []T {
	if len(rows) == 0 {
		return nil
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return rows
}

func attestationKey(a lifecycle.Attestation) string {
	return string(a.Order) + " " + a.Check + " " + string(a.By)
}

func pictureKey(p lifecycle.Picture) string { return string(p.Order) + " " + p.Digest }
