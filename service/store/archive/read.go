package archive

import (
	"bytes"
	"context"
	"io"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/store/engine"
)

// Keys finds the public keys for a ledger with these origins, oldest first.
type Keys func(origins []string) (note.Verifiers, error)

// visit is told what a backup holds, in order.
type visit struct {
	header func(Header) error
	table  func(engine.Table) error
	row    func(values []any) error
}

// Read reads a whole backup and judges it. What is not whole, or not signed by
// one of the keys, is an error.
func Read(ctx context.Context, from io.Reader, keys Keys) (Report, error) {
	return read(ctx, from, keys, visit{
		header: func(Header) error { return nil },
		table:  func(engine.Table) error { return nil },
		row:    func([]any) error { return nil },
	})
}

// reader is one reading of a backup.
type reader struct {
	in     *unframes
	ledger *tree
	visit  visit
	report Report
}

func read(ctx context.Context, from io.Reader, keys Keys, visit visit) (Report, error) {
	in, err := newUnframes(from)
	if err != nil {
		return Report{}, err
	}
	r := &reader{in: in, visit: visit}
	if err := r.header(keys); err != nil {
		return r.report, err
	}
	for {
		k, payload, err := in.next()
		if err != nil {
			return r.report, err
		}
		switch k {
		case kindTable:
			in.count(k, payload)
			err = r.table(ctx, payload)
		case kindTrailer:
			return r.report, r.trailer(payload)
		default:
			err = damaged("a frame of kind %q where a table begins", k)
		}
		if err != nil {
			return r.report, err
		}
	}
}

func (r *reader) header(keys Keys) error {
	k, payload, err := r.in.next()
	if err != nil {
		return err
	}
	if k != kindHeader {
		return damaged("a frame of kind %q where the header is", k)
	}
	r.in.count(k, payload)
	if err := r.in.parse(payload, &r.report.Header); err != nil {
		return err
	}
	known, err := keys(r.report.Origins)
	if err != nil {
		return err
	}
	if r.ledger, err = newTree(r.report.Header, known); err != nil {
		return err
	}
	return r.visit.header(r.report.Header)
}

// table reads a table to the end of its rows.
func (r *reader) table(ctx context.Context, payload []byte) error {
	var table engine.Table
	if err := r.in.parse(payload, &table); err != nil {
		return err
	}
	if err := r.visit.table(table); err != nil {
		return err
	}
	watch := r.ledger.watch(table)
	var sum digest
	for rows := int64(0); ; rows++ {
		k, payload, err := r.in.next()
		if err != nil {
			return err
		}
		r.in.count(k, payload)
		if k == kindEnd {
			return r.end(payload, count{Name: table.Name, Rows: rows, Digest: sum.bytes()})
		}
		values, err := r.values(table, k, payload)
		if err != nil {
			return err
		}
		sum.add(payload)
		if err := watch(values); err != nil {
			return err
		}
		if err := r.visit.row(values); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (r *reader) values(table engine.Table, k kind, payload []byte) ([]any, error) {
	if k != kindRow {
		return nil, damaged("a frame of kind %q where a row of %s is", k, table.Name)
	}
	var values []any
	if err := r.in.parse(payload, &values); err != nil {
		return nil, err
	}
	if len(values) != len(table.Columns) {
		return nil, damaged("a row of %s with %d values", table.Name, len(values))
	}
	for i, column := range table.Columns {
		if same, err := conform(column, values[i]); err != nil {
			return nil, damaged("table %s: %w", table.Name, err)
		} else {
			values[i] = same
		}
	}
	return values, nil
}

func (r *reader) end(payload []byte, got count) error {
	var stated count
	if err := r.in.parse(payload, &stated); err != nil {
		return err
	}
	if !same(stated, got) {
		return damaged("table %s: %d rows, %d are stated, or not these", got.Name, got.Rows, stated.Rows)
	}
	r.report.counts = append(r.report.counts, got)
	r.report.Rows += got.Rows
	r.report.Tables = append(r.report.Tables, got.Name)
	return nil
}

func same(a, b count) bool {
	return a.Name == b.Name && a.Rows == b.Rows && bytes.Equal(a.Digest, b.Digest)
}

// trailer holds what was read against what the end says.
func (r *reader) trailer(payload []byte) error {
	var stated trailer
	if err := r.in.parse(payload, &stated); err != nil {
		return err
	}
	if !bytes.Equal(stated.SHA256, r.in.sum.Sum(nil)) {
		return damaged("what it holds is not what was written")
	}
	if len(stated.Tables) != len(r.report.counts) {
		return damaged("%d tables, %d are stated", len(r.report.counts), len(stated.Tables))
	}
	for i, table := range stated.Tables {
		if !same(table, r.report.counts[i]) {
			return damaged("table %s is not what was stated", table.Name)
		}
	}
	root, err := r.ledger.end()
	if err != nil {
		return err
	}
	if root != stated.Root {
		return damaged("the ledger's root is %s, %s is stated", root, stated.Root)
	}
	r.report.Root = root
	return r.in.end()
}
