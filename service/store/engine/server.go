package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connectTimeout = 5 * time.Second
	// transactionTimeout bounds a transaction of ours on a server that does not
	// answer. Whoever waits for it has long been told to come again.
	transactionTimeout = 25 * time.Second
	// maxAttempts bounds how often a change that lost a race runs again, and
	// maxPause the wait before.
	maxAttempts = 20
	maxPause    = 50 * time.Millisecond
)

// ErrServer: the PostgreSQL server is not set up as we need it.
var ErrServer = errors.New("database server does not fit")

// ErrConflict: somebody else changed what this change was decided on. The
// change runs again on what is there now.
var ErrConflict = errors.New("somebody else was faster")

// server is a database on a PostgreSQL server, which any number of processes
// write to.
type server struct {
	config *pgx.ConnConfig
	log    *slog.Logger
	trace  func(query string, args []any)
	wrote  func()
	texts  *texts
	lock   *flock.Flock // of the data directory, where the keys are; nil: read-only

	pool    *sql.DB
	aside   *sql.DB // one connection for who must not wait for a place in the pool
	timeout time.Duration

	mu      sync.Mutex
	waiting int  // by mu: writes that have begun or wait for a connection
	closed  bool // by mu
}

func openServer(ctx context.Context, config Config) (*server, error) {
	s := &server{log: config.Log, trace: config.Trace, wrote: config.Wrote, texts: &texts{seen: config.Seen, ran: config.Ran}}
	if err := s.open(ctx, config); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *server) open(ctx context.Context, config Config) (err error) {
	if s.config, err = postgresConfig(config.URL, !config.ReadOnly); err != nil {
		return err
	}
	s.pool = sql.OpenDB(stdlib.GetConnector(*s.config))
	s.pool.SetMaxOpenConns(config.Readers)
	s.pool.SetMaxIdleConns(config.Readers)
	if config.ReadOnly {
		return s.read(ctx, func(tx *Tx) error { return checkSchema(tx, config.Migrations) })
	}
	s.timeout = transactionTimeout
	s.aside = sql.OpenDB(stdlib.GetConnector(*s.config))
	s.aside.SetMaxOpenConns(1)
	if s.lock, err = makeAndLock(config.Dir); err != nil {
		return err
	}
	return s.prepare(ctx, config)
}

// prepare asserts the server's settings and brings the schema up to date. Of
// several processes that start, one at a time does.
func (s *server) prepare(ctx context.Context, config Config) error {
	conn, err := s.aside.Conn(ctx)
	if err != nil {
		return s.unreachable(err)
	}
	defer conn.Close()
	own := context.WithoutCancel(ctx)
	tx := &Tx{ctx: own, conn: conn, dialect: postgres(postgresBegin), texts: s.texts}
	if err := assertPostgres(tx); err != nil {
		return err
	}
	tx.dialect.schema = spread(config.Partitions)
	if err := migrate(tx, config.Migrations); err != nil {
		return err
	}
	return errors.Join(finish(tx, config.Partitions), tx.rollback())
}

// finish makes what is the server's own beside the schema.
func finish(tx *Tx, wanted int) error {
	if err := tx.begin(); err != nil {
		return err
	}
	if err := tx.Serialize(migrationLock); err != nil {
		return fmt.Errorf("wait for another that starts: %w", err)
	}
	if _, err := partitions(tx, wanted); err != nil {
		return err
	}
	if _, err := tx.Exec(postgresArrival); err != nil {
		return fmt.Errorf("make sequence: %w", err)
	}
	return tx.commit()
}

// unreachable names the server, without the password.
func (s *server) unreachable(err error) error {
	return fmt.Errorf("PostgreSQL at %s:%d, database %s: %w", s.config.Host, s.config.Port, s.config.Database, explainPostgres(err))
}

