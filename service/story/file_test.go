package story

import (
	"database/sql"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3" // who has the file may read it, and may write past the service
)

// open opens the database file as somebody would who has it.
func (s *server) open(mode string) *sql.DB {
	s.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.data, "quitclaim.db")+"?mode="+mode+"&_busy_timeout=5000")
	if err != nil {
		s.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

// count reads one number from the file, beside the running server.
func (s *server) count(query string, args ...any) (n int) {
	s.t.Helper()
	db := s.open("ro")
	defer db.Close()
	if err := db.QueryRowContext(s.t.Context(), query, args...).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// tamper writes to the file of a server that was stopped.
func (s *server) tamper(statements ...string) {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("the server runs")
	}
	db := s.open("rw")
	defer db.Close()
	for _, statement := range append([]string{"PRAGMA ignore_check_constraints = ON"}, statements...) {
		if _, err := db.ExecContext(s.t.Context(), statement); err != nil {
			s.t.Fatalf("%s: %v", statement, err)
		}
	}
}
