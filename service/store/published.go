package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

// PublishedName is the file in the data directory that keeps the newest
// checkpoint which the outside was shown. It is no part of the database, so
// that a database which is put back does not take it along.
const PublishedName = "published-checkpoint"

// shown keeps that file.
type shown struct {
	path string
	keys func(origin string) (*keyring.Ring, error)

	mu   sync.Mutex
	text []byte            // by mu; empty: nothing was ever shown
	head ledger.Checkpoint // by mu; what text says
}

// newShown reads what was shown before.
func newShown(dir string, keys *keyring.Ring) (*shown, error) {
	s := &shown{path: filepath.Join(dir, PublishedName), keys: func(origin string) (*keyring.Ring, error) { return keys.Named(origin) }}
	text, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint shown last: %w", err)
	}
	if s.head, err = s.open(text); err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	s.text = text
	return s, nil
}

// open reads one of our own checkpoints, whatever the name it was signed in.
func (s *shown) open(text []byte) (ledger.Checkpoint, error) {
	origin, err := ledger.OriginOf(text)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	named, err := s.keys(origin)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	return ledger.OpenCheckpoint(text, named.LedgerVerifiers())
}

// published is what was shown, for a start to compare with.
func (s *shown) published() []book.Published {
	if len(s.text) == 0 {
		return nil
	}
	return []book.Published{{From: s.path, Text: s.text}}
}

// show writes down that the outside is about to see a checkpoint, and returns
// the one to show. What cannot be written down is not shown: the one before is,
// for it is as true. What is older than what was shown is not shown either.
func (s *shown) show(text []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if string(text) == string(s.text) {
		return text, nil
	}
	head, err := s.open(text)
	if err != nil {
		return nil, fmt.Errorf("our own checkpoint: %w", err)
	}
	if head.Origin == s.head.Origin && head.Size <= s.head.Size {
		return s.text, nil
	}
	if err := replace(s.path, text); err != nil {
		if len(s.text) > 0 {
			return s.text, nil
		}
		return nil, fmt.Errorf("write down what is published: %w: %w", lifecycle.ErrBusy, err)
	}
	s.text, s.head = text, head
	return text, nil
}

// replace puts a file into another's place, at once and durably.
func replace(path string, text []byte) (err error) {
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }() // gone already when it was renamed
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Origins are the names that the ledger has had, oldest first. The last is in
// force.
func (s *Store) Origins(ctx context.Context) ([]string, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]string, error) {
		origins, err := book.Origins(tx)
		return book.Names(origins), err
	})
}
