package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"quitclaim/service/lifecycle"
)

// What is PostgreSQL's own lives in this file: how a connection is made, how a
// transaction begins and ends, and what its error codes mean.

const (
	// Each statement sees what is committed by then; a compare-and-swap on the
	// unit's version decides.
	postgresBegin = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`
	// As if nobody else wrote meanwhile, or SQLSTATE 40001.
	postgresBeginAlone = `BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE`
	// All statements of a read see one state.
	postgresBeginRead = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	postgresCommit    = `COMMIT`
	postgresRollback  = `ROLLBACK`

	// Held to the end of the transaction, so it also works behind a pooler that
	// hands out a connection per transaction.
	postgresLock = `SELECT pg_advisory_xact_lock($1)`
	postgresTry  = `SELECT pg_try_advisory_xact_lock($1)`
	// The order in which entries were written, for who sequences them: no
	// clock is right, and a transaction that saw another's entry draws after it.
	postgresArrival = `CREATE SEQUENCE IF NOT EXISTS log_entry_arrival`

	// What belongs to an extension is nobody's data.
	postgresColumns = `
SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

	// A migration may have to wait for another process that migrates, and to
	// read every row.
	postgresPatient = `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0`

	// A partition is no table of its own here: its rows are read through the
	// whole.
	postgresTables = `
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace
ORDER BY oid`
	postgresTableColumns = `
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $1
ORDER BY ordinal_position`

	postgresNotify = `SELECT pg_notify('quitclaim', '')`
	postgresListen = `LISTEN quitclaim`

	postgresAskSettings = `
SELECT current_setting('synchronous_commit'), current_setting('server_version_num')::int, pg_encoding_to_char(encoding), datcollate
FROM pg_database WHERE datname = current_database()`

	// -1 for a database without our tables, 0 where they are whole.
	postgresAskPartitions = `
SELECT CASE WHEN to_regclass('unit') IS NULL THEN -1
  ELSE (SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('unit')) END`

	// skipLocked stands in a statement that claims rows, where others who claim
	// at the same time are to take the next ones. One writer needs no such thing.
	skipLocked         = `/* only rows that nobody has */`
	postgresSkipLocked = `FOR UPDATE SKIP LOCKED`
)

// oldestPostgres is the oldest release that the tests have seen.
const oldestPostgres = 15

// postgres is the dialect of a PostgreSQL server, for a transaction that begins
// this way.
func postgres(begin string) *dialect {
	return &dialect{
		begin: begin, beginRead: postgresBeginRead, commit: postgresCommit, rollback: postgresRollback,
		rewrite: func(query string) string { return strings.Replace(query, skipLocked, postgresSkipLocked, 1) },
		// After any error the transaction is lost.
		isConstraint: func(error) bool { return false },
		explain:      explainPostgres, inTransaction: inPostgresTransaction,
		tables: postgresTables, tableColumns: postgresTableColumns,
		lock: postgresLock, columns: postgresColumns, patient: postgresPatient,
	}
}

// postgresConfig reads the URL, and sets what every connection must have.
func postgresConfig(url string, timeouts bool) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err) // pgx leaves the password out
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	set := map[string]string{"application_name": "quitclaim"}
	if timeouts {
		// Milliseconds. A statement of ours takes less, or the server is in
		// trouble; and a process that died holds no locks for longer.
		set["statement_timeout"], set["lock_timeout"] = "20000", "5000"
		set["idle_in_transaction_session_timeout"] = "30000"
	}
	for name, value := range set {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// assertPostgres demands what acknowledged writes and sorted lists rely on.
func assertPostgres(tx *Tx) error {
	var commit, encoding, collation string
	var version int64
	if _, err := tx.Get(postgresAskSettings, nil, &commit, &version, &encoding, &collation); err != nil {
		return fmt.Errorf("ask the server's settings: %w", err)
	}
	var wrong []error
	if major := version / 10000; major < oldestPostgres {
		wrong = append(wrong, fmt.Errorf("%w: PostgreSQL %d is older than %d", ErrServer, major, oldestPostgres))
	}
	if commit == "off" {
		wrong = append(wrong, fmt.Errorf("%w: synchronous_commit is off, so that what we acknowledge could be lost", ErrServer))
	}
	if encoding != "UTF8" {
		wrong = append(wrong, fmt.Errorf("%w: the database's encoding is %s, must be UTF8", ErrServer, encoding))
	}
	if collation != "C" && collation != "POSIX" {
		wrong = append(wrong, fmt.Errorf("%w: the database's collation is %s, must be C: CREATE DATABASE … TEMPLATE template0 LC_COLLATE 'C'",
			ErrServer, collation))
	}
	return errors.Join(wrong...)
}

func inPostgresTransaction(conn *sql.Conn) bool {
	open := false
	err := conn.Raw(func(raw any) error {
		c, ok := raw.(*stdlib.Conn)
		// 'I' is idle (PostgreSQL manual, 55.7, ReadyForQuery).
		open = ok && !c.Conn().IsClosed() && c.Conn().PgConn().TxStatus() != 'I'
		return nil
	})
	return err == nil && open
}

// explainPostgres adds lifecycle.ErrBusy to what may be better later: no
// connection, a server that stops or starts or has no room, a lock or an answer
// that did not come in time.
func explainPostgres(err error) error {
	if err == nil || errors.Is(err, lifecycle.ErrBusy) || !passing(err) {
		return err
	}
	return fmt.Errorf("%w: %w", lifecycle.ErrBusy, err)
}

func passing(err error) bool {
	if state := sqlState(err); state != "" {
		switch state[:2] {
		case "08", "53", "57", "58": // connection, resources, operator, system: manual, appendix A
			return true
		}
		// lock_not_available, read_only_sql_transaction (a standby), and what
		// retries did not settle.
		return state == "55P03" || state == "25006" || state == "40001" || state == "40P01"
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err)
}

// sqlState is the code of an error that the server sent, or empty.
func sqlState(err error) string {
	var sent *pgconn.PgError
	if errors.As(err, &sent) && len(sent.Code) == 5 {
		return sent.Code
	}
	return ""
}

// lockNumber is the advisory lock that stands for a key. Two keys on one number
// only wait for each other.
func lockNumber(key string) int64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte("quitclaim " + key))
	return int64(hash.Sum64())
}
