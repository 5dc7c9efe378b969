package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// PersonByIdentity is whom a provider means by a subject, and may they sign in
// or not. Nobody is lifecycle.ErrNotFound.
func (s *Store) PersonByIdentity(ctx context.Context, provider, subject string) (access.Person, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Person, error) { return s.personByIdentity(tx, provider, subject) })
}

func (s *Store) personByIdentity(tx *engine.Tx, provider, subject string) (access.Person, error) {
	identity, err := catalog.Identity(tx, provider, subject)
	if err != nil {
		return access.Person{}, err
	}
	return s.readPerson(tx, sqlPerson, string(identity.Person))
}

// IdentitiesOf lists what providers call a person.
func (s *Store) IdentitiesOf(ctx context.Context, person lifecycle.PersonID) ([]access.Identity, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.Identity, error) { return catalog.IdentitiesOf(tx, person) })
}

// LinkIdentity adds a way in to the account of a person. A subject that is
// somebody else's, and a second one at the same provider, are
// lifecycle.ErrRefused; a person who may not come in there is
// lifecycle.ErrNotFound. Linking what is linked changes nothing.
func (s *Store) LinkIdentity(ctx context.Context, i access.Identity) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		person, err := s.readPerson(tx, sqlPerson, string(i.Person))
		if err != nil {
			return struct{}{}, err
		}
		if err := s.link(tx, person, i); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.tellIdentity(tx, person.ID, i.Provider, "linked")
	})
	return err
}

func (s *Store) link(tx *engine.Tx, person access.Person, i access.Identity) error {
	provider, err := catalog.OneProvider(tx, i.Provider)
	if err != nil {
		return err
	}
	if !person.DisabledAt.IsZero() || !provider.Stands() || !provider.Admits(person) {
		return fmt.Errorf("link %s to %s: %w", i.Provider, person.ID, lifecycle.ErrNotFound)
	}
	known, err := catalog.Identity(tx, i.Provider, i.Subject)
	switch {
	case err == nil && known.Person == person.ID:
		return nil
	case err == nil:
		return refusal("identity.taken")
	case !errors.Is(err, lifecycle.ErrNotFound):
		return err
	}
	had, err := catalog.IdentitiesOf(tx, person.ID)
	if err != nil {
		return err
	}
	for _, one := range had {
		if one.Provider == i.Provider {
			return refusal("identity.another")
		}
	}
	i.Person = person.ID
	if err := catalog.AddIdentity(tx, i); err != nil {
		return err
	}
	return s.enterIdentity(tx, person.ID, i.Provider, "link")
}

// UnlinkIdentity ends a person's way in through a provider, and every session of
// theirs but the one named here: some came in by it. What is not theirs is
// lifecycle.ErrNotFound; their last way in is lifecycle.ErrRefused.
func (s *Store) UnlinkIdentity(ctx context.Context, id lifecycle.PersonID, provider, here string) error {
	_, _, err := once(ctx, s, "unlink "+string(id)+" "+provider, func(tx *engine.Tx) (struct{}, error) {
		person, err := s.readPerson(tx, sqlPerson, string(id))
		if err != nil {
			return struct{}{}, err
		}
		dropped, err := catalog.DropIdentity(tx, id, provider)
		if err == nil && !dropped {
			err = fmt.Errorf("unlink %s: %w", provider, lifecycle.ErrNotFound)
		}
		if err != nil {
			return struct{}{}, err
		}
		ways, err := s.waysIn(tx, person)
		if err == nil && ways == 0 {
			err = refusal("identity.last")
		}
		if err != nil {
			return struct{}{}, err
		}
		if err := endSessionsBut(tx, id, here); err != nil {
			return struct{}{}, err
		}
		if err := s.enterIdentity(tx, id, provider, "unlink"); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.tellIdentity(tx, id, provider, "unlinked")
	})
	return err
}

