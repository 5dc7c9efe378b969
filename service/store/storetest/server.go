package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"quitclaim/service/store"
)

// Server is a PostgreSQL of a test's own, with an empty database for everybody
// who asks.
type Server struct {
	dsn  string // of the database that is there from the start
	made atomic.Int64
	// schema is done once a database with the schema and nothing in it is
	// there: a copy of it takes a tenth of the time that migrations take.
	schema sync.Once
}

// NewServer starts one. It is stopped when the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	return &Server{dsn: Postgres(t)}
}

const (
	postgresCreate = `CREATE DATABASE %s`
	postgresCopy   = `CREATE DATABASE %s TEMPLATE schema STRATEGY FILE_COPY`
	// Connections that are still open do not keep a test from ending.
	postgresDrop = `DROP DATABASE %s WITH (FORCE)`
	// A store that was opened has begun a ledger with keys of its own.
	postgresEmpty = `
TRUNCATE log_entry, log_hash, checkpoint, subject_key;
UPDATE log_head SET size = 0`
)

// Database makes an empty database, without a schema, and returns how to
// connect to it.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.database(t, postgresCreate)
}

func (s *Server) database(t testing.TB, create string) string {
	t.Helper()
	name := fmt.Sprintf("world%d", s.made.Add(1))
	s.exec(t, s.dsn, fmt.Sprintf(create, name))
	t.Cleanup(func() { s.exec(t, s.dsn, fmt.Sprintf(postgresDrop, name)) })
	return s.dsn + " dbname=" + name
}

func (s *Server) exec(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

func (s *Server) makeSchema(t testing.TB) {
	t.Helper()
	s.exec(t, s.dsn, fmt.Sprintf(postgresCreate, "schema"))
	dsn, dir := s.dsn+" dbname=schema", t.TempDir()
	config := Config(t, dir, NewClock())
	config.Database = dsn
	opened, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	if err := opened.Close(); err != nil {
		t.Fatalf("close store: %v", err)
	}
	s.exec(t, dsn, postgresEmpty)
}

// OpenNew opens a store in a database and a directory of its own.
func (s *Server) OpenNew(t testing.TB) Opened {
	t.Helper()
	s.schema.Do(func() { s.makeSchema(t) })
	return s.OpenIn(t, s.database(t, postgresCopy), t.TempDir(), NewClock())
}

// OpenIn opens a store in a database, where others may be at work. Two that
// share a database need the same keys: give each a directory with the same
// folder "keys".
func (s *Server) OpenIn(t testing.TB, database, dir string, clock *Clock) Opened {
	t.Helper()
	config := Config(t, dir, clock)
	config.Database, config.Readers = database, 4
	opened, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return Opened{Store: opened, Clock: clock, Ring: config.Keys, Dir: dir, Database: database}
}
