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

const sqlAddMailLink = `
INSERT INTO mail_link (hash, kind, person_id, generation, browser_hash, password_hash, code_hash, wrong, made_at, expires_at, proven_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, $7, $8, NULL, NULL)`

// SaveMailLink adds a link and queues the notice that carries it. A link of
// nobody, which was asked for in vain, is written alike and mailed to nobody.
func (s *Store) SaveMailLink(ctx context.Context, link access.MailLink, mail notice.Notice) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, s.addMailLink(tx, link, mail)
	})
	return err
}

func (s *Store) addMailLink(tx *engine.Tx, link access.MailLink, mail notice.Notice) error {
	_, err := tx.Exec(sqlAddMailLink, link.Hash, string(link.Kind), engine.Opt(link.Person), link.Generation, link.Browser,
		engine.Opt(link.PasswordHash), link.MadeAt.UnixMilli(), link.ExpiresAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("write mail link: %w", err)
	}
	if mail.To == "" {
		return nil
	}
	return s.queueNotice(tx, mail)
}

const sqlMailLink = `
SELECT hash, kind, person_id, generation, browser_hash, password_hash, made_at, expires_at, proven_at
FROM mail_link WHERE hash = $1 AND used_at IS NULL AND expires_at > $2`

const sqlProvenMailLink = `
SELECT hash, kind, person_id, generation, browser_hash, password_hash, made_at, expires_at, proven_at
FROM mail_link WHERE browser_hash = $1 AND used_at IS NULL AND expires_at > $2 AND proven_at IS NOT NULL
ORDER BY made_at DESC LIMIT 1`

// A browser may have asked more than once: the code that was shown last is the
// one that is typed.
const sqlMailLinkToType = `
SELECT hash, kind, person_id, generation, browser_hash, password_hash, made_at, expires_at, proven_at
FROM mail_link WHERE browser_hash = $1 AND used_at IS NULL AND expires_at > $2
ORDER BY CASE WHEN code_hash IS NULL THEN 1 ELSE 0 END, made_at DESC LIMIT 1`

func scanMailLink(scan engine.Scan) (access.MailLink, error) {
	var l access.MailLink
	err := scan(&l.Hash, engine.TextTo(&l.Kind), engine.TextTo(&l.Person), &l.Generation, &l.Browser, engine.TextTo(&l.PasswordHash),
		engine.Instant{To: &l.MadeAt}, engine.Instant{To: &l.ExpiresAt}, engine.Instant{To: &l.ProvenAt})
	return l, err
}

// MailLink reads a link that can still be used. Any other, and one that was
// mailed to nobody, is lifecycle.ErrNotFound.
func (s *Store) MailLink(ctx context.Context, hash string) (access.MailLink, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.MailLink, error) { return s.usableMailLink(tx, sqlMailLink, hash) })
}

// ProvenMailLink is the recovery's link that this browser has asked for and
// opened.
func (s *Store) ProvenMailLink(ctx context.Context, browser string) (access.MailLink, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.MailLink, error) {
		return s.usableMailLink(tx, sqlProvenMailLink, browser)
	})
}

func (s *Store) usableMailLink(tx *engine.Tx, query, key string) (access.MailLink, error) {
	found, err := engine.List(tx, query, []any{key, s.now().UnixMilli()}, scanMailLink)
	if err != nil {
		return access.MailLink{}, fmt.Errorf("read mail link: %w", err)
	}
	if len(found) == 0 || found[0].Person == "" {
		return access.MailLink{}, fmt.Errorf("mail link: %w", lifecycle.ErrNotFound)
	}
	return found[0], nil
}

const sqlShowMailCode = `
UPDATE mail_link SET code_hash = $2
WHERE hash = $1 AND used_at IS NULL AND proven_at IS NULL AND expires_at > $3 AND person_id IS NOT NULL`

