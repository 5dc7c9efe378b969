package engine

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"quitclaim/service/lifecycle"
)

// lockName is the file whose lock says that a process writes here.
const lockName = "lock"

// makeAndLock makes a data directory that is not there, and locks it.
func makeAndLock(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	return lockDir(dir)
}

// lockDir takes the exclusive lock on a data directory, without waiting. Two
// writers would each keep their own idea of the ledger's edge and fork it. The
// lock goes with the process, however that ends.
func lockDir(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data directory %s: %w", dir, err)
	}
	if !locked {
		return nil, fmt.Errorf("data directory %s is in use by another quitclaim process: %w", dir, lifecycle.ErrBusy)
	}
	return lock, nil
}
