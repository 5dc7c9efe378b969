package facts

import (
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlAddAccess = `
INSERT INTO support_access (unit_id, access_id, epoch, consent_id, owner, agent, at, refused, body, sealed, entry_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

// AddAccess adds an access, or an attempt; body is what its ledger entry says,
// sealed the agent's own words.
func AddAccess(tx *engine.Tx, a access.Access, body, sealed []byte) error {
	var note any
	if sealed != nil {
		note = sealed
	}
	_, err := tx.Exec(sqlAddAccess, string(a.Unit), a.ID, int64(a.Epoch), a.Consent, engine.Opt(a.Owner), string(a.Agent),
		a.At.UnixMilli(), engine.Opt(a.Refused), string(body), note, a.Entry)
	if err != nil {
		return fmt.Errorf("write access %s: %w", a.ID, err)
	}
	return nil
}

// SealedAccess is an access with the agent's words as they are stored.
type SealedAccess struct {
	access.Access
	Sealed []byte
}

const sqlAccess = `
SELECT a.body, a.sealed, a.entry_id, e.idx
FROM support_access a LEFT JOIN log_entry e ON e.entry_id = a.entry_id
WHERE a.access_id = $1`

// Access reads one access.
func Access(tx *engine.Tx, id string) (SealedAccess, error) {
	list, err := engine.List(tx, sqlAccess, []any{id}, scanAccess)
	if err := present(len(list) > 0, err, "access", id); err != nil {
		return SealedAccess{}, err
	}
	return list[0], nil
}

const sqlAccessesOf = `
SELECT a.body, a.sealed, a.entry_id, e.idx
FROM support_access a LEFT JOIN log_entry e ON e.entry_id = a.entry_id
WHERE a.owner = $1 AND a.unit_id = $2 AND a.epoch = $3 AND (a.at, a.access_id) < ($4, $5)
ORDER BY a.at DESC, a.access_id DESC LIMIT $6`

// AccessesOf lists the accesses to an owner's unit at one epoch, newest first,
// from before a place.
func AccessesOf(tx *engine.Tx, owner lifecycle.PersonID, unit lifecycle.UnitID, epoch lifecycle.Epoch, at int64, id string, limit int) ([]SealedAccess, error) {
	return engine.List(tx, sqlAccessesOf, []any{string(owner), string(unit), int64(epoch), at, id, int64(limit)}, scanAccess)
}

func scanAccess(scan engine.Scan) (SealedAccess, error) {
	var a SealedAccess
	var body []byte
	var entry string
	var index *int64
	if err := scan(&body, &a.Sealed, &entry, &index); err != nil {
		return a, err
	}
	err := json.Unmarshal(body, &a.Access)
	a.Entry, a.Index = entry, -1
	if index != nil {
		a.Index = *index
	}
	return a, err
}