// AddOwner adds an owner whom a provider vouches for, or, where the subject is
// on record by now, does nothing. It returns whose the subject is.
func (s *Store) AddOwner(ctx context.Context, p access.Person, i access.Identity) (access.Person, error) {
	return writeAlone(ctx, s, func(tx *engine.Tx) (access.Person, error) {
		known, err := s.personByIdentity(tx, i.Provider, i.Subject)
		if !errors.Is(err, lifecycle.ErrNotFound) {
			return known, err
		}
		p.Org, p.Email, p.PasswordHash, p.JoinedAt = "", "", "", s.instant()
		if err := s.addOwnerWithoutAddress(tx, p); err != nil {
			return p, err
		}
		if err := s.enterPerson(tx, p, "sign-up"); err != nil {
			return p, err
		}
		return p, s.link(tx, p, i)
	})
}

const sqlAddOwner = `
INSERT INTO person (person_id, org_id, roles, sealed, email_hash, password_hash, generation, created_at, disabled_at, joined_at)
VALUES ($1, NULL, $2, $3, NULL, NULL, $4, $5, NULL, $6)`

// addOwnerWithoutAddress: what a provider says somebody's address is finds
// nobody here, and so is nobody's.
func (s *Store) addOwnerWithoutAddress(tx *engine.Tx, p access.Person) error {
	sealed, err := s.sealPerson(tx, p)
	if err != nil {
		return err
	}
	roles, err := json.Marshal(p.Roles)
	if err != nil {
		return fmt.Errorf("add owner: %w", err)
	}
	_, err = tx.Exec(sqlAddOwner, string(p.ID), string(roles), sealed, p.Generation, p.CreatedAt.UnixMilli(), p.JoinedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("add owner: %w", err)
	}
	return nil
}

const sqlJoin = `
UPDATE person SET joined_at = coalesce(joined_at, $2), generation = generation + 1
WHERE person_id = $1 AND disabled_at IS NULL`

// AcceptByIdentity uses up the link of an invited person and lets them in
// through a provider from then on; no password of theirs is set. Sessions that
// they had end, and who had come in before is told. A link that is used, too old or nobody's, and a person who may
// not come in there, are lifecycle.ErrNotFound.
func (s *Store) AcceptByIdentity(ctx context.Context, hash string, i access.Identity) (access.Person, error) {
	return writeAlone(ctx, s, func(tx *engine.Tx) (access.Person, error) {
		link, err := s.useLink(tx, hash)
		if err != nil {
			return access.Person{}, err
		}
		was, err := s.readPerson(tx, sqlPerson, string(link.Person))
		if err != nil {
			return access.Person{}, fmt.Errorf("accept invitation: %w", err)
		}
		rows, err := tx.Exec(sqlJoin, string(link.Person), s.now().UnixMilli())
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
		if err := s.link(tx, p, i); err != nil {
			return access.Person{}, err
		}
		if hasComeIn(was) {
			if err := s.tellIdentity(tx, p.ID, i.Provider, "linked"); err != nil {
				return access.Person{}, err
			}
		}
		return p, s.enterPerson(tx, p, "accept")
	})
}

// enterIdentity says that a person comes in through a provider, or no longer;
// never as whom the provider knows them.
func (s *Store) enterIdentity(tx *engine.Tx, person lifecycle.PersonID, provider, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "identity", Subject: string(person), Event: event}, struct {
		Provider string `json:"provider"`
	}{provider})
}

// tellIdentity tells a person that something else lets them in now, or no longer
// does: if it was not them, somebody else comes in as them.
func (s *Store) tellIdentity(tx *engine.Tx, person lifecycle.PersonID, provider, what string) error {
	at := s.instant()
	return s.queueNotice(tx, notice.Notice{
		To: person, Kind: notice.KindFactorChanged, Params: map[string]string{"what": what}, Link: "/account/providers",
		Once: fmt.Sprintf("identity %s %s %d", provider, what, at.UnixMilli()), At: at,
	})
}

func refusal(code string) error {
	return &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: code}}}
}
