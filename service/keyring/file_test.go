package keyring_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"quitclaim/service/keyring"
)

// TestOpenRefuses: a key that is exposed, gone or damaged is never replaced.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	rewrite := func(change func(string) string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			name := filepath.Join(dir, "seal.key")
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(change(string(text))), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	chmod := func(name string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct {
		spoil func(*testing.T, string)
		want  error
	}{
		"file for the group":     {chmod("seal.key", 0o640), keyring.ErrExposed},
		"file for everybody":     {chmod("ledger.key", 0o604), keyring.ErrExposed},
		"directory for everyone": {chmod("", 0o755), keyring.ErrExposed},
		"directory for a group":  {chmod("", 0o710), keyring.ErrExposed},
		"empty file":             {rewrite(func(string) string { return "" }), keyring.ErrMalformed},
		"truncated":              {rewrite(func(s string) string { return s[:len(s)-2] }), keyring.ErrMalformed},
		"no line end":            {rewrite(func(s string) string { return s[:len(s)-1] }), keyring.ErrMalformed},
		"something after it":     {rewrite(func(s string) string { return s + "\n" }), keyring.ErrMalformed},
		"a huge file":            {rewrite(func(s string) string { return s + strings.Repeat("x", 1<<20) }), keyring.ErrMalformed},
		"another version":        {rewrite(func(s string) string { return strings.Replace(s, "/1", "/2", 1) }), keyring.ErrMalformed},
		"a short key":            {rewrite(func(string) string { return "quitclaim-key/1 seal AAAA\n" }), keyring.ErrMalformed},
		"another purpose's key": {func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, "lookup.key"), filepath.Join(dir, "seal.key")); err != nil {
				t.Fatal(err)
			}
		}, keyring.ErrMalformed},
		"gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "certificate.key")); err != nil {
				t.Fatal(err)
			}
		}, keyring.ErrMissing},
		"a directory instead": {func(t *testing.T, dir string) {
			name := filepath.Join(dir, "account.key")
			if err := errors.Join(os.Remove(name), os.Mkdir(name, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, syscall.EISDIR},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, dir := openRing(t)
			test.spoil(t, dir)
			before := listing(t, dir)
			_, err := keyring.Open(dir, origin)
			if !errors.Is(err, test.want) {
				t.Errorf("Open() = %v, want %v", err, test.want)
			}
			if after := listing(t, dir); after != before {
				t.Errorf("Open changed the directory from %s to %s", before, after)
			}
		})
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, info.Mode().String()+" "+entry.Name()+" "+info.ModTime().String())
	}
	return strings.Join(all, "\n")
}

func TestOpenInAnEmptyDirectory(t *testing.T) {
	t.Parallel()
	ring, err := keyring.Open(t.TempDir(), origin)
	if err != nil || !ring.Made() {
		t.Errorf("Open() in an empty directory = %v, %v, want new keys", ring, err)
	}
}

func TestOpenWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "keys")} {
		if ring, err := keyring.Open(dir, origin); err == nil {
			t.Errorf("Open(%s) = %v, want an error", dir, ring)
		}
	}
}

// TestManyStartsAtOnce: whoever is second gets the first one's keys.
func TestManyStartsAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	var (
		starts sync.WaitGroup
		rings  [8]*keyring.Ring
		errs   [8]error
	)
	for i := range rings {
		starts.Go(func() { rings[i], errs[i] = keyring.Open(dir, origin) })
	}
	starts.Wait()
	made := 0
	for i, ring := range rings {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if ring.Made() {
			made++
		}
		if ring.Public() != rings[0].Public() {
			t.Error("two starts have two sets of keys")
		}
	}
	if made != 1 {
		t.Errorf("%d starts made keys, want 1", made)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the keys lies %v, %v, want nothing", left, err)
	}
}
