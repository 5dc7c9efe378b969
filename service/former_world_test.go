package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/keyring"
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

// took is what ran since it was asked last, sorted: what is not there may be
// read later than what is.
func (s *statements) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ran := s.ran
	s.ran = nil
	slices.Sort(ran)
	return ran
}

// logged are the lines of a house's log.
type logged struct {
	mu  sync.Mutex
	out bytes.Buffer // by mu
}

// Write implements io.Writer.
func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

// unlike is what differs between two lines about the same request made twice.
var unlike = regexp.MustCompile(`(time|request_id|took|bytes)=\S+ `)

// took is what was logged since it was asked last.
func (l *logged) took() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := unlike.ReplaceAllString(l.out.String(), "")
	l.out.Reset()
	return text
}

// newFormerWorld wires the house as open does, on a clock that can be set and
// with every statement counted.
func newFormerWorld(t *testing.T) *formerWorld {
	t.Helper()
	dir := t.TempDir()
	config, err := parseConfig("test", nil, func(string) string { return "" }, map[string]string{
		"data": dir, "url": "http://quitclaim.test", "log-level": "debug",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &formerWorld{set: new(atomic.Int64), seen: &statements{}, log: &logged{}}
	now := func() time.Time { return clock().Add(time.Duration(w.set.Load())) }
	h := &house{config: config, log: newLogger(config, w.log), now: now, host: "quitclaim.test"}
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