// ShowMailCode keeps the code that was shown where the link was opened, which
// was not the browser that asked.
func (s *Store) ShowMailCode(ctx context.Context, hash, code string) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		rows, err := tx.Exec(sqlShowMailCode, hash, s.mailCodeHash(hash, code), s.now().UnixMilli())
		if err == nil && rows == 0 {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("keep code of mail link: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

// mailCodeHash is keyed: six digits are soon tried.
func (s *Store) mailCodeHash(link, code string) string {
	return s.keys.LookupHash("mail-code", link+" "+code)
}

const sqlMailCodeOf = `SELECT code_hash FROM mail_link WHERE hash = $1`

const sqlWrongMailCode = `
UPDATE mail_link SET wrong = wrong + 1, used_at = CASE WHEN wrong + 1 >= $2 THEN CAST($3 AS BIGINT) ELSE used_at END
WHERE hash = $1`

// TypeMailCode is UseMailLink for the browser that asked, by the code that the
// link showed elsewhere. A wrong code is counted; after a few the link is over.
// Wrong, too late and never asked are one lifecycle.ErrNotFound.
func (s *Store) TypeMailCode(ctx context.Context, browser, code string) (access.MailLink, access.Person, error) {
	used, err := writeAlone(ctx, s, func(tx *engine.Tx) (usedLink, error) {
		link, err := s.askedIn(tx, browser)
		if err != nil || link.Hash == "" {
			return usedLink{}, err
		}
		var kept string
		if _, err := tx.Get(sqlMailCodeOf, []any{link.Hash}, engine.TextTo(&kept)); err != nil {
			return usedLink{}, fmt.Errorf("read code of mail link: %w", err)
		}
		if kept == "" || kept != s.mailCodeHash(link.Hash, code) {
			// Not an error yet: what is counted must commit.
			_, err := tx.Exec(sqlWrongMailCode, link.Hash, int64(access.MaxWrongCodes), s.now().UnixMilli())
			return usedLink{}, err
		}
		return s.useMailLink(tx, link)
	})
	if err == nil && used.link.Hash == "" {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.MailLink{}, access.Person{}, fmt.Errorf("type code of mail link: %w", err)
	}
	return used.link, used.person, nil
}

// askedIn is the link whose code a browser types, also one that was mailed to
// nobody: wrong codes count alike.
func (s *Store) askedIn(tx *engine.Tx, browser string) (access.MailLink, error) {
	found, err := engine.List(tx, sqlMailLinkToType, []any{browser, s.now().UnixMilli()}, scanMailLink)
	if err != nil || len(found) == 0 {
		return access.MailLink{}, err
	}
	return found[0], nil
}

// usedLink is what came of a link.
type usedLink struct {
	link   access.MailLink
	person access.Person
}

// UseMailLink uses up a link in the browser that asked for it. A recovery's is
// proven by that, and used up by its last step. A link that is used, too old,
// another browser's, or from before the person's factors changed is
// lifecycle.ErrNotFound.
func (s *Store) UseMailLink(ctx context.Context, hash, browser string) (access.MailLink, access.Person, error) {
	used, err := writeAlone(ctx, s, func(tx *engine.Tx) (usedLink, error) {
		link, err := s.usableMailLink(tx, sqlMailLink, hash)
		if err == nil && link.Browser != browser {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return usedLink{}, err
		}
		return s.useMailLink(tx, link)
	})
	if err != nil {
		return access.MailLink{}, access.Person{}, fmt.Errorf("use mail link: %w", err)
	}
	return used.link, used.person, nil
}

const sqlUseMailLink = `UPDATE mail_link SET used_at = $2 WHERE hash = $1`

// A recovery has as long again for its last step.
const sqlProveMailLink = `UPDATE mail_link SET proven_at = $2, expires_at = $3, code_hash = NULL WHERE hash = $1`

func (s *Store) useMailLink(tx *engine.Tx, link access.MailLink) (usedLink, error) {
	person, err := s.personOfLink(tx, link)
	if err != nil {
		return usedLink{}, err
	}
	now := s.now()
	if link.Kind == access.LinkRecover {
		link.ProvenAt, link.ExpiresAt = now, now.Add(access.MailLinkFor)
		_, err = tx.Exec(sqlProveMailLink, link.Hash, now.UnixMilli(), link.ExpiresAt.UnixMilli())
	} else {
		_, err = tx.Exec(sqlUseMailLink, link.Hash, now.UnixMilli())
	}
	if err == nil && link.Kind == access.LinkSignUp {
		person, err = s.confirm(tx, person, link.PasswordHash)
	}
	if err != nil {
		return usedLink{}, fmt.Errorf("use mail link: %w", err)
	}
	return usedLink{link, person}, nil
}

const sqlUnconfirmed = `SELECT unconfirmed_at FROM person WHERE person_id = $1`

// personOfLink is whose a link is, if it is still good for them: not disabled,
// not of another generation, and waiting for it where it is a sign-up's.
func (s *Store) personOfLink(tx *engine.Tx, link access.MailLink) (access.Person, error) {
	person, err := s.readPerson(tx, sqlPerson, string(link.Person))
	if err != nil {
		return person, err
	}
	var since time.Time
	if _, err := tx.Get(sqlUnconfirmed, []any{string(link.Person)}, engine.Instant{To: &since}); err != nil {
		return person, fmt.Errorf("read person: %w", err)
	}
	waits := !since.IsZero()
	if !person.DisabledAt.IsZero() || person.Generation != link.Generation || waits != (link.Kind == access.LinkSignUp) {
		return person, fmt.Errorf("mail link of before: %w", lifecycle.ErrNotFound)
	}
	return person, nil
}

const sqlConfirm = `
UPDATE person SET password_hash = $2, generation = generation + 1, unconfirmed_at = NULL WHERE person_id = $1`

// confirm ends what a sign-up begins: the address is theirs, and the password
// is the one of the browser that asked for this very link.
func (s *Store) confirm(tx *engine.Tx, p access.Person, passwordHash string) (access.Person, error) {
	if _, err := tx.Exec(sqlConfirm, string(p.ID), passwordHash); err != nil {
		return p, err
	}
	p.PasswordHash = passwordHash
	p.Generation++
	return p, s.enterPerson(tx, p, "confirm")
}
