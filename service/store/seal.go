package store

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// The service's own subjects: what is sealed for nobody in particular.
const (
	subjectAnswers   = "service/answers"
	subjectSessions  = "service/sessions"
	subjectProviders = "service/providers"
)

// errForgotten: the subject's key was deleted, so nothing of it opens any more.
var errForgotten = errors.New("subject is forgotten")

const sqlSubjectKey = `SELECT sealed FROM subject_key WHERE subject = $1`

// subjectKey opens the key of a subject.
func (s *Store) subjectKey(tx *engine.Tx, subject string) (keyring.SubjectKey, error) {
	var wrapped []byte
	found, err := tx.Get(sqlSubjectKey, []any{subject}, &wrapped)
	if err != nil {
		return keyring.SubjectKey{}, fmt.Errorf("read key of %s: %w", subject, err)
	}
	if !found {
		return keyring.SubjectKey{}, fmt.Errorf("%s: %w", subject, errForgotten)
	}
	return s.keys.Unwrap(subject, wrapped)
}

const sqlAddSubjectKey = `INSERT INTO subject_key (subject, sealed) VALUES ($1, $2)`

// ownKey is subjectKey; it makes the key of a subject that has none.
func (s *Store) ownKey(tx *engine.Tx, subject string) (keyring.SubjectKey, error) {
	key, err := s.subjectKey(tx, subject)
	if !errors.Is(err, errForgotten) {
		return key, err
	}
	if key, err = keyring.NewSubjectKey(subject); err != nil {
		return key, err
	}
	wrapped, err := s.keys.Wrap(key)
	if err != nil {
		return key, err
	}
	if _, err := tx.Exec(sqlAddSubjectKey, subject, wrapped); err != nil {
		return key, fmt.Errorf("keep key of %s: %w", subject, err)
	}
	return key, nil
}

// openOwnKeys makes ready what every request needs.
func (s *Store) openOwnKeys(ctx context.Context) error {
	return s.db.WriteAlone(ctx, func(tx *engine.Tx) (err error) {
		if s.answers, err = s.ownKey(tx, subjectAnswers); err != nil {
			return err
		}
		s.sessions, err = s.ownKey(tx, subjectSessions)
		return err
	})
}

const sqlForgetSubject = `DELETE FROM subject_key WHERE subject = $1`

// forget deletes a subject's key: nothing that was sealed for it opens again.
func forget(tx *engine.Tx, subject string) error {
	rows, err := tx.Exec(sqlForgetSubject, subject)
	if err != nil {
		return fmt.Errorf("forget %s: %w", subject, err)
	}
	if rows == 0 {
		return fmt.Errorf("key of %s: %w", subject, lifecycle.ErrNotFound)
	}
	return nil
}
