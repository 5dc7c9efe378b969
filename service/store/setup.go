package store

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAddSetupLink = `INSERT INTO setup_link (hash, person_id, expires_at, used_at) VALUES ($1, $2, $3, NULL)`

// SaveSetupLink adds a one-time link.
func (s *Store) SaveSetupLink(ctx context.Context, link access.SetupLink) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
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

// UseSetupLink uses up a link and saves the person whom it lets in, both or
// neither. A link for somebody else, used or too old is lifecycle.ErrNotFound.
func (s *Store) UseSetupLink(ctx context.Context, hash string, p access.Person) (access.Person, error) {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		link, err := s.usableLink(tx, hash)
		if err != nil {
			return struct{}{}, err
		}
		if link.Person != "" && link.Person != p.ID {
			return struct{}{}, fmt.Errorf("set-up link of another person: %w", lifecycle.ErrNotFound)
		}
		if _, err := tx.Exec(sqlUseSetupLink, hash, s.now().UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("use set-up link: %w", err)
		}
		return struct{}{}, s.putPerson(tx, p)
	})
	if err != nil {
		return access.Person{}, err
	}
	return s.Person(ctx, p.ID)
}
