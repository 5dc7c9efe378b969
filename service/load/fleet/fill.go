package fleet

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
)

// chunkUnits is how many units are written at a time.
const chunkUnits = 250_000

// Nothing is lost when filling fails but the filling, so nothing is synced and
// no journal is kept. The database gets its log back at the end.
const sqlFast = `
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -2000000;`

const sqlSlow = `
PRAGMA locking_mode = NORMAL;
PRAGMA journal_mode = WAL;`

// Indexes that no constraint made of itself are faster built at the end.
const sqlIndexes = `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`

// Fill writes the units straight into the tables, the store being closed.
func (f *Fleet) Fill(ctx context.Context, progress io.Writer) (err error) {
	// A connector of its own: account_hash is this fleet's.
	own := &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		return conn.RegisterFunc("account_hash", func(account string) string { return f.Account(account) }, true)
	}}
	raw, err := own.Open("file:" + filepath.Join(f.Dir, "quitclaim.db"))
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	db := sql.OpenDB(opened{raw, own})
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	indexes, err := f.prepare(ctx, db)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	begin := time.Now()
	for from := 0; from < f.Units; from += chunkUnits {
		to := min(from+chunkUnits, f.Units)
		if err := f.chunk(ctx, db, from, to); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		fmt.Fprintf(progress, "%d of %d units, %.0f s\n", to, f.Units, time.Since(begin).Seconds())
	}
	for _, index := range indexes {
		if _, err := db.ExecContext(ctx, index); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	fmt.Fprintf(progress, "indexes, %.0f s\n", time.Since(begin).Seconds())
	if _, err := db.ExecContext(ctx, sqlSlow); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	return nil
}

// prepare sets the connection up and returns how to make the indexes that it
// dropped.
func (f *Fleet) prepare(ctx context.Context, db *sql.DB) ([]string, error) {
	for _, text := range []string{sqlFast, sqlWorld} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return nil, err
		}
	}
	_, err := db.ExecContext(ctx, sqlSetWorld, f.Now.UnixMilli(), string(f.Vendor), string(f.Retailer),
		string(f.Warehouse), string(f.Model.ID), f.Model.GTIN, builtin.Name, string(f.Clerk), string(f.Technician),
		string(f.Validator), f.ReceiptHash, f.Units, f.Units/f.Watched)
	if err != nil {
		return nil, err
	}
	if err := setVerbs(ctx, db); err != nil {
		return nil, err
	}
	var names, texts []string
	rows, err := db.QueryContext(ctx, sqlIndexes)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		names, texts = append(names, name), append(texts, text)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := db.ExecContext(ctx, "DROP INDEX "+name); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// setVerbs lists what a reset order asks for, in its order.
func setVerbs(ctx context.Context, db *sql.DB) error {
	place := 0
	for _, part := range []struct {
		cloud string
		verbs []lifecycle.Verb
	}{{"", lifecycle.UnitVerbs()}, {builtin.Name, lifecycle.CloudVerbs()}} {
		for seq, verb := range part.verbs {
			if _, err := db.ExecContext(ctx, sqlSetVerb, place, seq, part.cloud, string(verb)); err != nil {
				return err
			}
			place++
		}
	}
	return nil
}

func (f *Fleet) chunk(ctx context.Context, db *sql.DB, from, to int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after the commit it does nothing
	if _, err := tx.ExecContext(ctx, sqlClear); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, sqlSeed, from, to); err != nil {
		return err
	}
	for _, text := range chunkStatements() {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%.40s…: %w", text[1:], err)
		}
	}
	return tx.Commit()
}

// opened is a connector with one connection, which it has already.
type opened struct {
	conn driver.Conn
	of   driver.Driver
}

// Connect implements driver.Connector.
func (o opened) Connect(context.Context) (driver.Conn, error) { return o.conn, nil }

// Driver implements driver.Connector.
func (o opened) Driver() driver.Driver { return o.of }
