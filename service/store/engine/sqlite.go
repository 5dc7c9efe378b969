package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"

	"quitclaim/service/lifecycle"
)

// What is SQLite's own lives in this file: how it is opened, how it begins and
// ends a transaction, and what its error codes mean.

// fileName is the database within the data directory.
const fileName = "quitclaim.db"

const (
	sqliteBegin     = `BEGIN IMMEDIATE`
	sqliteBeginRead = `BEGIN`
	sqliteCommit    = `COMMIT`
	sqliteRollback  = `ROLLBACK`
	sqliteSavepoint = `SAVEPOINT change`
	sqliteRelease   = `RELEASE change`
	sqliteUndo      = `ROLLBACK TO change`
	sqliteTruncate  = `PRAGMA wal_checkpoint(TRUNCATE)`

	// How long a checkpoint waits for readers: as long as ours take, and then as
	// long as a connection waits for anything (pragmas).
	sqliteBrieflyBusy = `PRAGMA busy_timeout = 50`
	sqliteLongBusy    = `PRAGMA busy_timeout = 5000`

	sqliteColumns = `
SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND t.name NOT GLOB 'sqlite_*'`

	// Pages of the log before SQLite folds it into the file: 16 MB instead of
	// 4, for a page that changes often is then written once.
	sqliteAutocheckpoint = `PRAGMA wal_autocheckpoint = 4000`

	sqliteTables = `
SELECT name FROM sqlite_schema
WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'
ORDER BY rowid`
	sqliteTableColumns = `SELECT name, type FROM pragma_table_info($1) ORDER BY cid`

	sqliteAskSynchronous  = `PRAGMA synchronous`
	sqliteAskForeignKeys  = `PRAGMA foreign_keys`
	sqliteAskBusyTimeout  = `PRAGMA busy_timeout`
	sqliteAskJournalMode  = `PRAGMA journal_mode`
	sqliteAskSecureDelete = `PRAGMA secure_delete`
	sqliteAskQueryOnly    = `PRAGMA query_only`
)

// sqlite is the dialect of the embedded database. One process writes, one
// change at a time, so nothing needs a lock.
func sqlite() *dialect {
	return &dialect{
		begin: sqliteBegin, beginRead: sqliteBeginRead, commit: sqliteCommit, rollback: sqliteRollback,
		rewrite: rewrite, isConstraint: isConstraint, explain: explain, inTransaction: inTransaction,
		tables: sqliteTables, tableColumns: sqliteTableColumns,
		columns: sqliteColumns,
	}
}

// access says what a connection is for.
type access int

const (
	toWrite access = iota
	toRead
	// toLook is to read what may not be ours.
	toLook
	// toRecover is toLook where a process was killed in the middle of a write
	// that only a connection which may write can take back.
	toRecover
)

// pragma is a setting that a connection must have, or acknowledged changes
// could be lost (synchronous), rows could point nowhere (foreign_keys) or a
// forgotten person's key could be dug out of free pages (secure_delete).
type pragma struct {
	name, set, ask, want string
}

func pragmas(a access) []pragma {
	list := []pragma{
		// SQLite numbers FULL as 2 (sqlite.org/pragma.html#pragma_synchronous).
		{"_synchronous", "FULL", sqliteAskSynchronous, "2"},
		{"_foreign_keys", "1", sqliteAskForeignKeys, "1"},
		{"_busy_timeout", "5000", sqliteAskBusyTimeout, "5000"},
	}
	if a == toWrite {
		return append(list,
			pragma{"_journal_mode", "WAL", sqliteAskJournalMode, "wal"},
			pragma{"_secure_delete", "1", sqliteAskSecureDelete, "1"})
	}
	list = append(list, pragma{"_query_only", "1", sqliteAskQueryOnly, "1"})
	if a == toLook || a == toRecover {
		return list
	}
	return append(list, pragma{"", "", sqliteAskJournalMode, "wal"})
}

