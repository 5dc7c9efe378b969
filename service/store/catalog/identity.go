package catalog

import (
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlIdentity = `
SELECT provider_id, subject_hash, person_id, linked_at FROM identity
WHERE provider_id = $1 AND subject_hash = $2`

const sqlIdentitiesOf = `
SELECT provider_id, subject_hash, person_id, linked_at FROM identity
WHERE person_id = $1
ORDER BY provider_id`

// Identity reads who a provider means.
func Identity(tx *engine.Tx, provider, subject string) (access.Identity, error) {
	found, err := engine.List(tx, sqlIdentity, []any{provider, subject}, scanIdentity)
	if err == nil && len(found) == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.Identity{}, fmt.Errorf("read identity: %w", err)
	}
	return found[0], nil
}

// IdentitiesOf lists what providers call a person, ended providers among them.
func IdentitiesOf(tx *engine.Tx, person lifecycle.PersonID) ([]access.Identity, error) {
	list, err := engine.List(tx, sqlIdentitiesOf, []any{string(person)}, scanIdentity)
	if err != nil {
		return nil, fmt.Errorf("list identities: %w", err)
	}
	return list, nil
}

func scanIdentity(scan engine.Scan) (access.Identity, error) {
	var i access.Identity
	err := scan(&i.Provider, &i.Subject, engine.TextTo(&i.Person), engine.Instant{To: &i.LinkedAt})
	return i, err
}

const sqlAddIdentity = `INSERT INTO identity (provider_id, subject_hash, person_id, linked_at) VALUES ($1, $2, $3, $4)`

// AddIdentity adds what a provider calls a person.
func AddIdentity(tx *engine.Tx, i access.Identity) error {
	if _, err := tx.Exec(sqlAddIdentity, i.Provider, i.Subject, string(i.Person), i.LinkedAt.UnixMilli()); err != nil {
		return fmt.Errorf("write identity of %s: %w", i.Person, err)
	}
	return nil
}

const sqlDropIdentity = `DELETE FROM identity WHERE person_id = $1 AND provider_id = $2`

// DropIdentity ends a person's way in through one provider, and says whether
// there was one.
func DropIdentity(tx *engine.Tx, person lifecycle.PersonID, provider string) (bool, error) {
	rows, err := tx.Exec(sqlDropIdentity, string(person), provider)
	if err != nil {
		return false, fmt.Errorf("drop identity of %s: %w", person, err)
	}
	return rows > 0, nil
}

const sqlDropIdentitiesOf = `DELETE FROM identity WHERE person_id = $1`

// DropIdentitiesOf ends every such way of a person.
func DropIdentitiesOf(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlDropIdentitiesOf, string(person)); err != nil {
		return fmt.Errorf("drop identities of %s: %w", person, err)
	}
	return nil
}
