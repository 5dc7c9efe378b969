package story

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// worlds has the demo's world as its first start left it. To make it takes
// four times what another start on it does, and it is the same for every story;
// those that are about a first start make their own.
var worlds makings

type makings struct {
	mu    sync.Mutex
	world *server // by mu; nil: nobody has made it
}

// first is a server that has made the world, said what it says then, and ended.
func (m *makings) first(t *testing.T) *server {
	t.Helper()
	quitclaim(t)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.world == nil {
		data, err := os.MkdirTemp(binDir(), "world")
		if err != nil {
			t.Fatal(err)
		}
		s := &server{t: t, data: data, args: []string{"demo", "--data", data, "--listen", "127.0.0.1:0", quick}, out: &output{}}
		s.start()
		s.stop()
		if t.Failed() {
			t.FailNow()
		}
		m.world = s
	}
	return m.world
}

// copyAll copies a directory that nobody writes to, with who may read what.
func copyAll(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, inside), info.Mode().Perm())
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, inside), data, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}
