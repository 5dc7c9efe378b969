package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlOpenRecovery = `
SELECT recovery_id, person_id, stage, started_at, warned_at, next_at, ended_at FROM recovery
WHERE person_id = $1 AND ended_at IS NULL`

const sqlRecovery = `
SELECT recovery_id, person_id, stage, started_at, warned_at, next_at, ended_at FROM recovery WHERE recovery_id = $1`

const sqlDueRecoveries = `
SELECT recovery_id, person_id, stage, started_at, warned_at, next_at, ended_at FROM recovery
WHERE ended_at IS NULL AND next_at <= $1 ORDER BY next_at, recovery_id LIMIT $2`

func scanRecovery(scan engine.Scan) (access.Recovery, error) {
	var r access.Recovery
	err := scan(&r.ID, engine.TextTo(&r.Person), engine.TextTo(&r.Stage), engine.Instant{To: &r.StartedAt},
		engine.Instant{To: &r.WarnedAt}, engine.Instant{To: &r.NextAt}, engine.Instant{To: &r.EndedAt})
	return r, err
}

// OpenRecovery is a person's recovery that stands; there may be none:
// lifecycle.ErrNotFound.
func (s *Store) OpenRecovery(ctx context.Context, person lifecycle.PersonID) (access.Recovery, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Recovery, error) { return readRecovery(tx, sqlOpenRecovery, string(person)) })
}

// Recovery reads one, also one that is over.
func (s *Store) Recovery(ctx context.Context, id string) (access.Recovery, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Recovery, error) { return readRecovery(tx, sqlRecovery, id) })
}

func readRecovery(tx *engine.Tx, query, key string) (access.Recovery, error) {
	found, err := engine.List(tx, query, []any{key}, scanRecovery)
	if err == nil && len(found) == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.Recovery{}, fmt.Errorf("read recovery: %w", err)
	}
	return found[0], nil
}

// DueRecoveries are those that are to move on, the longest due first.
func (s *Store) DueRecoveries(ctx context.Context, now time.Time, limit int) ([]access.Recovery, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.Recovery, error) {
		found, err := engine.List(tx, sqlDueRecoveries, []any{now.UnixMilli(), int64(limit)}, scanRecovery)
		if err != nil {
			return nil, fmt.Errorf("list due recoveries: %w", err)
		}
		return found, nil
	})
}

const sqlAddRecovery = `
INSERT INTO recovery (recovery_id, person_id, stage, started_at, warned_at, next_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)`

// BeginRecovery begins a wait, uses up the link that asked for it, and queues
// the warning. Where one stands already, that one is the answer; its warning is
// queued once more if it has got nowhere for a while.
func (s *Store) BeginRecovery(ctx context.Context, link string, r access.Recovery, tell func(access.Recovery) notice.Notice) (access.Recovery, error) {
	return writeAlone(ctx, s, func(tx *engine.Tx) (access.Recovery, error) {
		proven, _, err := s.provenLink(tx, link)
		if err != nil {
			return r, err
		}
		standing, err := engine.List(tx, sqlOpenRecovery, []any{string(proven.Person)}, scanRecovery)
		if err != nil {
			return r, fmt.Errorf("begin recovery: %w", err)
		}
		if len(standing) > 0 {
			return s.rewarn(tx, standing[0], tell)
		}
		r.Person = proven.Person
		_, err = tx.Exec(sqlAddRecovery, r.ID, string(r.Person), string(r.Stage), r.StartedAt.UnixMilli(), engine.At(r.WarnedAt), r.NextAt.UnixMilli())
		if err != nil {
			return r, fmt.Errorf("begin recovery: %w", err)
		}
		return r, s.queueNotice(tx, tell(r))
	})
}

const sqlRewarn = `UPDATE recovery SET warned_at = $2 WHERE recovery_id = $1`

// rewarn sends the warning of a wait again: the mailbox has just taken our link,
// so it takes mail, whatever it said of the warning before.
func (s *Store) rewarn(tx *engine.Tx, r access.Recovery, tell func(access.Recovery) notice.Notice) (access.Recovery, error) {
	reach, err := s.noticeReach(tx, r.Person, r.Warning())
	if err != nil {
		return r, err
	}
	warned := r.WarnedAt
	if warned.IsZero() {
		warned = r.StartedAt
	}
	if r.Stage == access.RecoveryReady || !reach.Told().IsZero() || s.now().Sub(warned) < access.RewarnAfter {
		return r, nil
	}
	r.WarnedAt = s.instant()
	if _, err := tx.Exec(sqlRewarn, r.ID, r.WarnedAt.UnixMilli()); err != nil {
		return r, fmt.Errorf("warn again: %w", err)
	}
	return r, s.queueNotice(tx, tell(r))
}

// provenLink is a recovery's link that was opened in the browser that asked,
// and whose it is.
func (s *Store) provenLink(tx *engine.Tx, hash string) (access.MailLink, access.Person, error) {
	link, err := s.usableMailLink(tx, sqlMailLink, hash)
	if err == nil && (link.ProvenAt.IsZero() || link.Kind != access.LinkRecover) {
		err = fmt.Errorf("mail link is not proven: %w", lifecycle.ErrNotFound)
	}
	if err != nil {
		return link, access.Person{}, err
	}
	person, err := s.personOfLink(tx, link)
	return link, person, err
}

