package machine

import (
	"path/filepath"
	"testing"
)

func TestMachineIsLookedAt(t *testing.T) {
	t.Parallel()
	m, err := Look(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if m.cores < 1 || m.fsync <= 0 || m.engine != "SQLite" || m.kernel == "" {
		t.Errorf("saw %+v", m)
	}
	if _, err := Look(filepath.Join(t.TempDir(), "none"), ""); err == nil {
		t.Error("a directory that is not there has a disk")
	}
}
