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

// Which passkeys somebody has: what one is nobody can write who has the database
// alone, for it is sealed to its id.
const sqlPasskeysStanding = `
SELECT person_id, passkey_id, disabled_at FROM passkey
WHERE (person_id, passkey_id) > ($1, $2)
ORDER BY person_id, passkey_id LIMIT $3`

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

// stood is how a kind's rows are read: by the statement, whose first columns,
// so many, are the subject, and the others what read makes of them.
type stood struct {
	query    string
	subjects int
	read     func(engine.Scan) (any, error)
}

func stoodOf(kind string) (stood, bool) {
	switch kind {
	case "person":
		return stood{sqlPeopleStanding, 1, standingPerson}, true
	case "passkey":
		return stood{sqlPasskeysStanding, 2, standingPasskey}, true
	case "token":
		return stood{sqlTokensStanding, 1, standingToken}, true
	case "accreditation":
		return stood{sqlAccreditationsStanding, 2, standingAccreditation}, true
	case "flag":
		return stood{sqlFlagsStanding, 2, standingFlag}, true
	case "consent":
		return stood{sqlConsentsStanding, 1, standingConsent}, true
	case "access":
		return stood{sqlAccessesStanding, 1, standingAccess}, true
	}
	return stoodInCatalog(kind)
}

// StandingAfter is what the tables hold of a kind behind a subject, in its
// order, and how far the ledger had come at the same instant: for who holds one
// against the other. Of a subject of two parts they are joined by a blank.
func (s *Store) StandingAfter(ctx context.Context, kind, after string, limit int) (list []ledger.Standing, at ledger.Moment, err error) {
	of, known := stoodOf(kind)
	if !known {
		return nil, at, fmt.Errorf("kind %q: %w", kind, lifecycle.ErrInvalid)
	}
	var args []any
	for _, part := range append(strings.SplitN(after, " ", of.subjects), make([]string, of.subjects)...)[:of.subjects] {
		args = append(args, part)
	}
	err = s.db.Read(ctx, func(tx *engine.Tx) (err error) {
		if at, err = book.Moment(tx); err != nil {
			return err
		}
		list, err = engine.List(tx, of.query, append(args, int64(limit)), of.scan)
		return err
	})
	return list, at, err
}

// scan reads a row as what the ledger says of it. One that cannot be read is
// said, and keeps nobody from seeing the others.
func (o stood) scan(scan engine.Scan) (ledger.Standing, error) {
	subject := make([]string, o.subjects)
	columns := make([]any, o.subjects)
	for i := range subject {
		columns[i] = &subject[i]
	}
	state, err := o.read(func(dest ...any) error { return scan(append(columns, dest...)...) })
	row := ledger.Standing{Subject: strings.Join(subject, " ")}
	if err != nil {
		row.Unread = true
		return row, nil
	}
	text, err := json.Marshal(state)
	row.State = string(text)
	return row, err
}

func standingPerson(scan engine.Scan) (any, error) {
	var p access.StandingPerson
	var roles []byte
	var disabled *int64
	if err := scan(engine.TextTo(&p.Org), &roles, &disabled); err != nil {
		return nil, err
	}
	p.Disabled = disabled != nil
	return p, json.Unmarshal(roles, &p.Roles)
}

func standingPasskey(scan engine.Scan) (any, error) {
	var disabled *int64
	err := scan(&disabled)
	return access.StandingPasskey{Disabled: disabled != nil}, err
}

func standingToken(scan engine.Scan) (any, error) {
	var t access.StandingToken
	var scopes []byte
	if err := scan(&t.Hash, engine.TextTo(&t.Kind), engine.TextTo(&t.Person), engine.TextTo(&t.Org), &scopes); err != nil {
		return nil, err
	}
	return t, json.Unmarshal(scopes, &t.Scopes)
}

func standingAccreditation(scan engine.Scan) (any, error) {
	var a access.StandingAccreditation
	err := scan(&a.SelfCustody)
	return a, err
}

func standingFlag(scan engine.Scan) (any, error) {
	var f lifecycle.Flag
	err := scan(&f.Kind, &f.Cause, engine.TextTo(&f.Severity), engine.TextTo(&f.State), engine.TextTo(&f.DoneBy),
		engine.Instant{To: &f.DoneAt}, engine.Instant{To: &f.FirstAt}, &f.Reopened)
	return f, err
}

func standingConsent(scan engine.Scan) (any, error) {
	var c access.StandingConsent
	var revoked *int64
	err := scan(engine.TextTo(&c.Unit), &c.Epoch, engine.TextTo(&c.Owner), engine.TextTo(&c.Agent),
		engine.Instant{To: &c.Since}, engine.Instant{To: &c.Until}, &revoked, &c.Body)
	c.Revoked = revoked != nil
	return c, err
}

func standingAccess(scan engine.Scan) (any, error) {
	var a access.StandingAccess
	err := scan(engine.TextTo(&a.Unit), &a.Epoch, &a.Consent, engine.TextTo(&a.Owner), engine.TextTo(&a.Agent),
		engine.Instant{To: &a.At}, engine.TextTo(&a.Refused), &a.Body)
	return a, err
}