// write implements database.
func (s *server) write(ctx context.Context, run func(*Tx) error, alone bool) error {
	begin := postgresBegin
	if alone {
		begin = postgresBeginAlone
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.writeOn(ctx, s.pool, begin, run)
	if err == nil && s.wrote != nil {
		s.wrote()
	}
	return err
}

func (s *server) writeOn(ctx context.Context, pool *sql.DB, begin string, run func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := s.attempt(ctx, pool, begin, run, attempt > 1)
		if err == nil || attempt == maxAttempts || !again(err, attempt) || ctx.Err() != nil {
			return s.settle(err)
		}
		pause := time.NewTimer(rand.N(min(maxPause, time.Millisecond<<attempt)))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// settle is the error that the caller gets when no further attempt is made.
func (s *server) settle(err error) error {
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: %w", busy(), err)
	}
	return explainPostgres(err)
}

// again reports whether a change that ended so is worth another attempt:
// somebody else was faster, or wrote the same row first, and what is there now
// has the true answer; or the connection was dead before anything was asked.
func again(err error, attempt int) bool {
	switch sqlState(err) {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	case "23505": // unique_violation
		return attempt < 3
	}
	return errors.Is(err, ErrConflict) || errors.Is(err, errNotBegun) && attempt < 3
}

// errNotBegun: the transaction did not even begin.
var errNotBegun = errors.New("no transaction")

// attempt runs a change in one transaction.
func (s *server) attempt(ctx context.Context, pool *sql.DB, begin string, run func(*Tx) error, contended bool) (err error) {
	// No request may interrupt a transaction: in the middle of its commit
	// nobody would know how it ended.
	own, stop := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer stop()
	conn, err := s.connection(ctx, pool)
	if err != nil {
		return err
	}
	tx := &Tx{ctx: own, conn: conn, dialect: postgres(begin), texts: s.texts, trace: s.trace, contended: contended}
	defer func() { s.giveBack(tx) }()
	if err := tx.begin(); err != nil {
		return fmt.Errorf("%w: %w", errNotBegun, err)
	}
	err = guarded(tx, run, s.log)
	if tx.broken != nil {
		return fmt.Errorf("write: %w", tx.broken)
	}
	if err != nil {
		return err
	}
	if err := tx.commit(); err != nil {
		return fmt.Errorf("commit, and whether it was written is not known: %w", err)
	}
	return nil
}

// connection waits for a place in the pool, for as long as somebody would wait
// for an answer.
func (s *server) connection(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	ctx, stop := context.WithTimeout(ctx, connectTimeout)
	defer stop()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, s.unreachable(err)
	}
	return conn, nil
}

// giveBack ends what is left of a transaction. A connection whose state is not
// known is not used again.
func (s *server) giveBack(tx *Tx) {
	if err := tx.rollback(); err != nil || tx.dialect.inTransaction(tx.conn) {
		_ = tx.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = tx.conn.Close()
}

// read implements database.
func (s *server) read(ctx context.Context, run func(*Tx) error) error {
	err := s.readOnce(ctx, run)
	if errors.Is(err, errNotBegun) {
		err = s.readOnce(ctx, run)
	}
	return explainPostgres(err)
}

func (s *server) readOnce(ctx context.Context, run func(*Tx) error) error {
	conn, err := s.connection(ctx, s.pool)
	if err != nil {
		return err
	}
	own, stop := context.WithoutCancel(ctx), func() {}
	if s.timeout > 0 {
		own, stop = context.WithTimeout(own, s.timeout)
	}
	defer stop()
	tx := &Tx{ctx: own, conn: conn, dialect: postgres(postgresBeginRead), texts: s.texts}
	defer func() { s.giveBack(tx) }()
	if err := tx.begin(); err != nil {
		return fmt.Errorf("%w: %w", errNotBegun, err)
	}
	if err := run(tx); err != nil {
		return err
	}
	return tx.commit()
}

func (s *server) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errClosed
	case s.aside == nil:
		return ErrReadOnly
	case s.waiting >= queueLength:
		return busy()
	}
	s.waiting++
	return nil
}

func (s *server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting--
}

// close implements database.
func (s *server) close() error {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	s.mu.Unlock()
	if already {
		return nil
	}
	return s.release()
}

func (s *server) release() error {
	var errs []error
	for _, pool := range []*sql.DB{s.pool, s.aside} {
		if pool != nil {
			errs = append(errs, pool.Close()) // waits for queries under way
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}
