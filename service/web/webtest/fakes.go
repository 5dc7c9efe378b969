package webtest

import (
	"bytes"
	"context"
	"sync"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
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
	data map[string]access.Session // by token hash
	// Commits counts writes.
	Commits int
}

// FindSession implements web.SessionStore.
func (s *Sessions) FindSession(_ context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.data[token]
	return session.Data, ok, nil
}

// CommitSession implements web.SessionStore.
func (s *Sessions) CommitSession(_ context.Context, session access.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(session)
	return nil
}

func (s *Sessions) put(session access.Session) {
	if s.data == nil {
		s.data = map[string]access.Session{}
	}
	s.data[session.TokenHash] = session
	s.Commits++
}

// TouchSession implements web.SessionStore.
func (s *Sessions) TouchSession(_ context.Context, token string, data []byte, expiry time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, found := s.data[token]; found {
		session.Data, session.ExpiresAt = data, expiry
		s.put(session)
	}
	return nil
}

// RenewSession implements web.SessionStore.
func (s *Sessions) RenewSession(_ context.Context, old string, session access.Session) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.data[old]; !found {
		return false, nil
	}
	delete(s.data, old)
	s.put(session)
	return true, nil
}

// DeleteSession implements web.SessionStore.
func (s *Sessions) DeleteSession(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.data, token)
	return nil
}

// SessionsOf implements web.SessionStore.
func (s *Sessions) SessionsOf(_ context.Context, person lifecycle.PersonID) ([]access.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []access.Session
	for _, session := range s.data {
		if session.Person == person {
			list = append(list, session)
		}
	}
	return list, nil
}

// EndSessionOf implements web.SessionStore.
func (s *Sessions) EndSessionOf(_ context.Context, person lifecycle.PersonID, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, session := range s.data {
		if session.Person == person && session.ID == id {
			delete(s.data, token)
			return nil
		}
	}
	return lifecycle.ErrNotFound
}

// EndOtherSessions implements web.SessionStore.
func (s *Sessions) EndOtherSessions(_ context.Context, person lifecycle.PersonID, but string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, session := range s.data {
		if session.Person == person && session.ID != but {
			delete(s.data, token)
		}
	}
	return nil
}

// Writes is Commits while requests are under way.
func (s *Sessions) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Commits
}

// Len is how many sessions there are.
func (s *Sessions) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.data)
}
