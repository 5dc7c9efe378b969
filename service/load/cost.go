package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"quitclaim/service/load/machine"
)

// cost is what has been used up so far. It does not depend on how busy the
// machine is, as times of answers do.
type cost struct {
	ours   time.Duration // processor time of the product
	theirs time.Duration // processor time of PostgreSQL's processes
	log    int64         // bytes of write-ahead log; SQLite does not say
	size   int64         // bytes of the database
}

// since is what was used up between before and c, for each of count.
func (c cost) since(before cost, count int) cost {
	n := time.Duration(count)
	return cost{
		ours: (c.ours - before.ours) / n, theirs: (c.theirs - before.theirs) / n,
		log: (c.log - before.log) / int64(count), size: (c.size - before.size) / int64(count),
	}
}

// costOf reads what a server and its database have used up.
func costOf(ctx context.Context, s *side, at place) (cost, error) {
	c := cost{ours: s.server.Computed()}
	if at.database == "" {
		var err error
		c.size, err = bytesIn(at.dir)
		return c, err
	}
	conn, err := pgx.Connect(ctx, at.database)
	if err != nil {
		return c, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `
SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS BIGINT), pg_database_size(current_database())`).Scan(&c.log, &c.size)
	if err != nil {
		return c, fmt.Errorf("ask the server: %w", err)
	}
	// The pool keeps its connections, so their processes are the same later.
	rows, err := conn.Query(ctx, `SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()`)
	if err != nil {
		return c, fmt.Errorf("ask the server: %w", err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return c, fmt.Errorf("ask the server: %w", err)
	}
	for _, pid := range pids {
		c.theirs += machine.ComputedBy(pid)
	}
	return c, nil
}

// bytesIn is the size of the files in a directory.
func bytesIn(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
