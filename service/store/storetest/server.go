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
	// Next are statements that run once on a schema, before a store is opened
	// in it: what a later release would add.
	Next string
	// Seen is told what its stores are asked; nil: nobody is.
	Seen func(query string)

	dsn  string // of the database that is there from the start
	made atomic.Int64
	// schemas are the databases with a schema and nothing in them, by their
	// partitions: a copy takes a tenth of the time that migrations take.
	mu      sync.Mutex
	schemas map[int]string // by mu
}

// NewServer starts one. It is stopped when the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	return &Server{dsn: Postgres(t), schemas: map[int]string{}}
}

const (
	postgresCreate = `CREATE DATABASE %s`
	postgresCopy   = `CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY`
	// Connections that are still open do not keep a test from ending.
	postgresDrop = `DROP DATABASE %s WITH (FORCE)`
	// A store that was opened has begun a ledger with keys of its own.
	postgresEmpty = `
TRUNCATE log_entry, log_hash, log_origin, checkpoint, subject_key;
UPDATE log_head SET size = 0`
)

// Database makes an empty database, without a schema, and returns how to
// connect to it.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.database(t, "template1")
}

func (s *Server) database(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("world%d", s.made.Add(1))
	s.exec(t, s.dsn, fmt.Sprintf(postgresCopy, name, template))
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

// schema is the name of a database with the schema and nothing in it.
func (s *Server) schema(t testing.TB, partitions int) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, made := s.schemas[partitions]; made {
		return name
	}
	name := fmt.Sprintf("schema%d", partitions)
	s.exec(t, s.dsn, fmt.Sprintf(postgresCreate, name))
	config := Config(t, t.TempDir(), NewClock())
	config.Database, config.Partitions, config.Seen = s.dsn+" dbname="+name, partitions, s.Seen
	opened, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	if err := opened.Close(); err != nil {
		t.Fatalf("close store: %v", err)
	}
	s.exec(t, config.Database, postgresEmpty+";"+s.Next)
	s.schemas[partitions] = name
	return name
}

// OpenNew opens a store in a database and a directory of its own.
func (s *Server) OpenNew(t testing.TB) Opened {
	t.Helper()
	return s.OpenIn(t, s.database(t, s.schema(t, 0)), t.TempDir(), NewClock())
}

// OpenIn opens a store in a database, where others may be at work. Two that
// share a database need the same keys: give each a directory with the same
// folder "keys".
func (s *Server) OpenIn(t testing.TB, database, dir string, clock *Clock) Opened {
	t.Helper()
	config := Config(t, dir, clock)
	config.Database, config.Readers, config.Seen = database, 4, s.Seen
	return OpenWith(t, config, clock)
}

// OpenPartitioned opens a store in a database of its own, whose tables about a
// unit are spread over this many partitions.
func (s *Server) OpenPartitioned(t testing.TB, partitions int) Opened {
	t.Helper()
	clock := NewClock()
	config := Config(t, t.TempDir(), clock)
	config.Database, config.Readers, config.Partitions = s.database(t, s.schema(t, partitions)), 4, partitions
	config.Seen = s.Seen
	return OpenWith(t, config, clock)
}