// dsn is the address of the file. The driver's own defaults are the opposite
// of what we need on synchronous, foreign keys and locking.
func dsn(dir string, a access) string {
	values := url.Values{}
	for _, p := range pragmas(a) {
		if p.name != "" {
			values.Set(p.name, p.set)
		}
	}
	// Statements are prepared once per connection and kept.
	values.Set("_stmt_cache_size", "256")
	// database/sql lets one goroutine at a time use a connection.
	values.Set("_mutex", "no")
	if a == toWrite {
		values.Set("_txlock", "immediate")
		values.Set("_cache_size", "-32768") // KiB: the upper pages of every index
	} else {
		values.Set("_txlock", "deferred")
		values.Set("mode", map[bool]string{false: "ro", true: "rw"}[a == toRecover])
	}
	// Opaque, for a relative directory is no authority (RFC 8089, section 2).
	path := url.URL{Path: filepath.Join(dir, fileName)}
	file := url.URL{Scheme: "file", Opaque: path.EscapedPath(), RawQuery: values.Encode()}
	return file.String()
}

// connector opens SQLite connections without a driver registered by name,
// which would be a global.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

func newConnector(dir string, a access) connector {
	hook := func(conn *sqlite3.SQLiteConn) error {
		if a == toWrite {
			if _, err := conn.Exec(sqliteAutocheckpoint, nil); err != nil {
				return fmt.Errorf("%s: %w", sqliteAutocheckpoint, err)
			}
		}
		return assertPragmas(conn, pragmas(a))
	}
	return connector{driver: &sqlite3.SQLiteDriver{ConnectHook: hook}, dsn: dsn(dir, a)}
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// assertPragmas asks each setting back: SQLite passes over what it does not
// know without an error.
func assertPragmas(conn *sqlite3.SQLiteConn, want []pragma) error {
	for _, p := range want {
		got, err := askPragma(conn, p.ask)
		if err != nil {
			return fmt.Errorf("%s: %w", p.ask, err)
		}
		if got != p.want {
			return fmt.Errorf("%s is %q, must be %q", p.ask, got, p.want)
		}
	}
	return nil
}

func askPragma(conn *sqlite3.SQLiteConn, ask string) (string, error) {
	rows, err := conn.Query(ask, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return "", err
	}
	if text, ok := value[0].([]byte); ok {
		return string(text), nil
	}
	return fmt.Sprint(value[0]), nil
}

// inTransaction reports whether the connection still has its transaction:
// after some errors SQLite has rolled back by itself
// (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
func inTransaction(conn *sql.Conn) bool {
	open := false
	err := conn.Raw(func(raw any) error {
		sqlite, ok := raw.(*sqlite3.SQLiteConn)
		open = ok && !sqlite.AutoCommit()
		return nil
	})
	return err == nil && open
}

// isConstraint reports whether the statement broke a constraint: it alone was
// undone, and the transaction goes on.
func isConstraint(err error) bool {
	var failure sqlite3.Error
	return errors.As(err, &failure) && failure.Code == sqlite3.ErrConstraint
}

// explain adds lifecycle.ErrBusy to what may be better later: a full disk, a
// failing one, a lock.
func explain(err error) error {
	var failure sqlite3.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code {
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%w: %w", ErrForeign, err)
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrNomem, sqlite3.ErrCantOpen:
		return fmt.Errorf("%w: %w", lifecycle.ErrBusy, err)
	}
	return err
}

// rewrite turns $1 into +?1. SQLite takes $1 too; but the driver binds $n by
// order of appearance, without an error, and ?n by number. No statement of
// ours has a dollar sign anywhere else.
//
// The plus changes neither value nor plan, but it hides the parameter from the
// planner. Of a bare one that it looked at (beside ORDER BY, in a join, in
// LIMIT) it wants to see each new value, and plans the statement anew every
// time it runs (sqlite.org/c3ref/prepare.html), which takes longer than most of
// ours run.
func rewrite(query string) string { return strings.ReplaceAll(query, "$", "+?") }
