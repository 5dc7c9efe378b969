package archive

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"quitclaim/service/store/engine"
)

// loadAtOnce is how many rows go to the database in one piece.
const loadAtOnce = 500

// Load puts everything that a backup holds into a database whose schema is the
// one that the backup was made of, and reads it back. After an error the
// transaction must not be committed.
func Load(ctx context.Context, tx *engine.Tx, from io.Reader, keys Keys) (Report, error) {
	l := &loader{tx: tx}
	var err error
	if l.tables, err = engine.Tables(tx); err != nil {
		return Report{}, err
	}
	report, err := read(ctx, from, keys, visit{
		header: func(Header) error { return nil },
		table:  l.begin,
		row:    l.add,
	})
	if err != nil {
		return report, err
	}
	if err := l.flush(); err != nil {
		return report, err
	}
	report.Left = l.left
	return report, l.compare(ctx, report.counts)
}

// loader fills table after table.
type loader struct {
	tx     *engine.Tx
	tables []engine.Table // of the database
	loaded []engine.Table // as the file has them
	left   []string       // of these, tables that are not ours
	leave  bool           // the present one
	insert string
	rows   [][]any
}

// The statements of a load are completed with table, columns and places.
const (
	deleteRows = `DELETE FROM %s`
	insertRow  = `INSERT INTO %s (%s) VALUES (%s)`
)

// begin makes the next table ready. What a migration has put there comes again
// from the file.
func (l *loader) begin(table engine.Table) error {
	if err := l.flush(); err != nil {
		return err
	}
	at := slices.IndexFunc(l.tables, func(t engine.Table) bool { return t.Name == table.Name })
	l.loaded = append(l.loaded, table)
	l.leave = at < 0 // no migration made it: somebody put it beside ours
	if l.leave {
		l.left = append(l.left, table.Name)
		return nil
	}
	if !slices.Equal(l.tables[at].Columns, table.Columns) {
		return fmt.Errorf("table %s of the backup has not the columns that its migrations make", table.Name)
	}
	if _, err := l.tx.Exec(fmt.Sprintf(deleteRows, quoted(table.Name))); err != nil {
		return fmt.Errorf("empty table %s: %w", table.Name, err)
	}
	places := make([]string, len(table.Columns))
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	l.insert = fmt.Sprintf(insertRow, quoted(table.Name), list(table.Columns), strings.Join(places, ", "))
	return nil
}

func (l *loader) add(values []any) error {
	if l.leave {
		return nil
	}
	l.rows = append(l.rows, values)
	if len(l.rows) < loadAtOnce {
		return nil
	}
	return l.flush()
}

func (l *loader) flush() error {
	if len(l.rows) == 0 {
		return nil
	}
	if _, err := l.tx.ExecEach(l.insert, l.rows); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	l.rows = l.rows[:0]
	return nil
}

// compare reads back what was loaded.
func (l *loader) compare(ctx context.Context, stated []count) error {
	out, err := newFrames(io.Discard)
	if err != nil {
		return err
	}
	for i, table := range l.loaded {
		if slices.Contains(l.left, table.Name) {
			continue
		}
		got, err := scan(ctx, l.tx, table, nil, func(values []any) ([]byte, error) { return out.encode.Marshal(values) })
		if err != nil {
			return fmt.Errorf("read back table %s: %w", table.Name, err)
		}
		if !same(got, stated[i]) {
			return fmt.Errorf("table %s holds %d rows after the load, the backup has %d, or not these", table.Name, got.Rows, stated[i].Rows)
		}
	}
	return nil
}
