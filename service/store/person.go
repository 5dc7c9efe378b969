package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const sqlPerson = `
SELECT person_id, org_id, roles, sealed, password_hash, generation, created_at, disabled_at, joined_at
FROM person WHERE person_id = $1`

const sqlPersonByEmail = `
SELECT person_id, org_id, roles, sealed, password_hash, generation, created_at, disabled_at, joined_at
FROM person WHERE email_hash = $1 AND unconfirmed_at IS NULL`

const sqlPeople = `
SELECT person_id, org_id, roles, sealed, password_hash, generation, created_at, disabled_at, joined_at
FROM person WHERE org_id = $1 AND person_id > $2
ORDER BY person_id LIMIT $3`

// Person reads one person. Of a forgotten one the id and the roles are left.
func (s *Store) Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Person, error) { return s.readPerson(tx, sqlPerson, string(id)) })
}

// PersonByEmail finds a person by mail address, in whatever letter case. Who
// signed up with it and has not shown that it is theirs is nobody yet.
func (s *Store) PersonByEmail(ctx context.Context, email string) (access.Person, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Person, error) {
		return s.readPerson(tx, sqlPersonByEmail, s.emailHash(email))
	})
}

// People lists the staff of an organisation.
func (s *Store) People(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Person, string, error) {
	limit := limitOf(page)
	people, err := get(ctx, s, func(tx *engine.Tx) ([]access.Person, error) {
		rows, err := engine.List(tx, sqlPeople, []any{string(org), page.After, int64(limit)}, scanPerson)
		if err != nil {
			return nil, fmt.Errorf("list people of %s: %w", org, err)
		}
		return s.unsealPeople(tx, rows)
	})
	return people, after(people, limit, func(p access.Person) string { return string(p.ID) }), err
}

const sqlAnyPerson = `SELECT person_id FROM person LIMIT 1`

// Empty reports that there is nobody yet: somebody has to be let in by a
// set-up link.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	return get(ctx, s, func(tx *engine.Tx) (bool, error) {
		var id string
		found, err := tx.Get(sqlAnyPerson, nil, &id)
		return !found, err
	})
}

// personRow is a person as stored.
type personRow struct {
	access.Person
	sealed []byte
}

func scanPerson(scan engine.Scan) (personRow, error) {
	var p personRow
	var roles []byte
	err := scan(engine.TextTo(&p.ID), engine.TextTo(&p.Org), &roles, &p.sealed, engine.TextTo(&p.PasswordHash),
		&p.Generation, engine.Instant{To: &p.CreatedAt}, engine.Instant{To: &p.DisabledAt}, engine.Instant{To: &p.JoinedAt})
	if err != nil {
		return p, err
	}
	err = json.Unmarshal(roles, &p.Roles)
	return p, err
}

func (s *Store) readPerson(tx *engine.Tx, query, key string) (access.Person, error) {
	rows, err := engine.List(tx, query, []any{key}, scanPerson)
	if err != nil {
		return access.Person{}, fmt.Errorf("read person: %w", err)
	}
	if len(rows) == 0 {
		return access.Person{}, fmt.Errorf("person: %w", lifecycle.ErrNotFound)
	}
	people, err := s.unsealPeople(tx, rows)
	if err != nil {
		return access.Person{}, err
	}
	return people[0], nil
}

// personal is what is sealed of a person.
type personal struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

const personField = "person.sealed"

func (s *Store) unsealPeople(tx *engine.Tx, rows []personRow) ([]access.Person, error) {
	people := make([]access.Person, len(rows))
	for i, row := range rows {
		people[i] = row.Person
		if row.sealed == nil {
			continue
		}
		key, err := s.subjectKey(tx, string(row.ID))
		if err != nil {
			return nil, err
		}
		plain, err := key.Open(personField, row.sealed)
		if err != nil {
			return nil, err
		}
		var p personal
		if err := json.Unmarshal(plain, &p); err != nil {
			return nil, fmt.Errorf("read person %s: %w", row.ID, err)
		}
		people[i].Name, people[i].Email = p.Name, p.Email
	}
	return people, nil
}

// SavePerson adds a person. Of one who is on record it writes name, address
// and roles anew; password, generation and whether they may sign in are
// ChangePerson's, so that nothing read earlier undoes what happened since. A
// mail address that another has is lifecycle.ErrInvalid,
// "email.taken".
func (s *Store) SavePerson(ctx context.Context, p access.Person) (access.Person, error) {
	// The saved answer is the id alone: it outlives the person's own key.
	id, _, err := once(ctx, s, "person "+s.emailHash(p.Email), func(tx *engine.Tx) (lifecycle.PersonID, error) {
		return p.ID, s.putPerson(tx, p)
	})
	if err != nil {
		return access.Person{}, err
	}
	return s.Person(ctx, id)
}

const sqlPutPerson = `
INSERT INTO person (person_id, org_id, roles, sealed, email_hash, password_hash, generation, created_at, disabled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (person_id) DO UPDATE SET org_id = excluded.org_id, roles = excluded.roles, sealed = excluded.sealed,
  email_hash = excluded.email_hash`

const sqlHolderOfEmail = `SELECT person_id FROM person WHERE email_hash = $1 AND person_id <> $2`

func (s *Store) putPerson(tx *engine.Tx, p access.Person) error {
	hash := s.emailHash(p.Email)
	if err := giveUpUnconfirmed(tx, hash, p.ID); err != nil {
		return err
	}
	var other string
	taken, err := tx.Get(sqlHolderOfEmail, []any{hash, string(p.ID)}, &other)
	if err != nil || taken {
		return engine.Taken("email", "email.taken", err)
	}
	sealed, err := s.sealPerson(tx, p)
	if err != nil {
		return err
	}
	roles, err := json.Marshal(p.Roles)
	if err != nil {
		return fmt.Errorf("write person %s: %w", p.ID, err)
	}
	_, err = tx.Exec(sqlPutPerson, string(p.ID), engine.Opt(p.Org), string(roles), sealed, hash,
		engine.Opt(p.PasswordHash), p.Generation, p.CreatedAt.UnixMilli(), engine.At(p.DisabledAt))
	if err != nil {
		return fmt.Errorf("write person %s: %w", p.ID, err)
	}
	return s.enterPerson(tx, p, "save")
}

func (s *Store) sealPerson(tx *engine.Tx, p access.Person) ([]byte, error) {
	key, err := s.ownKey(tx, string(p.ID))
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(personal{Name: p.Name, Email: strings.TrimSpace(p.Email)})
	if err != nil {
		return nil, fmt.Errorf("seal person %s: %w", p.ID, err)
	}
	sealed, err := key.Seal(personField, plain)
	if err != nil {
		return nil, fmt.Errorf("seal person %s: %w", p.ID, err)
	}
	return sealed, nil
}

// enterPerson enters ids and roles, and nothing else, into the ledger.
func (s *Store) enterPerson(tx *engine.Tx, p access.Person, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "person", Subject: string(p.ID), Event: event}, access.StandingPerson{
		Org: p.Org, Roles: p.Roles, Disabled: !p.DisabledAt.IsZero(),
	})
}

// emailHash is by what a person is found: the address is sealed.
func (s *Store) emailHash(email string) string {
	return s.keys.LookupHash("mail", strings.ToLower(strings.TrimSpace(email)))
}
