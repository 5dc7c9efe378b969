package main

import (
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
)

// statements are those that a house's store ran.
type statements struct {
	mu  sync.Mutex
	ran []string // by mu
}

func (s *statements) add(query string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ran = append(s.ran, query)
}

// took is what ran since it was asked last.
func (s *statements) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ran := s.ran
	s.ran = nil
	return ran
}

// newFormerWorld wires the house as open does, on a clock that can be set and
// with every statement counted.
func newFormerWorld(t *testing.T) *formerWorld {
	t.Helper()
	dir := t.TempDir()
	config, err := parseConfig("test", nil, func(string) string { return "" }, map[string]string{
		"data": dir, "url": "http://quitclaim.test", "log-level": "error",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &formerWorld{set: new(atomic.Int64), seen: &statements{}}
	now := func() time.Time { return clock().Add(time.Duration(w.set.Load())) }
	h := &house{config: config, log: newLogger(config, io.Discard), now: now, host: "quitclaim.test"}
	if h.keys, err = keyring.Open(filepath.Join(dir, "keys"), config.Origin); err != nil {
		t.Fatal(err)
	}
	h.store, err = store.Open(t.Context(), store.Config{
		Dir: dir, Keys: h.keys, Now: now, NewID: newPrefixedID, NewLabel: newLabel, Log: h.log, Ran: w.seen.add,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.wire(); err != nil {
		t.Fatal(err)
	}
	w.accessWorld = furnished(t, h)
	return w
}

// release lets go of the unit, as its owner does.
func (l *life) release(owner string) *life {
	l.t.Helper()
	l.do(lifecycle.Release{Command: l.by(owner), Order: lifecycle.OrderID(newPrefixedID("ord"))}.Decide)
	l.v["past"], l.live = l.live, ""
	return l
}
