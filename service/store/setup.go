package store

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAddSetupLink = `INSERT INTO setup_link (hash, person_id, expires_at, used_at) VALUES ($1, $2, $3, NULL)`

const sqlEndSetupLinks = `
UPDATE setup_link SET used_at = $2
WHERE used_at IS NULL AND coalesce(person_id, '') = $1`

// SaveSetupLink adds a one-time link. Earlier ones for the same person, or for
// the first of all, are no longer good.
func (s *Store) SaveSetupLink(ctx context.Context, link access.SetupLink) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		if _, err := tx.Exec(sqlEndSetupLinks, string(link.Person), s.now().UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("end earlier set-up links: %w", err)
		}
		_, err := tx.Exec(sqlAddSetupLink, link.Hash, engine.Opt(link.Person), link.ExpiresAt.UnixMilli())
		if err != nil {
			return struct{}{}, fmt.Errorf("write set-up link: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlSetupLink = `
SELECT hash, person_id, expires_at, used_at FROM setup_link
WHERE hash = $1 AND used_at IS NULL AND expires_at > $2`

// SetupLink reads a link that can still be used.
func (s *Store) SetupLink(ctx context.Context, hash string) (access.SetupLink, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.SetupLink, error) { return s.usableLink(tx, hash) })
}

func (s *Store) usableLink(tx *engine.Tx, hash string) (access.SetupLink, error) {
	var link access.SetupLink
	found, err := tx.Get(sqlSetupLink, []any{hash, s.now().UnixMilli()}, &link.Hash, engine.TextTo(&link.Person),
		engine.Instant{To: &link.ExpiresAt}, engine.Instant{To: &link.UsedAt})
	if err != nil {
		return link, fmt.Errorf("read set-up link: %w", err)
	}
	if !found {
		return link, fmt.Errorf("set-up link: %w", lifecycle.ErrNotFound)
	}
	return link, nil
}

const sqlUseSetupLink = `UPDATE setup_link SET used_at = $2 WHERE hash = $1`

func (s *Store) useLink(tx *engine.Tx, hash string) (access.SetupLink, error) {
	link, err := s.usableLink(tx, hash)
	if err != nil {
		return link, err
	}
	if _, err := tx.Exec(sqlUseSetupLink, hash, s.now().UnixMilli()); err != nil {
		return link, fmt.Errorf("use set-up link: %w", err)
	}
	return link, nil
}

const sqlAnyOrganisation = `SELECT org_id FROM organisation LIMIT 1`

// SetUp uses up the first link of an empty database and writes the host's
// organisation and its first admin, all or nothing. A link that is used, too
// old or somebody's, and a database with an organisation in it, are
// lifecycle.ErrNotFound.
func (s *Store) SetUp(ctx context.Context, hash string, org access.Organisation, admin access.Person) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		link, err := s.useLink(tx, hash)
		if err != nil {
			return struct{}{}, err
		}
		var id string
		begun, err := tx.Get(sqlAnyOrganisation, nil, &id)
		if err == nil && (begun || link.Person != "") {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return struct{}{}, fmt.Errorf("set up: %w", err)
		}
		if err := s.putOrganisation(tx, org); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.putPerson(tx, admin)
	})
	return err
}

const sqlAcceptInvitation = `
UPDATE person SET password_hash = $2, generation = generation + 1
WHERE person_id = $1 AND disabled_at IS NULL`

// AcceptInvitation uses up the link of a person and sets their password, which
// ends the sessions and tokens they had: it may be that they were taken over. Who
// had come in before, by whatever means, is told. A link that is used, too old or
// nobody's, and a person who may not sign in, are lifecycle.ErrNotFound.
func (s *Store) AcceptInvitation(ctx context.Context, hash, passwordHash string) (access.Person, error) {
	return writeAlone(ctx, s, func(tx *engine.Tx) (access.Person, error) {
		link, err := s.useLink(tx, hash)
		if err != nil {
			return access.Person{}, err
		}
		was, err := s.readPerson(tx, sqlPerson, string(link.Person))
		if err != nil {
			return access.Person{}, fmt.Errorf("accept invitation: %w", err)
		}
		rows, err := tx.Exec(sqlAcceptInvitation, string(link.Person), passwordHash)
		if err == nil && rows == 0 {
			err = lifecycle.ErrNotFound
		}
		if err != nil {
			return access.Person{}, fmt.Errorf("accept invitation: %w", err)
		}
		if err := s.endAllOf(tx, link.Person); err != nil {
			return access.Person{}, err
		}
		p, err := s.readPerson(tx, sqlPerson, string(link.Person))
		if err != nil {
			return access.Person{}, err
		}
		if hasComeIn(was) {
			if err := s.tellFactor(tx, p, factorPassword); err != nil {
				return access.Person{}, err
			}
		}
		return p, s.enterPerson(tx, p, "accept")
	})
}

// hasComeIn reports whether somebody has used an invitation before, with a
// password or without.
func hasComeIn(p access.Person) bool { return p.PasswordHash != "" || !p.JoinedAt.IsZero() }
