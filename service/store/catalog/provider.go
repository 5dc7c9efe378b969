package catalog

import (
	"encoding/json"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Provider is a provider as stored: its secret is sealed.
type Provider struct {
	access.Provider
	Sealed []byte
}

const sqlProvider = `
SELECT provider_id, org_id, audience, name, issuer, client_id, sealed, hosts, acr, max_age, listed, made_by, created_at, ended_at
FROM provider WHERE provider_id = $1`

const sqlProviders = `
SELECT provider_id, org_id, audience, name, issuer, client_id, sealed, hosts, acr, max_age, listed, made_by, created_at, ended_at
FROM provider WHERE org_id = $1 AND provider_id > $2
ORDER BY provider_id LIMIT $3`

const sqlListedProviders = `
SELECT provider_id, org_id, audience, name, issuer, client_id, sealed, hosts, acr, max_age, listed, made_by, created_at, ended_at
FROM provider WHERE listed AND ended_at IS NULL
ORDER BY name, provider_id LIMIT $1`

const sqlProvidersOf = `
SELECT p.provider_id, p.org_id, p.audience, p.name, p.issuer, p.client_id, p.sealed, p.hosts, p.acr, p.max_age, p.listed,
  p.made_by, p.created_at, p.ended_at
FROM identity i JOIN provider p ON p.provider_id = i.provider_id
WHERE i.person_id = $1
ORDER BY i.provider_id`

// OneProvider reads one provider, also an ended one.
func OneProvider(tx *engine.Tx, id string) (Provider, error) {
	found, err := engine.List(tx, sqlProvider, []any{id}, scanProvider)
	if err == nil && len(found) == 0 {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return Provider{}, fmt.Errorf("read provider: %w", err)
	}
	return found[0], nil
}

// Providers lists an organisation's providers by id, ended ones among them.
func Providers(tx *engine.Tx, org lifecycle.OrgID, after string, limit int) ([]Provider, error) {
	return listProviders(tx, sqlProviders, string(org), after, int64(limit))
}

// ListedProviders lists those whose button everybody sees, by name.
func ListedProviders(tx *engine.Tx, limit int) ([]Provider, error) {
	return listProviders(tx, sqlListedProviders, int64(limit))
}

// ProvidersOf lists those at which a person has an identity, ended ones among
// them.
func ProvidersOf(tx *engine.Tx, person lifecycle.PersonID) ([]Provider, error) {
	return listProviders(tx, sqlProvidersOf, string(person))
}

func listProviders(tx *engine.Tx, query string, args ...any) ([]Provider, error) {
	list, err := engine.List(tx, query, args, scanProvider)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	return list, nil
}

func scanProvider(scan engine.Scan) (Provider, error) {
	var p Provider
	var hosts, acr []byte
	var age int64
	err := scan(&p.ID, engine.TextTo(&p.Org), engine.TextTo(&p.Audience), &p.Name, &p.Issuer, &p.ClientID, &p.Sealed,
		&hosts, &acr, &age, &p.Listed, engine.TextTo(&p.By), engine.Instant{To: &p.CreatedAt}, engine.Instant{To: &p.EndedAt})
	if err != nil {
		return p, err
	}
	p.MaxAge = time.Duration(age) * time.Second
	if err := json.Unmarshal(hosts, &p.Hosts); err != nil {
		return p, fmt.Errorf("hosts of %s: %w", p.ID, err)
	}
	err = json.Unmarshal(acr, &p.ACR)
	return p, err
}

const sqlPutProvider = `
INSERT INTO provider (provider_id, org_id, audience, name, issuer, client_id, sealed, hosts, acr, max_age, listed, made_by,
  created_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (provider_id) DO UPDATE SET name = excluded.name, issuer = excluded.issuer, client_id = excluded.client_id,
  sealed = excluded.sealed, hosts = excluded.hosts, acr = excluded.acr, max_age = excluded.max_age, listed = excluded.listed,
  ended_at = excluded.ended_at`

// PutProvider adds a provider, or writes what may change of one anew.
func PutProvider(tx *engine.Tx, p Provider) error {
	hosts, err := json.Marshal(append([]string{}, p.Hosts...))
	if err != nil {
		return fmt.Errorf("write provider %s: %w", p.ID, err)
	}
	acr, err := json.Marshal(append([]string{}, p.ACR...))
	if err != nil {
		return fmt.Errorf("write provider %s: %w", p.ID, err)
	}
	_, err = tx.Exec(sqlPutProvider, p.ID, string(p.Org), string(p.Audience), p.Name, p.Issuer, p.ClientID, p.Sealed,
		string(hosts), string(acr), int64(p.MaxAge/time.Second), p.Listed, string(p.By), p.CreatedAt.UnixMilli(), engine.At(p.EndedAt))
	if err != nil {
		return fmt.Errorf("write provider %s: %w", p.ID, err)
	}
	return nil
}
