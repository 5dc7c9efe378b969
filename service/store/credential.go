package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const sqlCredentialByHash = `
SELECT credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at
FROM credential WHERE hash = $1`

// CredentialByHash reads the token with this hash, also an ended one.
func (s *Store) CredentialByHash(ctx context.Context, hash string) (access.Credential, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Credential, error) {
		return oneCredential(tx, sqlCredentialByHash, hash)
	})
}

const sqlCredential = `
SELECT credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at
FROM credential WHERE credential_id = $1`

// Credential reads one token by its id, also an ended one.
func (s *Store) Credential(ctx context.Context, id string) (access.Credential, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Credential, error) { return oneCredential(tx, sqlCredential, id) })
}

func oneCredential(tx *engine.Tx, query, key string) (access.Credential, error) {
	found, err := engine.List(tx, query, []any{key}, scanCredential)
	if err != nil {
		return access.Credential{}, fmt.Errorf("read token: %w", err)
	}
	if len(found) == 0 {
		return access.Credential{}, fmt.Errorf("token: %w", lifecycle.ErrNotFound)
	}
	return found[0], nil
}

func scanCredential(scan engine.Scan) (access.Credential, error) {
	c, scopes, err := scanToken(scan)
	if err != nil {
		return c, err
	}
	err = json.Unmarshal(scopes, &c.Scopes)
	return c, err
}

// scanToken reads a token but for its scopes, which it hands over as they are.
func scanToken(scan engine.Scan) (c access.Credential, scopes []byte, err error) {
	err = scan(&c.ID, &c.Hash, engine.TextTo(&c.Kind), engine.TextTo(&c.Person), engine.TextTo(&c.Org), &scopes,
		&c.Name, engine.Instant{To: &c.CreatedAt}, engine.Instant{To: &c.EndedAt})
	return c, scopes, err
}

// scanEnding reads a token that is being ended. What it might have done cannot
// keep it alive: where that is not to be read, its entry says nothing of it.
func scanEnding(scan engine.Scan) (access.Credential, error) {
	c, scopes, err := scanToken(scan)
	if json.Unmarshal(scopes, &c.Scopes) != nil {
		c.Scopes = nil
	}
	return c, err
}

const sqlCredentialsOfOrg = `
SELECT credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at
FROM credential WHERE org_id = $1 AND credential_id > $2
ORDER BY credential_id LIMIT $3`

const sqlCredentialsOfPerson = `
SELECT credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at
FROM credential WHERE person_id = $1 AND credential_id > $2
ORDER BY credential_id LIMIT $3`

// Credentials lists the tokens of an organisation, ended ones among them.
func (s *Store) Credentials(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Credential, string, error) {
	return s.credentials(ctx, sqlCredentialsOfOrg, string(org), page)
}

// CredentialsOf lists a person's own tokens, ended ones among them.
func (s *Store) CredentialsOf(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page,
) ([]access.Credential, string, error) {
	return s.credentials(ctx, sqlCredentialsOfPerson, string(person), page)
}

func (s *Store) credentials(ctx context.Context, query, of string, page lifecycle.Page) ([]access.Credential, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.Credential, error) {
		return engine.List(tx, query, []any{of, page.After, int64(limit)}, scanCredential)
	})
	return list, after(list, limit, func(c access.Credential) string { return c.ID }), err
}

const sqlAddCredential = `
INSERT INTO credential (credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)`

// SaveCredential adds a token. On a replay it returns the first one's record,
// whose text nobody has any more.
func (s *Store) SaveCredential(ctx context.Context, c access.Credential) (access.Credential, error) {
	return s.saveCredential(ctx, c, func(*engine.Tx) error { return nil })
}

// SaveOwnCredential is SaveCredential for a token that a person has made for
// themselves. It commits with the notice that tells them: whoever sat at their
// browser for five minutes could have made it, and it is never asked again.
func (s *Store) SaveOwnCredential(ctx context.Context, c access.Credential, told notice.Notice) (access.Credential, error) {
	return s.saveCredential(ctx, c, func(tx *engine.Tx) error { return s.queueNotice(tx, told) })
}

func (s *Store) saveCredential(ctx context.Context, c access.Credential, tell func(*engine.Tx) error) (access.Credential, error) {
	scope := "token " + string(c.Org) + " " + string(c.Person) + " " + c.Name
	saved, _, err := once(ctx, s, scope, func(tx *engine.Tx) (access.Credential, error) {
		scopes, err := json.Marshal(c.Scopes)
		if err != nil {
			return c, fmt.Errorf("write token %s: %w", c.ID, err)
		}
		_, err = tx.Exec(sqlAddCredential, c.ID, c.Hash, string(c.Kind), engine.Opt(c.Person), engine.Opt(c.Org),
			string(scopes), c.Name, c.CreatedAt.UnixMilli())
		if err != nil {
			return c, fmt.Errorf("write token %s: %w", c.ID, err)
		}
		if err := tell(tx); err != nil {
			return c, err
		}
		return c, s.enterCredential(tx, c, "add")
	})
	return saved, err
}

const sqlEndCredential = `
UPDATE credential SET ended_at = $2 WHERE credential_id = $1 AND ended_at IS NULL
RETURNING credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at`

const sqlEndCredentialsOf = `
UPDATE credential SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL
RETURNING credential_id, hash, kind, person_id, org_id, scopes, name, created_at, ended_at`

// endCredentialsOf ends every token of a person. Each has its entry: without
// one, nobody would find that it was revived by hand.
func (s *Store) endCredentialsOf(tx *engine.Tx, person lifecycle.PersonID) error {
	ended, err := engine.List(tx, sqlEndCredentialsOf, []any{string(person), s.now().UnixMilli()}, scanEnding)
	if err != nil {
		return fmt.Errorf("end tokens of %s: %w", person, err)
	}
	for _, c := range ended {
		if err := s.enterCredential(tx, c, "end"); err != nil {
			return err
		}
	}
	return nil
}

// EndCredential ends a token for good.
func (s *Store) EndCredential(ctx context.Context, id string) error {
	_, _, err := once(ctx, s, "end token "+id, func(tx *engine.Tx) (struct{}, error) {
		ended, err := engine.List(tx, sqlEndCredential, []any{id, s.now().UnixMilli()}, scanEnding)
		if err != nil {
			return struct{}{}, fmt.Errorf("end token %s: %w", id, err)
		}
		if len(ended) == 0 {
			return struct{}{}, fmt.Errorf("token %s: %w", id, lifecycle.ErrNotFound)
		}
		return struct{}{}, s.enterCredential(tx, ended[0], "end")
	})
	return err
}

func (s *Store) enterCredential(tx *engine.Tx, c access.Credential, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "token", Subject: c.ID, Event: event}, access.StandingToken{
		Kind: c.Kind, Person: c.Person, Org: c.Org, Scopes: c.Scopes, Hash: c.Hash,
	})
}
