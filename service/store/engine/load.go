package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/stdlib"
)

// ErrNotEmpty: there is a database where a new one was to be made.
var ErrNotEmpty = errors.New("there is a database already")

// Load makes a database in an empty place, in one transaction: its schema by
// these migrations, which may be the first of this release's only, and its rows
// by fill. After an error nothing is there that was not before.
func Load(ctx context.Context, config Config, ran []Migration, fill func(*Tx) error) (err error) {
	wanted, err := readMigrations(config.Migrations)
	if err != nil {
		return err
	}
	if wanted, err = first(wanted, ran); err != nil {
		return err
	}
	lock, err := makeAndLock(config.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if config.URL != "" {
		return loadServer(ctx, config, wanted, fill)
	}
	return loadFile(ctx, config, wanted, fill)
}

// first is those of the wanted migrations that ran.
func first(wanted []migration, ran []Migration) ([]migration, error) {
	for i, m := range ran {
		switch {
		case i >= len(wanted):
			return nil, fmt.Errorf("%w: it ran migration %s, which this release has not", ErrNewer, m.Name)
		case wanted[i].name != m.Name:
			return nil, fmt.Errorf("%w: it ran migration %s where this release has %s", ErrAltered, m.Name, wanted[i].name)
		case wanted[i].digest != m.Digest:
			return nil, fmt.Errorf("%w: migration %s was edited after it ran", ErrAltered, m.Name)
		}
	}
	return wanted[:len(ran)], nil
}

// Vacant demands that a new database can be made in the directory. A log that
// an earlier one left would be taken for the new one's.
func Vacant(dir string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		name := filepath.Join(dir, fileName+suffix)
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("%s: %w", name, ErrNotEmpty), err)
		}
	}
	return nil
}

// loadFile makes the file beside its place, and moves it there when it is
// complete and on the disk.
func loadFile(ctx context.Context, config Config, wanted []migration, fill func(*Tx) error) (err error) {
	if err := Vacant(config.Dir); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(config.Dir, ".restore-*") // 0700
	if err != nil {
		return fmt.Errorf("make room for the database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	if err := makePrivate(filepath.Join(draft, fileName)); err != nil {
		return err
	}
	pool := sql.OpenDB(newConnector(draft, toWrite))
	pool.SetMaxOpenConns(1)
	err = loadInto(ctx, pool, sqlite(), wanted, fill)
	if err == nil {
		_, err = pool.ExecContext(ctx, sqliteTruncate)
	}
	if err := errors.Join(err, pool.Close()); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(draft, fileName+"-wal")); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(errors.New("the database's log was not folded into it"), err)
	}
	for _, name := range []string{filepath.Join(draft, fileName), draft} {
		if err := syncName(name); err != nil {
			return err
		}
	}
	if err := os.Rename(filepath.Join(draft, fileName), filepath.Join(config.Dir, fileName)); err != nil {
		return fmt.Errorf("put the database into its place: %w", err)
	}
	return syncName(config.Dir)
}

// loadServer fills an empty database on a server, whose limits on time are for
// the changes of every day.
func loadServer(ctx context.Context, config Config, wanted []migration, fill func(*Tx) error) (err error) {
	settings, err := postgresConfig(config.URL, false)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(stdlib.GetConnector(*settings))
	pool.SetMaxOpenConns(1)
	dialect := postgres(postgresBegin)
	dialect.schema = spread(config.Partitions)
	err = loadInto(ctx, pool, dialect, wanted, fill)
	return explainPostgres(errors.Join(err, pool.Close()))
}

func loadInto(ctx context.Context, pool *sql.DB, dialect *dialect, wanted []migration, fill func(*Tx) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open the new database: %w", dialect.explain(err))
	}
	defer conn.Close()
	// Nothing but an error of its own ends it: cut short by ctx, a connection
	// would not say whether it has rolled back.
	tx := &Tx{ctx: context.WithoutCancel(ctx), conn: conn, dialect: dialect, texts: &texts{}}
	err = loadTx(tx, wanted, fill)
	if err == nil {
		err = tx.broken
	}
	if err != nil {
		return errors.Join(err, tx.rollback())
	}
	return tx.commit()
}

func loadTx(tx *Tx, wanted []migration, fill func(*Tx) error) error {
	if tx.Shared() {
		if err := assertPostgres(tx); err != nil {
			return err
		}
	}
	if err := tx.begin(); err != nil {
		return err
	}
	if err := tx.Serialize(migrationLock); err != nil {
		return err
	}
	found, err := readSchema(tx)
	if err != nil {
		return err
	}
	if found.begun || found.other != "" {
		return fmt.Errorf("%w; name one without tables", ErrNotEmpty)
	}
	if _, err := tx.Exec(sqlMigrationTable); err != nil {
		return err
	}
	for _, m := range wanted {
		text := m.text
		if tx.dialect.schema != nil {
			if text, err = tx.dialect.schema(tx, text); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(text); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
		if _, err := tx.Exec(sqlAddMigration, m.name, m.digest, m.release); err != nil {
			return err
		}
	}
	return fill(tx)
}

// syncName makes a file or the names in a directory durable.
func syncName(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
