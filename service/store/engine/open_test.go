package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"

	"quitclaim/service/lifecycle"
)

func TestASecondProcessIsTurnedAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, config(dir))
	second, err := Open(t.Context(), config(dir))
	if !errors.Is(err, lifecycle.ErrBusy) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second open: %v, want ErrBusy and the directory's name", err)
	}
	if second != nil {
		t.Error("the second open gave a database")
	}
}

func TestAReadOnlyOpenStandsBesideAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writes := open(t, config(dir))
	beside := config(dir)
	beside.ReadOnly = true
	reads := open(t, beside)
	if err := writes.Write(t.Context(), add(7)); err != nil {
		t.Fatal(err)
	}
	if got, want := numbers(t, reads), "[7]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if err := reads.Write(t.Context(), add(8)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("write: %v, want ErrReadOnly", err)
	}
	err := reads.Read(t.Context(), func(tx *Tx) error { return add(9)(tx) })
	var failure sqlite3.Error
	if !errors.As(err, &failure) || failure.Code != sqlite3.ErrReadonly {
		t.Errorf("write through a reader: %v, want SQLITE_READONLY", err)
	}
}

func TestAReadOnlyOpenWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alone := config(dir)
	alone.ReadOnly = true
	if _, err := Open(t.Context(), alone); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open of an empty directory: %v, want fs.ErrNotExist", err)
	}
	db := open(t, config(dir))
	if err := db.Write(t.Context(), add(7)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := numbers(t, open(t, alone)), "[7]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

func TestAConnectionWithoutItsPragmasIsNotUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, config(dir))
	cases := []struct {
		dsn  string
		want string
	}{
		{"file:" + filepath.Join(dir, fileName) + "?_journal_mode=WAL&_foreign_keys=1&_secure_delete=1", "PRAGMA synchronous"},
		{"file:" + filepath.Join(dir, fileName) + "?_journal_mode=WAL&_synchronous=FULL&_secure_delete=1", "PRAGMA foreign_keys"},
	}
	for _, c := range cases {
		careless := newConnector(dir, toWrite)
		careless.dsn = c.dsn
		if _, err := careless.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("connect to %s: %v, want a complaint about %s", c.dsn, err, c.want)
		}
	}
}

func TestTheDatabaseIsNotForOthers(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	open(t, config(dir))
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("data directory has mode %v, want 0700", got)
	}
}

func TestParametersAreBoundByNumber(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	err := db.Read(t.Context(), func(tx *Tx) error {
		var joined string
		_, err := tx.Get(`SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT)`, []any{"a", "b"}, &joined)
		if joined != "bab" {
			t.Errorf("bound %q, want %q", joined, "bab")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
