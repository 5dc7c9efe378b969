package webtest

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Log collects what a server logs.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is everything logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Sessions keeps sessions in memory. The zero value is ready.
type Sessions struct {
	mu   sync.Mutex
	data map[string][]byte
	// Commits counts writes.
	Commits int
}

// FindSession implements web.SessionStore.
func (s *Sessions) FindSession(_ context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.data[token]
	return data, ok, nil
}

// CommitSession implements web.SessionStore.
func (s *Sessions) CommitSession(_ context.Context, token string, data []byte, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data == nil {
		s.data = map[string][]byte{}
	}
	s.data[token] = data
	s.Commits++
	return nil
}

// TouchSession implements web.SessionStore.
func (s *Sessions) TouchSession(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if _, found, err := s.FindSession(ctx, token); err != nil || !found {
		return err
	}
	return s.CommitSession(ctx, token, data, expiry)
}

// DeleteSession implements web.SessionStore.
func (s *Sessions) DeleteSession(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.data, token)
	return nil
}

// Len is how many sessions there are.
func (s *Sessions) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.data)
}
