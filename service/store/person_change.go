package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// ChangePerson loads a person, lets change say how they are to be, and writes
// that, all in one transaction: two who change one person at once never undo
// each other. otherAdmins counts who else of the organisation could do an
// admin's work now. change must be pure; its error comes back as it is. The
// address stays. The tokens of a person who is disabled end with it.
func (s *Store) ChangePerson(ctx context.Context, id lifecycle.PersonID,
	change func(p access.Person, otherAdmins int) (access.Person, error),
) (access.Person, error) {
	// The saved answer is the id alone: it outlives the person's own key.
	_, _, err := once(ctx, s, "person "+string(id), func(tx *engine.Tx) (lifecycle.PersonID, error) {
		p, err := s.readPerson(tx, sqlPerson, string(id))
		if err != nil {
			return id, err
		}
		others, err := otherAdmins(tx, p)
		if err != nil {
			return id, err
		}
		changed, err := change(p, others)
		if err != nil {
			return id, err
		}
		return id, s.writeChanged(tx, p, changed)
	})
	if err != nil {
		return access.Person{}, err
	}
	return s.Person(ctx, id)
}

const sqlChangePerson = `
UPDATE person SET roles = $2, sealed = $3, password_hash = $4, generation = $5, disabled_at = $6
WHERE person_id = $1`

func (s *Store) writeChanged(tx *engine.Tx, was, p access.Person) error {
	p.ID, p.Org, p.Email = was.ID, was.Org, was.Email
	sealed, err := s.sealPerson(tx, p)
	if err != nil {
		return err
	}
	roles, err := json.Marshal(p.Roles)
	if err != nil {
		return fmt.Errorf("change person %s: %w", p.ID, err)
	}
	_, err = tx.Exec(sqlChangePerson, string(p.ID), string(roles), sealed, engine.Opt(p.PasswordHash), p.Generation,
		engine.At(p.DisabledAt))
	if err != nil {
		return fmt.Errorf("change person %s: %w", p.ID, err)
	}
	if p.Generation != was.Generation || !p.DisabledAt.IsZero() {
		if err := endSessionsOf(tx, p.ID); err != nil {
			return err
		}
	}
	if was.PasswordHash != "" && was.PasswordHash != p.PasswordHash {
		if err := s.tellFactor(tx, p, factorPassword); err != nil {
			return err
		}
	}
	if was.DisabledAt.IsZero() && !p.DisabledAt.IsZero() {
		if err := s.endCredentialsOf(tx, p.ID); err != nil {
			return err
		}
		if err := s.takeBadge(tx, p.ID); err != nil {
			return err
		}
	}
	return s.enterPerson(tx, p, "change")
}

const sqlAdminsBeside = `
SELECT person_id, org_id, roles, sealed, password_hash, generation, created_at, disabled_at, joined_at
FROM person
WHERE org_id = $1 AND person_id <> $2 AND (password_hash IS NOT NULL OR joined_at IS NOT NULL) AND disabled_at IS NULL`

func otherAdmins(tx *engine.Tx, p access.Person) (int, error) {
	others, err := engine.List(tx, sqlAdminsBeside, []any{string(p.Org), string(p.ID)}, scanPerson)
	if err != nil {
		return 0, fmt.Errorf("count admins of %s: %w", p.Org, err)
	}
	admins := 0
	for _, other := range others {
		for _, role := range other.Roles {
			if role == lifecycle.RoleAdmin {
				admins++
			}
		}
	}
	return admins, nil
}

const sqlSignUp = `
INSERT INTO person (person_id, org_id, roles, sealed, email_hash, password_hash, generation, created_at, disabled_at)
VALUES ($1, NULL, $2, $3, $4, $5, $6, $7, NULL)`

// SignUp adds an owner who comes by themselves. Where the address is known
// already it adds nobody and answers alike: neither the answer, nor a wait for
// the disk, nor the size of the public log says who is known.
func (s *Store) SignUp(ctx context.Context, p access.Person) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		hash := s.emailHash(p.Email)
		if err := giveUpUnconfirmed(tx, hash, p.ID); err != nil {
			return struct{}{}, err
		}
		var other string
		known, err := tx.Get(sqlHolderOfEmail, []any{hash, string(p.ID)}, &other)
		if err != nil {
			return struct{}{}, fmt.Errorf("sign up: %w", err)
		}
		if !known {
			if err := s.addOwner(tx, p, hash); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, s.enterPerson(tx, p, "sign-up")
	})
	return err
}

func (s *Store) addOwner(tx *engine.Tx, p access.Person, emailHash string) error {
	sealed, err := s.sealPerson(tx, p)
	if err != nil {
		return err
	}
	roles, err := json.Marshal(p.Roles)
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	_, err = tx.Exec(sqlSignUp, string(p.ID), string(roles), sealed, emailHash, engine.Opt(p.PasswordHash), p.Generation,
		p.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	return nil
}

const sqlForgetPerson = `
UPDATE person SET sealed = NULL, email_hash = NULL, password_hash = NULL, generation = generation + 1,
  disabled_at = coalesce(disabled_at, $2), unconfirmed_at = NULL
WHERE person_id = $1`

// ForgetPerson deletes the key of everything personal about a person, and what
// they could sign in with. The opaque id stays in the records, so proofs still
// verify.
func (s *Store) ForgetPerson(ctx context.Context, id lifecycle.PersonID) error {
	_, _, err := once(ctx, s, "forget "+string(id), func(tx *engine.Tx) (struct{}, error) {
		if err := s.nothingStands(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := forget(tx, string(id)); err != nil {
			return struct{}{}, err
		}
		if _, err := tx.Exec(sqlForgetPerson, string(id), s.now().UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("forget person %s: %w", id, err)
		}
		if err := s.endCredentialsOf(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := s.takeBadge(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := s.takePasskeys(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := catalog.DropIdentitiesOf(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := endSessionsOf(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := forgetNotices(tx, id); err != nil {
			return struct{}{}, err
		}
		if err := forgetWaysIn(tx, id); err != nil {
			return struct{}{}, err
		}
		p, err := s.readPerson(tx, sqlPerson, string(id))
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterPerson(tx, p, "forget")
	})
	return err
}
