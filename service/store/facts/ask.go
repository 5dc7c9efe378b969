package facts

import (
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// One statement, whether the unit is known, of another vendor, or nobody's.
const sqlOwnerToAsk = `
SELECT u.unit_id, u.epoch, b.account
FROM lookup l
JOIN unit u ON u.unit_id = l.unit_id
JOIN binding b ON b.unit_id = u.unit_id AND b.kind = 'owner' AND b.state = 'live' AND b.epoch = u.epoch
WHERE l.kind = 'unit' AND l.code = $1 AND u.vendor_id = $2`

// OwnerToAsk fills in whom a question about a unit of this vendor goes to:
// nobody, where there is no such unit or no owner of it.
func OwnerToAsk(tx *engine.Tx, key lifecycle.UnitKey, ask *access.ConsentAsk) error {
	ask.Unit, ask.Epoch, ask.Owner = access.NoUnit, 0, ""
	_, err := tx.Get(sqlOwnerToAsk, []any{key.String(), string(ask.Org)},
		engine.TextTo(&ask.Unit), &ask.Epoch, engine.TextTo(&ask.Owner))
	if err != nil {
		return fmt.Errorf("find whom to ask: %w", err)
	}
	return nil
}

const sqlAddAsk = `
INSERT INTO consent_ask (unit_id, ask_id, epoch, owner, agent, org_id, sealed, code_hash, made_at, expires_at, ended_at, outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL)`

// AddAsk adds a question; sealed are its terms, nil for an owner's code.
func AddAsk(tx *engine.Tx, a access.ConsentAsk, sealed []byte) error {
	var terms any
	if sealed != nil {
		terms = sealed
	}
	_, err := tx.Exec(sqlAddAsk, string(a.Unit), a.ID, int64(a.Epoch), engine.Opt(a.Owner), engine.Opt(a.Agent), engine.Opt(a.Org),
		terms, engine.Opt(a.CodeHash), a.MadeAt.UnixMilli(), a.ExpiresAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("write question %s: %w", a.ID, err)
	}
	return nil
}

const sqlReplaceAsks = `
UPDATE consent_ask SET ended_at = $3, outcome = 'replaced'
WHERE unit_id = $1 AND agent = $2 AND agent IS NOT NULL AND ended_at IS NULL`

// ReplaceAsks ends earlier questions of one agent about one unit; or about
// nobody's, of which they have one as well.
func ReplaceAsks(tx *engine.Tx, a access.ConsentAsk) error {
	_, err := tx.Exec(sqlReplaceAsks, string(a.Unit), string(a.Agent), a.MadeAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("end earlier questions: %w", err)
	}
	return nil
}

const sqlReplaceCodes = `
UPDATE consent_ask SET ended_at = $3, outcome = 'replaced'
WHERE owner = $2 AND unit_id = $1 AND agent IS NULL AND ended_at IS NULL`

// ReplaceCodes ends earlier codes of an owner's for one unit.
func ReplaceCodes(tx *engine.Tx, a access.ConsentAsk) error {
	_, err := tx.Exec(sqlReplaceCodes, string(a.Unit), string(a.Owner), a.MadeAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("end earlier codes: %w", err)
	}
	return nil
}

// The condition is the guard: of two agents who type one code, one is asked for.
const sqlTypeCode = `
UPDATE consent_ask SET agent = $2, org_id = $3, sealed = $4, expires_at = $5
WHERE code_hash = $1 AND agent IS NULL AND ended_at IS NULL AND expires_at > $6
  AND EXISTS (SELECT 1 FROM unit u WHERE u.unit_id = consent_ask.unit_id AND u.epoch = consent_ask.epoch AND u.vendor_id = $3)
RETURNING unit_id, ask_id, epoch, owner`

// TypeCode turns an owner's code into an agent's question. A code that is
// nobody's, used, too old, or of another vendor's unit is lifecycle.ErrNotFound.
func TypeCode(tx *engine.Tx, a *access.ConsentAsk, sealed []byte, now time.Time) error {
	found, err := tx.Get(sqlTypeCode,
		[]any{a.CodeHash, string(a.Agent), string(a.Org), sealed, a.ExpiresAt.UnixMilli(), now.UnixMilli()},
		engine.TextTo(&a.Unit), &a.ID, &a.Epoch, engine.TextTo(&a.Owner))
	return present(found, err, "code", "of an owner")
}

// An owner has few questions at a time; an old epoch's are not theirs any more.
const sqlAsksTo = `
SELECT a.unit_id, a.ask_id, a.epoch, a.owner, a.agent, a.org_id, a.sealed, a.made_at, a.expires_at, a.ended_at, a.outcome,
       u.brand, u.serial, m.name
FROM consent_ask a
JOIN unit u ON u.unit_id = a.unit_id AND u.epoch = a.epoch
JOIN model m ON m.model_id = u.model_id
WHERE a.owner = $1 AND a.ended_at IS NULL AND a.expires_at > $2 AND a.agent IS NOT NULL
ORDER BY a.made_at DESC LIMIT 50`

// SealedAsk is a question with its terms as they are stored.
type SealedAsk struct {
	access.ConsentAsk
	Sealed []byte
}

// AsksTo lists the questions that wait for an owner.
func AsksTo(tx *engine.Tx, owner lifecycle.PersonID, now time.Time) ([]SealedAsk, error) {
	return engine.List(tx, sqlAsksTo, []any{string(owner), now.UnixMilli()}, scanAsk)
}

func scanAsk(scan engine.Scan) (a SealedAsk, err error) {
	err = scan(engine.TextTo(&a.Unit), &a.ID, &a.Epoch, engine.TextTo(&a.Owner), engine.TextTo(&a.Agent), engine.TextTo(&a.Org),
		&a.Sealed, engine.Instant{To: &a.MadeAt}, engine.Instant{To: &a.ExpiresAt}, engine.Instant{To: &a.EndedAt},
		engine.TextTo(&a.Outcome), &a.Key.Brand, &a.Key.Serial, engine.TextTo(&a.Model))
	return a, err
}

// The condition is the guard: a question is answered once, in time, by whom it
// was put to.
const sqlAnswerAsk = `
UPDATE consent_ask SET ended_at = $3, outcome = $4
WHERE ask_id = $1 AND owner = $2 AND agent IS NOT NULL AND ended_at IS NULL AND expires_at > $3
RETURNING unit_id, epoch, agent, org_id`

// AnswerAsk answers a question; one that is not the owner's, or over, is
// lifecycle.ErrNotFound.
func AnswerAsk(tx *engine.Tx, id string, owner lifecycle.PersonID, outcome access.AskOutcome, now time.Time) (access.ConsentAsk, error) {
	a := access.ConsentAsk{ID: id, Owner: owner, Outcome: outcome, EndedAt: now}
	found, err := tx.Get(sqlAnswerAsk, []any{id, string(owner), now.UnixMilli(), string(outcome)},
		engine.TextTo(&a.Unit), &a.Epoch, engine.TextTo(&a.Agent), engine.TextTo(&a.Org))
	return a, present(found, err, "question", id)
}

// What is over is put down as told and told to nobody.
const sqlUntoldAsks = `
SELECT a.unit_id, a.ask_id, a.owner, a.expires_at, a.ended_at, u.brand, u.serial
FROM consent_ask a LEFT JOIN unit u ON u.unit_id = a.unit_id
WHERE a.told_at IS NULL AND a.agent IS NOT NULL
ORDER BY a.made_at, a.ask_id LIMIT $1`

// UntoldAsks lists questions of which nobody was told yet, the oldest first, and
// those that nobody will be told of.
func UntoldAsks(tx *engine.Tx, limit int) ([]access.ConsentAsk, error) {
	return engine.List(tx, sqlUntoldAsks, []any{int64(limit)}, func(scan engine.Scan) (a access.ConsentAsk, err error) {
		err = scan(engine.TextTo(&a.Unit), &a.ID, engine.TextTo(&a.Owner), engine.Instant{To: &a.ExpiresAt},
			engine.Instant{To: &a.EndedAt}, engine.TextTo(&a.Key.Brand), engine.TextTo(&a.Key.Serial))
		return a, err
	})
}

// The condition is the guard: of two processes one tells.
const sqlAskTold = `UPDATE consent_ask SET told_at = $3 WHERE unit_id = $1 AND ask_id = $2 AND told_at IS NULL`

// AskTold notes that a question's owner was told, and reports whether that was
// not noted before.
func AskTold(tx *engine.Tx, a access.ConsentAsk, now time.Time) (bool, error) {
	rows, err := tx.Exec(sqlAskTold, string(a.Unit), a.ID, now.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("note that %s was told: %w", a.ID, err)
	}
	return rows == 1, nil
}
