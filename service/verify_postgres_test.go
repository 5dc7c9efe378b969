package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
	"quitclaim/service/store/storetest"
)

// onServer is a world on PostgreSQL, and an auditor beside it.
type onServer struct {
	*storetest.World
	t     *testing.T
	dsn   string
	keys  string
	files string // a directory of the auditor's own
}

func newOnServer(t *testing.T, server *storetest.Server) *onServer {
	t.Helper()
	opened := server.OpenNew(t)
	s := &onServer{World: storetest.Populate(t, opened), t: t, dsn: opened.Database, files: t.TempDir()}
	s.keys = filepath.Join(s.files, "keys.txt")
	if err := os.WriteFile(s.keys, []byte(s.Ring.Public()), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *onServer) verify() (string, error) {
	var out bytes.Buffer
	err := runVerify(s.t.Context(), []string{"--data", s.files, "--database", s.dsn, "--key", s.keys}, &out)
	return out.String(), err
}

// hammer has desks and owners at work until the returned function is called.
func (s *onServer) hammer(hands int) (stop func()) {
	done := make(chan struct{})
	var all sync.WaitGroup
	for range hands {
		all.Go(func() {
			for ctx := context.WithoutCancel(s.t.Context()); ; {
				select {
				case <-done:
					return
				default:
				}
				unit := s.Bound(s.t)
				if _, err := s.Advance(ctx, unit.ID, s.TakeBack()); err != nil {
					s.t.Error(err)
					return
				}
			}
		})
	}
	return func() { close(done); all.Wait() }
}

func (s *onServer) tamper(statement string, args ...any) {
	s.t.Helper()
	ctx := context.WithoutCancel(s.t.Context())
	conn, err := pgx.Connect(ctx, s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(ctx)
	if tag, err := conn.Exec(ctx, statement, args...); err != nil || tag.RowsAffected() == 0 {
		s.t.Fatalf("%s: %v, %d rows", statement, err, tag.RowsAffected())
	}
}

// Beside a server that many write through, what is committed and has no place
// yet is nobody's fault; and what somebody tampered with is found all the same.
func TestVerifyBesideAServerOnPostgreSQL(t *testing.T) {
	t.Parallel()
	s := newOnServer(t, storetest.NewServer(t))
	ended := s.TakenBack(t)
	times := 4
	if os.Getenv("QUITCLAIM_TEST_LONG") == "1" {
		times = 20
	}
	stop := s.hammer(2)
	defer func() { stop() }()
	for range times {
		if out, err := s.verify(); err != nil || !strings.Contains(out, " OK\n") {
			t.Errorf("verify: %v\n%s", err, out)
		}
	}
	for _, c := range []struct{ do, undo, want string }{
		{"UPDATE unit SET firmware = '9' WHERE unit_id = $1", "UPDATE unit SET firmware = '1.2.0' WHERE unit_id = $1", `unit.firmware: the ledger says "1.2.0", the table says "9"`},
		{
			"UPDATE binding SET state = 'live', ended_at = NULL, ended_by = NULL WHERE unit_id = $1", "",
			`.state: the ledger says "ended", the table says "live"`,
		},
		{"UPDATE unit_return SET authority = 'owner-release' WHERE unit_id = $1", "", ".authority: the ledger says"},
	} {
		s.tamper(c.do, string(ended.ID))
		out, err := s.verify()
		if err == nil || !strings.Contains(out, "unit "+string(ended.ID)) || !strings.Contains(out, c.want) || !strings.Contains(out, "WRONG") {
			t.Errorf("%s: %v, not %q:\n%s", c.do, err, c.want, out)
		}
		if c.undo != "" {
			s.tamper(c.undo, string(ended.ID))
		}
	}
}

// forged writes, as somebody would who has the database, what makes a unit bound
// to somebody: its rows, and an entry that explains them and waits for a place.
func (s *onServer) forged(unit lifecycle.Unit, at time.Time) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(s.t.Context()))
	var entry []byte
	err = conn.QueryRow(s.t.Context(), "SELECT entry FROM log_entry WHERE subject = $1 ORDER BY idx DESC LIMIT 1", string(unit.ID)).Scan(&entry)
	if err != nil {
		s.t.Fatal(err)
	}
	leaf, err := ledger.DecodeLeaf(entry)
	if err != nil {
		s.t.Fatal(err)
	}
	leaf.ID, leaf.Event, leaf.At = "ent_forged", string(lifecycle.EventContactSeen), at.Truncate(time.Millisecond)
	change := lifecycle.Change{Event: lifecycle.EventContactSeen, At: leaf.At, From: unit.State, Unit: unit}
	change.Unit.Version++
	change.Unit.Firmware = "9"
	if leaf.Body, err = json.Marshal(change); err != nil {
		s.t.Fatal(err)
	}
	if entry, err = leaf.Encode(); err != nil {
		s.t.Fatal(err)
	}
	hash := ledger.LeafHash(entry)
	s.tamper("UPDATE unit SET firmware = '9', version = version + 1 WHERE unit_id = $1", string(unit.ID))
	s.tamper(`INSERT INTO log_entry (entry_id, kind, subject, event, at, state, epoch, leaf_hash, entry, idx, arrival)
VALUES ($1, 'unit', $2, $3, $4, $5, $6, $7, $8, NULL, 1)`, leaf.ID, string(unit.ID), leaf.Event, leaf.At.UnixMilli(), string(unit.State), int64(unit.Epoch), hash[:], entry)
}

// Where nobody gives places, an entry without one says "not settled" while it
// is young, and is wrong when it is old: rows that agree with it prove nothing.
func TestVerifyAnEntryThatNeverGetsItsPlace(t *testing.T) {
	t.Parallel()
	s := newOnServer(t, storetest.NewServer(t))
	unit := s.TakenBack(t)
	if _, err := s.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	s.forged(unit, at)
	records, err := store.Open(t.Context(), store.Config{Dir: s.files, Database: s.dsn, ReadOnly: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	for _, c := range []struct {
		later time.Duration
		want  []string
	}{
		{time.Second, []string{"1 units and others have changes that are not on the ledger yet", "NOT SETTLED"}},
		{2 * time.Minute, []string{"entry ent_forged: is about unit " + string(unit.ID), "nothing proves it", "WRONG: 1 findings"}},
	} {
		var out bytes.Buffer
		pauses := 0
		err := verify(t.Context(), auditInput{
			source: records.Ledger(t.Context()), labels: records.Ledger(t.Context()), keys: s.Verifiers(t),
			tables: records, standings: records, now: func() time.Time { return at.Add(c.later) },
			wait: func(context.Context, time.Duration) error { pauses++; return nil },
		}, &out)
		if err == nil || pauses == 0 || pauses > 100 {
			t.Errorf("%s later: %v after %d pauses, want an error after some", c.later, err, pauses)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s later it does not say %q:\n%s", c.later, want, out.String())
			}
		}
	}
}
