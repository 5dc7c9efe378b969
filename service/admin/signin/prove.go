package signin

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Prove is nil for the password of a person who is signed in and proves
// themselves anew. What is wrong is a mistake in the field "password".
func (e *Entrance) Prove(ctx context.Context, id lifecycle.PersonID, password string) error {
	_, right, err := e.proven(ctx, id, password)
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	if !right {
		return lifecycle.Mistake("password", "password.wrong")
	}
	return nil
}

// proven compares a password with the person's own. Guesses are counted as at
// sign-in: a session left open on a desk must not become a way to try
// passwords.
func (e *Entrance) proven(ctx context.Context, id lifecycle.PersonID, password string) (person access.Person, right bool, err error) {
	key := "person " + string(id)
	if err := e.addresses.Attempt(ctx, key); err != nil {
		return person, false, err
	}
	if person, err = e.config.Store.Person(ctx, id); err != nil {
		return person, false, err
	}
	if right, err = e.verify(ctx, password, person.PasswordHash); err != nil || !right || !person.DisabledAt.IsZero() {
		return person, false, err
	}
	return person, true, e.addresses.Clear(ctx, key)
}
