package archive_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver, for a connection beside the store's
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/store"
	"quitclaim/service/store/archive"
	"quitclaim/service/store/storetest"
)

func keysOf(w *storetest.World) archive.Keys {
	return func(origins []string) (note.Verifiers, error) {
		named, err := w.Ring.Named(origins...)
		if err != nil {
			return nil, err
		}
		return named.LedgerVerifiers(), nil
	}
}

// signed is a small world whose ledger is signed to its end.
func signed(t testing.TB) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t)
	w.TakenBack(t)
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func backup(t testing.TB, w *storetest.World) (string, error) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: w.Dir, ReadOnly: true, Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	name := filepath.Join(t.TempDir(), "backup")
	_, err = s.Backup(t.Context(), name, keysOf(w))
	return name, err
}

func content(t testing.TB, w *storetest.World) []byte {
	t.Helper()
	name, err := backup(t, w)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Whatever happens to a file on its way, it is not taken for a backup.
func TestDamagedFilesAreRefused(t *testing.T) {
	t.Parallel()
	w := signed(t)
	whole := content(t, w)
	read := func(data []byte) error {
		_, err := archive.Read(t.Context(), bytes.NewReader(data), keysOf(w))
		return err
	}
	if err := read(whole); err != nil {
		t.Fatal(err)
	}
	step := max(1, len(whole)/150)
	for n := 0; n < len(whole); n += step {
		if err := read(whole[:n]); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("cut off at %d of %d: %v, want ErrDamaged", n, len(whole), err)
		}
	}
	for n := 0; n < len(whole); n += step {
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1 << (n % 8)
		// The head of gzip has a few bits that say nothing (RFC 1952, 2.3.1).
		if err := read(flipped); err == nil && n > 40 {
			t.Errorf("a bit flipped at %d of %d, and it is taken", n, len(whole))
		}
	}
	for name, more := range map[string][]byte{"a byte": {0}, "itself": whole, "an empty gzip": {31, 139, 8}} {
		if err := read(append(bytes.Clone(whole), more...)); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("with %s behind it: %v, want ErrDamaged", name, err)
		}
	}
	for name, other := range map[string][]byte{"nothing": nil, "text": []byte("quitclaim-backup 2\n"), "a newer format": bytes.Replace(whole, []byte("backup 1"), []byte("backup 2"), 1)} {
		if err := read(other); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
}

// A database whose ledger does not hold together is not backed up: who restored
// it later would have no other.
func TestADatabaseThatDoesNotVerifyIsNotBackedUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement string
		want      error
	}{
		"an entry altered":      {`UPDATE log_entry SET entry = CAST(entry || x'00' AS BLOB) WHERE idx = 3`, archive.ErrDamaged},
		"an entry as text":      {`UPDATE log_entry SET entry = entry || 'x' WHERE idx = 3`, archive.ErrType},
		"an entry gone":         {`DELETE FROM log_entry WHERE idx = 3`, archive.ErrDamaged},
		"the last entry gone":   {`DELETE FROM log_entry WHERE idx = (SELECT max(idx) FROM log_entry)`, archive.ErrDamaged},
		"an inner hash":         {`UPDATE log_hash SET hash = zeroblob(32) WHERE stored_idx = 2`, archive.ErrDamaged},
		"a hash gone":           {`DELETE FROM log_hash WHERE stored_idx = 5`, archive.ErrDamaged},
		"cut back":              {`UPDATE log_head SET size = size - 1`, archive.ErrDamaged},
		"a forged checkpoint":   {`UPDATE checkpoint SET note = CAST(replace(CAST(note AS TEXT), '.test', '.best') AS BLOB)`, ledger.ErrUnknownKey},
		"a number as text":      {`UPDATE unit SET epoch = 'one'`, archive.ErrType},
		"bytes that no text is": {`UPDATE model SET name = x'ff00'`, archive.ErrType},
		"a checkpoint is gone":  {`DELETE FROM checkpoint`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := signed(t)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.Dir, "quitclaim.db"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(c.statement); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			name, err := backup(t, w)
			if c.want == nil {
				if err != nil {
					t.Errorf("backup: %v", err)
				}
				return
			}
			if !errors.Is(err, c.want) {
				t.Errorf("backup: %v, want %v", err, c.want)
			}
			if left, err := os.ReadDir(filepath.Dir(name)); err != nil || len(left) > 0 {
				t.Errorf("it left %v, %v", left, err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	w := signed(f)
	whole := content(f, w)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("quitclaim-backup 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := archive.Read(t.Context(), bytes.NewReader(data), keysOf(w))
		if err == nil && len(report.Checkpoint) == 0 {
			t.Skip("an empty ledger is signed by nobody")
		}
		if err == nil && !bytes.Equal(data, whole) && report.Size == 0 {
			t.Errorf("%d bytes that nobody wrote are taken", len(data))
		}
	})
}
