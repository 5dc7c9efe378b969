package story

import (
	"database/sql"
	"fmt"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // who has the database's address may read it beside the server
)

// texts reads one column of texts from the database, beside the running
// server, whichever engine it is.
func (s *server) texts(query string, args ...any) []string {
	s.t.Helper()
	list, err := s.tryTexts(query, args...)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return list
}

func (s *server) tryTexts(query string, args ...any) (list []string, err error) {
	db, err := s.base()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(s.t.Context(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

// base opens the database to be read.
func (s *server) base() (*sql.DB, error) {
	if s.dsn != "" {
		return sql.Open("pgx", s.dsn)
	}
	return sql.Open("sqlite3", "file:"+filepath.Join(s.data, "quitclaim.db")+"?mode=ro&_busy_timeout=5000")
}

// sqlDeeds are what people did with a unit, in order: what the unit, the
// worker and the sweeps did is not theirs to send twice.
const sqlDeeds = `
SELECT event FROM log_entry WHERE kind = 'unit' AND subject = $1
AND event IN ('release', 'bind', 'bind-pending', 'return', 'cancel', 'ship', 'receive', 'attest', 'certify', 'sell', 'void')
ORDER BY CASE WHEN idx IS NULL THEN 1 ELSE 0 END, idx, at`

func (s *server) events(unit string) []string {
	s.t.Helper()
	return s.texts(sqlDeeds, unit)
}

// whole asks the engine whether its own structures hold.
func (s *server) whole() {
	s.t.Helper()
	if s.dsn != "" {
		return // PostgreSQL replays its own log at its start, and refuses what is torn
	}
	if said := s.texts(`PRAGMA integrity_check`); len(said) != 1 || said[0] != "ok" {
		s.t.Errorf("integrity_check: %v", said)
	}
}

// sqlGhosts are bindings that open a unit though its epoch is over.
const sqlGhosts = `
SELECT b.unit_id FROM binding b JOIN unit u ON u.unit_id = b.unit_id
WHERE b.state <> 'ended' AND (b.epoch <> u.epoch OR u.state IN ('returned', 'reset', 'certified', 'retired'))`

// noGhosts finds nobody who still holds what was taken back.
func (s *server) noGhosts() {
	s.t.Helper()
	if ghosts := s.texts(sqlGhosts); len(ghosts) > 0 {
		s.t.Errorf("bindings of before are alive on %v", ghosts)
	}
}

// audited audits ledger and tables with the keys that were pinned.
func (s *server) audited(keys string) {
	s.t.Helper()
	args := []string{"verify", "--data", s.data, "--key", keys}
	if s.dsn != "" {
		args = append(args, "--database", s.dsn)
	}
	if out, err := s.run(args...); err != nil {
		s.t.Errorf("verify: %v\n%s", err, out)
	}
}

func describe(events []string) string { return fmt.Sprintf("%d %v", len(events), events) }
