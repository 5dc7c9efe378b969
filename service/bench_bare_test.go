package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// statement is one that a return ran in its transaction.
type statement struct {
	query string
	args  []any
}

// recorder hears what the store's writer does and keeps it, return by return.
// With one connection each transaction is that of one return.
type recorder struct {
	open   []statement
	change bool // something ran in a savepoint: no checkpoint of a quiet moment
	list   [][]statement
}

// trace is the store's Trace. A bare program has one change in a transaction,
// and so no use for savepoints.
func (r *recorder) trace(query string, args []any) {
	switch verb, _, _ := strings.Cut(query, " "); verb {
	case "BEGIN":
		r.open, r.change = nil, false
	case "SAVEPOINT":
		r.change = true
	case "RELEASE":
	case "COMMIT":
		if r.change {
			r.list = append(r.list, r.open)
		}
	default:
		r.open = append(r.open, statement{query, slices.Clone(args)})
	}
}

// bare is the program that we measure ourselves against: one goroutine, one
// connection, every statement prepared once, one transaction per return.
type bare struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	left     [][]statement
}

// bareSettings are those of the store's own writer: the same promise on the
// same file.
const bareSettings = "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_secure_delete=1&_cache_size=-32768&_mutex=no"

func newBare(b *testing.B, dir string, list [][]statement) *bare {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "quitclaim.db")+bareSettings)
	must(b, "open the bare program's database", err)
	b.Cleanup(func() { must(b, "close the bare program's database", db.Close()) })
	conn, err := db.Conn(b.Context())
	must(b, "connect", err)
	b.Cleanup(func() { must(b, "disconnect", conn.Close()) })
	p := &bare{conn: conn, prepared: map[string]*sql.Stmt{}, left: list}
	p.prepare(b, "BEGIN IMMEDIATE")
	p.prepare(b, "COMMIT")
	for _, transaction := range list {
		for _, s := range transaction {
			p.prepare(b, s.query)
		}
	}
	return p
}

func (p *bare) prepare(b *testing.B, query string) {
	b.Helper()
	if p.prepared[query] != nil {
		return
	}
	prepared, err := p.conn.PrepareContext(b.Context(), query)
	must(b, "prepare "+query, err)
	p.prepared[query] = prepared
}

// run does the statements of the next n returns.
func (p *bare) run(b *testing.B, n int) round {
	b.Helper()
	begin := time.Now()
	for _, transaction := range p.left[:n] {
		must(b, "bare return", p.commit(transaction))
	}
	busy := time.Since(begin)
	p.left = p.left[n:]
	return round{done: n, busy: busy}
}

func (p *bare) commit(transaction []statement) error {
	if err := p.do(statement{query: "BEGIN IMMEDIATE"}); err != nil {
		return err
	}
	for _, s := range transaction {
		if err := p.do(s); err != nil {
			return fmt.Errorf("%s: %w", s.query, err)
		}
	}
	return p.do(statement{query: "COMMIT"})
}

func (p *bare) do(s statement) error {
	prepared := p.prepared[s.query]
	if !strings.HasPrefix(strings.TrimSpace(s.query), "SELECT") {
		_, err := prepared.Exec(s.args...)
		return err
	}
	rows, err := prepared.Query(s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() { // every row is read; a bare program does nothing with it
	}
	return rows.Err()
}
