package camera

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Memory is where a camera keeps its state. One exchange at a time holds it.
type Memory interface {
	Load() (State, error)
	Save(State) error
	// Lock keeps everybody else out until unlock is called.
	Lock(ctx context.Context) (unlock func(), err error)
}

// InFile is a memory in a file, which a running camera and a command that
// holds its button may share.
func InFile(path string) Memory { return file{path} }

type file struct{ path string }

// lockEvery is how often a camera looks whether another let go.
const lockEvery = 20 * time.Millisecond

// Load implements Memory.
func (f file) Load() (State, error) { return LoadState(f.path) }

// Save implements Memory.
func (f file) Save(s State) error { return s.Save(f.path) }

// Lock implements Memory.
func (f file) Lock(ctx context.Context) (func(), error) {
	lock := flock.New(f.path + ".lock")
	if _, err := lock.TryLockContext(ctx, lockEvery); err != nil {
		return nil, fmt.Errorf("lock camera's memory: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil // the lock goes with the process at the latest
}

// InMemory is a memory that is gone with the process.
func InMemory(s State) Memory { return &inMemory{state: s, lock: make(chan struct{}, 1)} }

type inMemory struct {
	lock  chan struct{}
	mu    sync.Mutex // guards state
	state State
}

// Load implements Memory.
func (m *inMemory) Load() (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, nil
}

// Save implements Memory.
func (m *inMemory) Save(s State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = s
	return nil
}

// Lock implements Memory.
func (m *inMemory) Lock(ctx context.Context) (func(), error) {
	select {
	case m.lock <- struct{}{}:
		return func() { <-m.lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
