package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "github.com/mattn/go-sqlite3"    // the driver "sqlite3"

	"quitclaim/service/load/machine"
)

// bare is the program that returns are measured against: one goroutine, one
// connection, every statement prepared once, one transaction per return.
type bare struct {
	db         *sql.DB
	conn       *sql.Conn
	begin, end *sql.Stmt
	prepared   map[string]*sql.Stmt
	left       [][]statement
	done       int
	busy, cpu  time.Duration
}

// bareSettings are those of the store's own writer: the same promise on the
// same file.
const bareSettings = "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_secure_delete=1&_cache_size=-32768&_mutex=no"

func newBare(ctx context.Context, at place, list [][]statement) (p *bare, err error) {
	p = &bare{prepared: map[string]*sql.Stmt{}, left: list}
	driver, name, begin := "sqlite3", "file:"+filepath.Join(at.dir, "quitclaim.db")+bareSettings, "BEGIN IMMEDIATE"
	if at.database != "" {
		driver, name, begin = "pgx", at.database, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	}
	if p.db, err = sql.Open(driver, name); err != nil {
		return nil, fmt.Errorf("bare program: %w", err)
	}
	if p.conn, err = p.db.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bare program: %w", err), p.db.Close())
	}
	if err := p.prepareAll(ctx, begin); err != nil {
		return nil, errors.Join(fmt.Errorf("bare program: %w", err), p.close())
	}
	return p, nil
}

func (p *bare) prepareAll(ctx context.Context, begin string) (err error) {
	if p.begin, err = p.conn.PrepareContext(ctx, begin); err != nil {
		return err
	}
	if p.end, err = p.conn.PrepareContext(ctx, "COMMIT"); err != nil {
		return err
	}
	for _, transaction := range p.left {
		for _, s := range transaction {
			if p.prepared[s.query] != nil {
				continue
			}
			if p.prepared[s.query], err = p.conn.PrepareContext(ctx, s.query); err != nil {
				return fmt.Errorf("prepare %s: %w", s.query, err)
			}
		}
	}
	return nil
}

// run does the statements of the next n returns.
func (p *bare) run(ctx context.Context, n int) error {
	n = min(n, len(p.left))
	ctx = context.WithoutCancel(ctx) // as the store's writer: nothing to watch while a statement runs
	begin, computed := time.Now(), machine.CPUTime()
	for _, transaction := range p.left[:n] {
		if err := p.commit(ctx, transaction); err != nil {
			return fmt.Errorf("bare program: %w", err)
		}
	}
	p.busy += time.Since(begin)
	p.cpu += machine.CPUTime() - computed
	p.left = p.left[n:]
	p.done += n
	return nil
}

func (p *bare) commit(ctx context.Context, transaction []statement) error {
	if _, err := p.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, s := range transaction {
		if err := p.do(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.query, err)
		}
	}
	_, err := p.end.ExecContext(ctx)
	return err
}

func (p *bare) do(ctx context.Context, s statement) error {
	prepared := p.prepared[s.query]
	if !strings.HasPrefix(strings.TrimSpace(s.query), "SELECT") {
		_, err := prepared.ExecContext(ctx, s.args...)
		return err
	}
	rows, err := prepared.QueryContext(ctx, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() { // every row is read; a bare program does nothing with it
	}
	return rows.Err()
}

func (p *bare) rate() float64 { return float64(p.done) / p.busy.Seconds() }

func (p *bare) close() error { return errors.Join(p.conn.Close(), p.db.Close()) }

const sqlReturned = `SELECT count(*) FROM unit WHERE state = 'returned'`

// returned counts the units that are taken back: both sides must have done the
// same work.
func (p *bare) returned(ctx context.Context) (n int, err error) {
	err = p.conn.QueryRowContext(ctx, sqlReturned).Scan(&n)
	return n, err
}
