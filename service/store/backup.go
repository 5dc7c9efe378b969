package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/archive"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

// Backup writes everything there is to a file, as it was at one moment, beside
// whoever else is at work. The file gets its name only when it was read back and
// found whole, its ledger signed by one of the keys; otherwise there is none.
func (s *Store) Backup(ctx context.Context, name string, keys archive.Keys) (archive.Report, error) {
	write := func(to io.Writer) (archive.Report, error) {
		return get(ctx, s, func(tx *engine.Tx) (archive.Report, error) { return s.backup(ctx, tx, keys, to) })
	}
	report, err := archive.Save(ctx, name, write, keys)
	if err != nil {
		return report, fmt.Errorf("backup: %w", err)
	}
	return report, nil
}

func (s *Store) backup(ctx context.Context, tx *engine.Tx, keys archive.Keys, to io.Writer) (archive.Report, error) {
	header := archive.Header{MadeAt: s.instant().UnixMilli(), Engine: "SQLite"}
	if tx.Shared() {
		header.Engine = "PostgreSQL"
	}
	last, err := book.Last(tx)
	if err != nil {
		return archive.Report{}, err
	}
	header.Size = last + 1
	header.Checkpoint, err = book.Newest(tx)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return archive.Report{}, err
	}
	origins, err := book.Origins(tx)
	if err != nil {
		return archive.Report{}, err
	}
	header.Origins = book.Names(origins)
	if header.Migrations, err = engine.Ran(tx); err != nil {
		return archive.Report{}, err
	}
	known, err := keys(header.Origins)
	if err != nil {
		return archive.Report{}, err
	}
	return archive.Write(ctx, tx, header, known, to)
}
