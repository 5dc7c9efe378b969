package engine

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// ExecEach runs a statement once for each list of arguments, and returns how
// many rows were changed in all. To a server they go in one journey.
func (t *Tx) ExecEach(query string, lists [][]any) (int64, error) {
	if len(lists) > 1 && t.Shared() {
		return t.execBatch(query, lists)
	}
	var all int64
	for _, args := range lists {
		rows, err := t.Exec(query, args...)
		if err != nil {
			return 0, err
		}
		all += rows
	}
	return all, nil
}

func (t *Tx) execBatch(query string, lists [][]any) (all int64, err error) {
	batch := &pgx.Batch{}
	for _, args := range lists {
		batch.Queue(t.text(query, args), args...)
	}
	err = t.conn.Raw(func(raw any) error {
		all, err = sendBatch(t.ctx, raw.(*stdlib.Conn).Conn(), batch)
		return err
	})
	if err != nil {
		return 0, t.failed(err)
	}
	return all, nil
}

func sendBatch(ctx context.Context, conn *pgx.Conn, batch *pgx.Batch) (all int64, err error) {
	results := conn.SendBatch(ctx, batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	for range batch.Len() {
		tag, err := results.Exec()
		if err != nil {
			return 0, err
		}
		all += tag.RowsAffected()
	}
	return all, nil
}