const sqlMoveRecovery = `
UPDATE recovery SET stage = $3, warned_at = $4, next_at = $5, ended_at = $6
WHERE recovery_id = $1 AND stage = $2 AND coalesce(warned_at, 0) = $7 AND ended_at IS NULL`

// MoveRecovery writes what becomes of a recovery and queues its notice, if it is
// still as it was read. A notice to nobody is not queued.
func (s *Store) MoveRecovery(ctx context.Context, from, to access.Recovery, tell notice.Notice) (bool, error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) {
		warned := int64(0)
		if !from.WarnedAt.IsZero() {
			warned = from.WarnedAt.UnixMilli()
		}
		rows, err := tx.Exec(sqlMoveRecovery, to.ID, string(from.Stage), string(to.Stage), engine.At(to.WarnedAt), to.NextAt.UnixMilli(),
			engine.At(to.EndedAt), warned)
		if err != nil {
			return false, fmt.Errorf("move recovery: %w", err)
		}
		if rows == 0 || tell.To == "" {
			return rows > 0, nil
		}
		return true, s.queueNotice(tx, tell)
	})
}

const sqlStopRecoveries = `
UPDATE recovery SET stage = 'stopped', ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`

// StopRecovery ends a person's wait: they are here. It reports whether there
// was one.
func (s *Store) StopRecovery(ctx context.Context, person lifecycle.PersonID) (bool, error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) { return s.stopRecovery(tx, person) })
}

func (s *Store) stopRecovery(tx *engine.Tx, person lifecycle.PersonID) (bool, error) {
	rows, err := tx.Exec(sqlStopRecoveries, string(person), s.now().UnixMilli())
	if err != nil {
		return false, fmt.Errorf("stop recovery: %w", err)
	}
	return rows > 0, nil
}

const sqlRecoverPassword = `
UPDATE person SET password_hash = coalesce($2, password_hash), generation = generation + 1 WHERE person_id = $1`

const sqlFinishRecovery = `
UPDATE recovery SET stage = 'done', ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`

// Recover takes the last step of a recovery whose link is proven: it uses up
// the link, replaces what was lost, ends every session and tells the person.
// Where it hangs on a wait that is not over it is lifecycle.ErrNotFound.
func (s *Store) Recover(ctx context.Context, link string, r access.Recovered) (access.Person, error) {
	return writeAlone(ctx, s, func(tx *engine.Tx) (access.Person, error) {
		proven, person, err := s.provenLink(tx, link)
		if err != nil {
			return person, err
		}
		if err := s.mayReplace(tx, person.ID, r); err != nil {
			return person, err
		}
		if _, err := tx.Exec(sqlUseMailLink, proven.Hash, s.now().UnixMilli()); err != nil {
			return person, fmt.Errorf("recover: %w", err)
		}
		return s.replaceFactors(tx, person, r)
	})
}

// mayReplace holds the step against what the person has now: since they were
// asked they may have added what a mailbox must not go round.
func (s *Store) mayReplace(tx *engine.Tx, person lifecycle.PersonID, r access.Recovered) error {
	factors, err := factorsOf(tx, person)
	if err != nil {
		return err
	}
	if r.Waited {
		waited, err := readRecovery(tx, sqlOpenRecovery, string(person))
		if err == nil && (waited.Stage != access.RecoveryReady || !factors.MailboxMakes()) {
			err = fmt.Errorf("recovery still waits: %w", lifecycle.ErrNotFound)
		}
		return err
	}
	if r.PasswordHash != "" && factors.Strong() && !r.Proved {
		return fmt.Errorf("recover round a passkey: %w", lifecycle.ErrForbidden)
	}
	return nil
}

// replaceFactors ends what was lost and whatever it let in: sessions, tokens,
// links. The person is told.
func (s *Store) replaceFactors(tx *engine.Tx, p access.Person, r access.Recovered) (access.Person, error) {
	now, what := s.now().UnixMilli(), factorPasskeys
	if r.PasswordHash != "" {
		what = factorPassword
	}
	if _, err := tx.Exec(sqlRecoverPassword, string(p.ID), engine.Opt(r.PasswordHash)); err != nil {
		return p, fmt.Errorf("recover: %w", err)
	}
	if _, err := tx.Exec(sqlFinishRecovery, string(p.ID), now); err != nil {
		return p, fmt.Errorf("recover: %w", err)
	}
	if err := s.endCredentialsOf(tx, p.ID); err != nil {
		return p, err
	}
	if err := endSessionsOf(tx, p.ID); err != nil {
		return p, err
	}
	if err := s.distrustBrowsers(tx, p.ID); err != nil {
		return p, err
	}
	if r.Passkeys {
		if err := s.takePasskeys(tx, p.ID); err != nil {
			return p, err
		}
	}
	p, err := s.readPerson(tx, sqlPerson, string(p.ID))
	if err != nil {
		return p, err
	}
	if err := s.enterPerson(tx, p, "recover"); err != nil {
		return p, err
	}
	return p, s.tellFactor(tx, p, what)
}
