package engine

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"quitclaim/service/lifecycle"
)

// ranOf are the first migrations of a set, as a backup says them.
func ranOf(t *testing.T, c Config, count int) []Migration {
	t.Helper()
	all, err := readMigrations(c.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	var ran []Migration
	for _, m := range all[:count] {
		ran = append(ran, Migration{Name: m.name, Digest: m.digest})
	}
	return ran
}

// names lists what is in a directory, but for the lock.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		if entry.Name() != lockName {
			list = append(list, entry.Name())
		}
	}
	return list
}

func TestLoadMakesADatabaseInOnePiece(t *testing.T) {
	t.Parallel()
	c := config(t.TempDir())
	if err := Load(t.Context(), c, ranOf(t, c, 1), add(7)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.Dir); !slices.Equal(got, []string{fileName}) {
		t.Errorf("the directory holds %q", got)
	}
	info, err := os.Stat(filepath.Join(c.Dir, fileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the database: %v, %v, want mode 0600", info.Mode(), err)
	}
	if got := numbers(t, open(t, c)); got != "[7]" {
		t.Errorf("it holds %q", got)
	}
}

// What an older release's backup holds is brought forward by the next open.
func TestLoadOfAnOlderRelease(t *testing.T) {
	t.Parallel()
	files := schema()
	files["0002_more.sql"] = migrationFile("-- release 2\nALTER TABLE number ADD COLUMN more BIGINT;")
	c := configOf(t.TempDir(), files)
	if err := Load(t.Context(), c, ranOf(t, c, 1), add(7)); err != nil {
		t.Fatal(err)
	}
	db := open(t, c)
	var ran []Migration
	err := db.Read(t.Context(), func(tx *Tx) (err error) {
		ran, err = Ran(tx)
		return err
	})
	if err != nil || !slices.Equal(ran, ranOf(t, c, 2)) {
		t.Errorf("ran %v, %v; want both", ran, err)
	}
	if got := numbers(t, db); got != "[7]" {
		t.Errorf("it holds %q", got)
	}
}

func TestLoadThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	after := func(err error) func(*Tx) error {
		return func(tx *Tx) error { return errors.Join(add(7)(tx), err) }
	}
	well := ranOf(t, config(""), 1)
	for name, c := range map[string]struct {
		ran  []Migration
		fill func(*Tx) error
		want error
	}{
		"in its rows":            {well, after(refused), refused},
		"unseen by its filler":   {well, func(tx *Tx) error { _, _ = tx.Exec(`SELECT nothing FROM nowhere`); return nil }, nil},
		"of a newer release":     {append(slices.Clone(well), Migration{Name: "0002_later.sql"}), add(7), ErrNewer},
		"of an edited migration": {[]Migration{{Name: well[0].Name, Digest: "another"}}, add(7), ErrAltered},
		"of another migration":   {[]Migration{{Name: "0001_other.sql", Digest: well[0].Digest}}, add(7), ErrAltered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := config(t.TempDir())
			err := Load(t.Context(), at, c.ran, c.fill)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("load: %v, want %v", err, c.want)
			}
			if left := names(t, at.Dir); len(left) > 0 {
				t.Errorf("it left %q", left)
			}
			if err := Load(t.Context(), at, well, add(8)); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// A log that an earlier database left behind would be read into the new one.
func TestLoadWantsAnEmptyPlace(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		c := config(t.TempDir())
		if err := os.WriteFile(filepath.Join(c.Dir, fileName+suffix), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Load(t.Context(), c, ranOf(t, c, 1), add(7)); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("beside %s: %v, want ErrNotEmpty", fileName+suffix, err)
		}
	}
	c := config(t.TempDir())
	db := open(t, c)
	if err := Load(t.Context(), c, ranOf(t, c, 1), add(7)); !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("beside a process that writes: %v, want ErrBusy", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
