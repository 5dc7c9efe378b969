package archive

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/store/engine"
)

// The tables of the ledger, whose rows are hashed again on their way.
const (
	tableEntries = "log_entry"
	tableHashes  = "log_hash"
)

// Write writes every row that the read sees, under a header that was read in it
// too. What it cannot prove whole is an error, and what has been written by
// then is worth nothing.
func Write(ctx context.Context, tx *engine.Tx, header Header, keys note.Verifiers, to io.Writer) (Report, error) {
	out, err := newFrames(to)
	if err != nil {
		return Report{}, err
	}
	report := Report{Header: header}
	ledger, err := newTree(header, keys)
	if err != nil {
		return report, err
	}
	if _, err := out.put(kindHeader, header); err != nil {
		return report, err
	}
	tables, err := engine.Tables(tx)
	if err != nil {
		return report, err
	}
	var end trailer
	for _, table := range tables {
		if _, err := out.put(kindTable, table); err != nil {
			return report, err
		}
		row := func(values []any) ([]byte, error) { return out.put(kindRow, values) }
		counted, err := scan(ctx, tx, table, ledger, row)
		if err != nil {
			return report, fmt.Errorf("table %s: %w", table.Name, err)
		}
		if _, err := out.put(kindEnd, counted); err != nil {
			return report, err
		}
		end.Tables = append(end.Tables, counted)
		report.Rows += counted.Rows
		report.Tables = append(report.Tables, counted.Name)
	}
	if end.Root, err = ledger.end(); err != nil {
		return report, err
	}
	if end.SHA256, err = out.digest(); err != nil {
		return report, err
	}
	report.Root = end.Root
	if _, err := out.put(kindTrailer, end); err != nil {
		return report, err
	}
	return report, out.close()
}

// selections are what of a table is read after what, as it stands behind its
// name. Only the ledger has an order.
func selections(table string) []string {
	switch table {
	case tableEntries:
		return []string{`WHERE idx IS NOT NULL ORDER BY idx`, `WHERE idx IS NULL ORDER BY entry_id`}
	case tableHashes:
		return []string{`ORDER BY stored_idx`}
	}
	return []string{``}
}

// selectRows is completed with columns, table and selection.
const selectRows = `SELECT %s FROM %s %s`

// scan reads a table, hands each row to put, and adds up what put has made of
// it.
func scan(ctx context.Context, tx *engine.Tx, table engine.Table, ledger *tree, put func([]any) ([]byte, error)) (count, error) {
	values, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	watch := ledger.watch(table)
	counted := count{Name: table.Name}
	var sum digest
	for _, selection := range selections(table.Name) {
		query := fmt.Sprintf(selectRows, list(table.Columns), quoted(table.Name), selection)
		err := tx.Each(query, nil, func(scan engine.Scan) (err error) {
			if err := scan(into...); err != nil {
				return err
			}
			for i, column := range table.Columns {
				if values[i], err = conform(column, values[i]); err != nil {
					return err
				}
			}
			if err := watch(values); err != nil {
				return err
			}
			row, err := put(values)
			if err != nil {
				return err
			}
			sum.add(row)
			counted.Rows++
			return ctx.Err()
		})
		if err != nil {
			return counted, err
		}
	}
	counted.Digest = sum.bytes()
	return counted, nil
}

// watch is what the ledger makes of the rows of a table.
func (t *tree) watch(table engine.Table) func([]any) error {
	at := map[string]int{}
	for i, column := range table.Columns {
		at[column.Name] = i
	}
	switch {
	case t == nil:
	case table.Name == tableEntries:
		index, hash, entry := at["idx"], at["leaf_hash"], at["entry"]
		return func(values []any) error {
			number, placed := values[index].(int64)
			if !placed {
				return nil // it waits for its place
			}
			leaf, _ := values[hash].([]byte)
			bytes, _ := values[entry].([]byte)
			return t.entry(number, leaf, bytes)
		}
	case table.Name == tableHashes:
		id, hash := at["stored_idx"], at["hash"]
		return func(values []any) error {
			number, _ := values[id].(int64)
			bytes, _ := values[hash].([]byte)
			return t.hash(number, bytes)
		}
	}
	return func([]any) error { return nil }
}

func list(columns []engine.Column) string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = quoted(column.Name)
	}
	return strings.Join(names, ", ")
}

// quoted is a name as an identifier, whatever it is.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
