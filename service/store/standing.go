package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const sqlPeopleStanding = `
SELECT person_id, org_id, roles, disabled_at FROM person
WHERE person_id > $1
ORDER BY person_id LIMIT $2`

// How many passkeys somebody has: which ones is theirs to know, and what one is
// nobody can write who has the database alone.
const sqlPasskeysStanding = `
SELECT person_id, count(*) FROM passkey
WHERE person_id > $1
GROUP BY person_id
ORDER BY person_id LIMIT $2`

const sqlTokensStanding = `
SELECT credential_id, hash, kind, person_id, org_id, scopes FROM credential
WHERE credential_id > $1 AND ended_at IS NULL
ORDER BY credential_id LIMIT $2`

const sqlAccreditationsStanding = `
SELECT model_id, org_id, self_custody FROM accreditation
WHERE (model_id, org_id) > ($1, $2) AND ended_at IS NULL
ORDER BY model_id, org_id LIMIT $3`

const sqlFlagsStanding = `
SELECT unit_id, flag_id, kind, cause, severity, state, done_by, done_at, first_at, reopened FROM flag
WHERE (unit_id, flag_id) > ($1, $2)
ORDER BY unit_id, flag_id LIMIT $3`

const sqlConsentsStanding = `
SELECT consent_id, unit_id, epoch, owner, agent, made_at, expires_at, revoked_at, body FROM consent
WHERE consent_id > $1
ORDER BY consent_id LIMIT $2`

const sqlAccessesStanding = `
SELECT access_id, unit_id, epoch, consent_id, owner, agent, at, refused, body FROM support_access
WHERE access_id > $1
ORDER BY access_id LIMIT $2`

// StandingAfter is what the tables hold of a kind behind a subject, in its
// order, and how far the ledger had come at the same instant: for who holds one
// against the other. Of a subject of two parts they are joined by a blank.
func (s *Store) StandingAfter(ctx context.Context, kind, after string, limit int) (list []ledger.Standing, at ledger.Moment, err error) {
	query, read, args := "", scanStandingPerson, []any{after}
	switch kind {
	case "person":
		query = sqlPeopleStanding
	case "passkey":
		query, read = sqlPasskeysStanding, scanStandingPasskeys
	case "token":
		query, read = sqlTokensStanding, scanStandingToken
	case "accreditation":
		query, read, args = sqlAccreditationsStanding, scanStandingAccreditation, parts(after)
	case "flag":
		query, read, args = sqlFlagsStanding, scanStandingFlag, parts(after)
	case "consent":
		query, read = sqlConsentsStanding, scanStandingConsent
	case "access":
		query, read = sqlAccessesStanding, scanStandingAccess
	default:
		return nil, at, fmt.Errorf("kind %q: %w", kind, lifecycle.ErrInvalid)
	}
	err = s.db.Read(ctx, func(tx *engine.Tx) (err error) {
		if at, err = book.Moment(tx); err != nil {
			return err
		}
		list, err = engine.List(tx, query, append(args, int64(limit)), read)
		return err
	})
	return list, at, err
}

func parts(subject string) []any {
	first, second, _ := strings.Cut(subject, " ")
	return []any{first, second}
}

// standing is a row as what the ledger says of it.
func standing(subject string, state any) (ledger.Standing, error) {
	text, err := json.Marshal(state)
	return ledger.Standing{Subject: subject, State: string(text)}, err
}

func scanStandingPerson(scan engine.Scan) (ledger.Standing, error) {
	var id string
	var p access.StandingPerson
	var roles []byte
	var disabled *int64
	if err := scan(&id, engine.TextTo(&p.Org), &roles, &disabled); err != nil {
		return ledger.Standing{}, err
	}
	p.Disabled = disabled != nil
	if err := json.Unmarshal(roles, &p.Roles); err != nil {
		return ledger.Standing{}, fmt.Errorf("roles of %s: %w", id, err)
	}
	return standing(id, p)
}

func scanStandingPasskeys(scan engine.Scan) (ledger.Standing, error) {
	var id string
	var n int64
	err := scan(&id, &n)
	return ledger.Standing{Subject: id, State: fmt.Sprint(n)}, err
}

func scanStandingToken(scan engine.Scan) (ledger.Standing, error) {
	var id string
	var t access.StandingToken
	var scopes []byte
	if err := scan(&id, &t.Hash, engine.TextTo(&t.Kind), engine.TextTo(&t.Person), engine.TextTo(&t.Org), &scopes); err != nil {
		return ledger.Standing{}, err
	}
	if err := json.Unmarshal(scopes, &t.Scopes); err != nil {
		return ledger.Standing{}, fmt.Errorf("scopes of %s: %w", id, err)
	}
	return standing(id, t)
}

func scanStandingAccreditation(scan engine.Scan) (ledger.Standing, error) {
	var a lifecycle.Accreditation
	if err := scan(engine.TextTo(&a.Model), engine.TextTo(&a.Org), &a.SelfCustody); err != nil {
		return ledger.Standing{}, err
	}
	return standing(string(a.Model)+" "+string(a.Org), a)
}

func scanStandingFlag(scan engine.Scan) (ledger.Standing, error) {
	var f lifecycle.Flag
	err := scan(engine.TextTo(&f.Unit), engine.TextTo(&f.ID), &f.Kind, &f.Cause, engine.TextTo(&f.Severity),
		engine.TextTo(&f.State), engine.TextTo(&f.DoneBy), engine.Instant{To: &f.DoneAt}, engine.Instant{To: &f.FirstAt}, &f.Reopened)
	if err != nil {
		return ledger.Standing{}, err
	}
	return standing(string(f.Unit)+" "+string(f.ID), f)
}

func scanStandingConsent(scan engine.Scan) (ledger.Standing, error) {
	var id string
	var c access.StandingConsent
	var revoked *int64
	err := scan(&id, engine.TextTo(&c.Unit), &c.Epoch, engine.TextTo(&c.Owner), engine.TextTo(&c.Agent),
		engine.Instant{To: &c.Since}, engine.Instant{To: &c.Until}, &revoked, &c.Body)
	if err != nil {
		return ledger.Standing{}, err
	}
	c.Revoked = revoked != nil
	return standing(id, c)
}

func scanStandingAccess(scan engine.Scan) (ledger.Standing, error) {
	var id string
	var a access.StandingAccess
	err := scan(&id, engine.TextTo(&a.Unit), &a.Epoch, &a.Consent, engine.TextTo(&a.Owner), engine.TextTo(&a.Agent),
		engine.Instant{To: &a.At}, engine.TextTo(&a.Refused), &a.Body)
	if err != nil {
		return ledger.Standing{}, err
	}
	return standing(id, a)
}
