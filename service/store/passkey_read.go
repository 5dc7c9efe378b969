package store

import (
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// passkeyRow is a passkey as stored.
type passkeyRow struct {
	access.Passkey
	sealed []byte
}

func scanPasskey(scan engine.Scan) (passkeyRow, error) {
	var p passkeyRow
	var counter int64
	err := scan(&p.ID, engine.TextTo(&p.Person), &p.sealed, &counter, engine.Instant{To: &p.CreatedAt},
		engine.Instant{To: &p.UsedAt}, engine.Instant{To: &p.DisabledAt})
	p.Counter = uint32(counter) // the schema bounds it
	return p, err
}

func (s *Store) readPasskeys(tx *engine.Tx, query, key string) ([]access.Passkey, error) {
	rows, err := engine.List(tx, query, []any{key}, scanPasskey)
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	list := make([]access.Passkey, len(rows))
	for i, row := range rows {
		if list[i], err = s.openPasskey(tx, row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Store) onePasskey(tx *engine.Tx, query, key string) (access.Passkey, error) {
	list, err := s.readPasskeys(tx, query, key)
	if err != nil {
		return access.Passkey{}, err
	}
	if len(list) == 0 {
		return access.Passkey{}, fmt.Errorf("passkey: %w", lifecycle.ErrNotFound)
	}
	return list[0], nil
}

// passkeyOf reads a passkey that must be this person's.
func (s *Store) passkeyOf(tx *engine.Tx, person lifecycle.PersonID, id string) (access.Passkey, error) {
	p, err := s.onePasskey(tx, sqlPasskey, id)
	if err == nil && p.Person != person {
		err = fmt.Errorf("passkey: %w", lifecycle.ErrNotFound)
	}
	return p, err
}

func (s *Store) passkeysOf(tx *engine.Tx, person lifecycle.PersonID) ([]access.Passkey, error) {
	return s.readPasskeys(tx, sqlPasskeysOf, string(person))
}

func (s *Store) openPasskey(tx *engine.Tx, row passkeyRow) (access.Passkey, error) {
	p := row.Passkey
	key, err := s.subjectKey(tx, string(p.Person))
	if err != nil {
		return p, err
	}
	plain, err := key.Open(passkeyField(p.ID), row.sealed)
	if err != nil {
		return p, fmt.Errorf("open passkey: %w", err)
	}
	var own ownPasskey
	if err := json.Unmarshal(plain, &own); err != nil {
		return p, fmt.Errorf("open passkey: %w", err)
	}
	p.Name, p.Credential, p.PublicKey = own.Name, own.Credential, own.PublicKey
	p.Transports, p.AAGUID = own.Transports, own.AAGUID
	p.BackupEligible, p.BackedUp = own.BackupEligible, own.BackedUp
	return p, nil
}
