package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

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

func TestMigrationsThatDoNotFitRefuseToStart(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, want string
		change     func(fstest.MapFS)
	}{
		{"edited", "was edited after it ran", func(files fstest.MapFS) {
			files["0001_number.sql"] = &fstest.MapFile{Data: []byte(`CREATE TABLE number (n BIGINT PRIMARY KEY)`)}
		}},
		{"of an older release", "newer release", func(files fstest.MapFS) {
			delete(files, "0001_number.sql")
		}},
		{"squeezed in before", "this release has 0000_before.sql", func(files fstest.MapFS) {
			files["0000_before.sql"] = &fstest.MapFile{Data: []byte(`CREATE TABLE before (n BIGINT)`)}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := open(t, config(dir)).Close(); err != nil {
				t.Fatal(err)
			}
			changed := config(dir)
			files := schema()
			c.change(files)
			changed.Migrations = files
			_, err := Open(t.Context(), changed)
			if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("open: %v, want ErrSchema with %q", err, c.want)
			}
			open(t, config(dir)) // nothing was changed, and the lock is free
		})
	}
}

func TestAMigrationThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := config(dir)
	files := schema()
	files["0002_broken.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE half (n BIGINT);\nCREATE TABLE number (n BIGINT);")}
	broken.Migrations = files
	if _, err := Open(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "0002_broken.sql") {
		t.Fatalf("open: %v, want the name of the migration", err)
	}
	files["0002_broken.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE half (n BIGINT)")}
	open(t, broken)
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
