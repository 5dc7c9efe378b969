package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
)

// look reads the schema of the file, before anything is opened that could
// write: opening for writing alone turns on the write-ahead log, also in what is
// not ours. An empty file is a first start that was cut short.
func look(ctx context.Context, config Config) (err error) {
	dir := config.Dir
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil {
		return fmt.Errorf("no database in %s: %w", dir, err)
	}
	if info.Size() == 0 {
		if config.ReadOnly {
			return fmt.Errorf("%w: the file in %s is empty", ErrOlder, dir)
		}
		return nil
	}
	wanted, err := readMigrations(config.Migrations)
	if err != nil {
		return err
	}
	found, err := schemaOf(ctx, dir, toLook)
	var failure sqlite3.Error
	if errors.As(err, &failure) && failure.Code == sqlite3.ErrReadonly && !config.ReadOnly {
		// Killed in the middle of a write: SQLite takes it back first
		// (sqlite.org/atomiccommit.html, section 4).
		found, err = schemaOf(ctx, dir, toRecover)
	}
	if err != nil {
		return fmt.Errorf("look at database in %s: %w", dir, err)
	}
	return found.fits(wanted)
}

func schemaOf(ctx context.Context, dir string, a access) (found past, err error) {
	pool := sql.OpenDB(newConnector(dir, a))
	defer func() { err = errors.Join(err, pool.Close()) }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return found, explain(err)
	}
	defer conn.Close()
	return readSchema(&Tx{ctx: ctx, conn: conn, dialect: sqlite(), texts: &texts{}})
}
