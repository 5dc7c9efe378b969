package facts

import (
	"encoding/json"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAddConsent = `
INSERT INTO consent (unit_id, consent_id, epoch, ask_id, owner, agent, made_at, expires_at, revoked_at, body, entry_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10)`

// AddConsent adds a consent; body is what its ledger entry says.
func AddConsent(tx *engine.Tx, c access.Consent, body []byte) error {
	_, err := tx.Exec(sqlAddConsent, string(c.Unit), c.ID, int64(c.Epoch), c.Ask, string(c.Owner), string(c.Agent),
		c.Since.UnixMilli(), c.Until.UnixMilli(), string(body), c.Entry)
	if err != nil {
		return fmt.Errorf("write consent %s: %w", c.ID, err)
	}
	return nil
}

// The condition is the guard: revoking twice is once.
const sqlRevokeConsent = `
UPDATE consent SET revoked_at = $3
WHERE consent_id = $1 AND owner = $2 AND revoked_at IS NULL
RETURNING unit_id, epoch, agent`

// RevokeConsent ends an owner's consent; one that is not theirs, or was revoked,
// is lifecycle.ErrNotFound.
func RevokeConsent(tx *engine.Tx, id string, owner lifecycle.PersonID, now time.Time) (access.Consent, error) {
	c := access.Consent{ID: id, Owner: owner, Ended: now}
	found, err := tx.Get(sqlRevokeConsent, []any{id, string(owner), now.UnixMilli()},
		engine.TextTo(&c.Unit), &c.Epoch, engine.TextTo(&c.Agent))
	return c, present(found, err, "consent", id)
}

// HeldConsent is a consent and all that it hangs on.
type HeldConsent struct {
	access.HeldConsent
	Facts access.ConsentFacts
}

// What a consent hangs on is read with it, in one statement: an epoch, an owner
// and an agent of three moments would be a consent that never was.
const sqlConsent = `
SELECT c.body, c.revoked_at, c.entry_id, u.brand, u.serial, m.name, u.epoch, u.vendor_id, b.account,
       p.person_id, p.org_id, p.roles, p.disabled_at, o.kind
FROM consent c
JOIN unit u ON u.unit_id = c.unit_id
JOIN model m ON m.model_id = u.model_id
JOIN person p ON p.person_id = c.agent
LEFT JOIN organisation o ON o.org_id = p.org_id
LEFT JOIN binding b ON b.unit_id = c.unit_id AND b.kind = 'owner' AND b.state = 'live' AND b.epoch = u.epoch
WHERE c.consent_id = $1`

// Consent reads one consent.
func Consent(tx *engine.Tx, id string) (HeldConsent, error) {
	list, err := engine.List(tx, sqlConsent, []any{id}, scanConsent)
	if err := present(len(list) > 0, err, "consent", id); err != nil {
		return HeldConsent{}, err
	}
	return list[0], nil
}

const sqlConsentsOf = `
SELECT c.body, c.revoked_at, c.entry_id, u.brand, u.serial, m.name, u.epoch, u.vendor_id, b.account,
       p.person_id, p.org_id, p.roles, p.disabled_at, o.kind
FROM consent c
JOIN unit u ON u.unit_id = c.unit_id
JOIN model m ON m.model_id = u.model_id
JOIN person p ON p.person_id = c.agent
LEFT JOIN organisation o ON o.org_id = p.org_id
LEFT JOIN binding b ON b.unit_id = c.unit_id AND b.kind = 'owner' AND b.state = 'live' AND b.epoch = u.epoch
WHERE c.owner = $1
ORDER BY c.made_at DESC, c.consent_id DESC LIMIT $2`

// ConsentsOf lists an owner's consents, newest first, with those that are over.
func ConsentsOf(tx *engine.Tx, owner lifecycle.PersonID, limit int) ([]HeldConsent, error) {
	return engine.List(tx, sqlConsentsOf, []any{string(owner), int64(limit)}, scanConsent)
}

const sqlConsentsTo = `
SELECT c.body, c.revoked_at, c.entry_id, u.brand, u.serial, m.name, u.epoch, u.vendor_id, b.account,
       p.person_id, p.org_id, p.roles, p.disabled_at, o.kind
FROM consent c
JOIN unit u ON u.unit_id = c.unit_id
JOIN model m ON m.model_id = u.model_id
JOIN person p ON p.person_id = c.agent
LEFT JOIN organisation o ON o.org_id = p.org_id
LEFT JOIN binding b ON b.unit_id = c.unit_id AND b.kind = 'owner' AND b.state = 'live' AND b.epoch = u.epoch
WHERE c.agent = $1 AND c.expires_at > $2 AND c.revoked_at IS NULL
ORDER BY c.expires_at LIMIT $3`

// ConsentsTo lists the consents to an agent whose time is not over.
func ConsentsTo(tx *engine.Tx, agent lifecycle.PersonID, now time.Time, limit int) ([]HeldConsent, error) {
	return engine.List(tx, sqlConsentsTo, []any{string(agent), now.UnixMilli(), int64(limit)}, scanConsent)
}

func scanConsent(scan engine.Scan) (HeldConsent, error) {
	var c HeldConsent
	var body, roles []byte
	var ended time.Time
	var entry string
	err := scan(&body, engine.Instant{To: &ended}, &entry, &c.Key.Brand, &c.Key.Serial, engine.TextTo(&c.Model),
		&c.Facts.Epoch, engine.TextTo(&c.Facts.Vendor), engine.TextTo(&c.Facts.Owner),
		engine.TextTo(&c.Facts.Agent.ID), engine.TextTo(&c.Facts.Agent.Org), &roles,
		engine.Instant{To: &c.Facts.Agent.DisabledAt}, engine.TextTo(&c.Facts.OrgKind))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(roles, &c.Facts.Agent.Roles); err != nil {
		return c, err
	}
	err = json.Unmarshal(body, &c.Consent)
	c.Ended, c.Entry = ended, entry
	return c, err
}
