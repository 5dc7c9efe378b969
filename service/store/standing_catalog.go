package store

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

const sqlModelsStanding = `
SELECT model_id, model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade,
       removable_media, clouds, checklist
FROM model WHERE model_id > $1
ORDER BY model_id LIMIT $2`

const sqlFirmwareKeysStanding = `
SELECT model_id, key_id, public, name, made_by, ended_at FROM firmware_key
WHERE (model_id, key_id) > ($1, $2)
ORDER BY model_id, key_id LIMIT $3`

// Without how much of the file we have: that is no entry.
const sqlFirmwaresStanding = `
SELECT model_id, version, model_id, version, sha256, key_id, signature, notes, minimum, link, CAST(0 AS BIGINT), made_by,
       made_at, withdrawn_at, withdrawn_by
FROM firmware WHERE (model_id, version) > ($1, $2)
ORDER BY model_id, version LIMIT $3`

const sqlKitUnitsStanding = `
SELECT u.unit_id, u.kit_id, k.vendor_id, k.made_by, u.place, u.missing_by
FROM kit_unit u LEFT JOIN kit k ON k.kit_id = u.kit_id
WHERE u.unit_id > $1
ORDER BY u.unit_id LIMIT $2`

const sqlProvidersStanding = `
SELECT provider_id, org_id, audience, issuer, client_id, hosts, acr, max_age, ended_at FROM provider
WHERE provider_id > $1
ORDER BY provider_id LIMIT $2`

// As whom the provider knows the person no entry says, and so nothing here.
const sqlIdentitiesStanding = `
SELECT person_id, provider_id FROM identity
WHERE (person_id, provider_id) > ($1, $2)
ORDER BY person_id, provider_id LIMIT $3`

const sqlOrganisationsStanding = `
SELECT o.org_id, o.kind, o.name, o.created_at, o.passwords_off_at,
       (SELECT string_agg(b.brand, ' ') FROM brand b WHERE b.org_id = o.org_id)
FROM organisation o WHERE o.org_id > $1
ORDER BY o.org_id LIMIT $2`

// stoodInCatalog is stoodOf for what vendors and organisations enter.
func stoodInCatalog(kind string) (stood, bool) {
	switch kind {
	case "model":
		return stood{sqlModelsStanding, 1, func(scan engine.Scan) (any, error) { return catalog.ScanModel(scan) }}, true
	case "firmware-key":
		return stood{sqlFirmwareKeysStanding, 2, standingFirmwareKey}, true
	case "firmware":
		return stood{sqlFirmwaresStanding, 2, standingFirmware}, true
	case "kit":
		return stood{sqlKitUnitsStanding, 1, standingKitUnit}, true
	case "provider":
		return stood{sqlProvidersStanding, 1, scanStandingProvider}, true
	case "identity":
		return stood{sqlIdentitiesStanding, 2, func(scan engine.Scan) (any, error) { return struct{}{}, scan() }}, true
	case "org":
		return stood{sqlOrganisationsStanding, 1, standingOrganisation}, true
	}
	return stood{}, false
}

func standingFirmwareKey(scan engine.Scan) (any, error) {
	var k access.StandingFirmwareKey
	var ended *int64
	err := scan(&k.Public, &k.Name, engine.TextTo(&k.By), &ended)
	k.Ended = ended != nil
	return k, err
}

func standingFirmware(scan engine.Scan) (any, error) {
	f, err := catalog.ScanFirmware(scan)
	f.WithdrawnAt = time.Time{} // its entry says who
	return f, err
}

func standingKitUnit(scan engine.Scan) (any, error) {
	var u access.StandingKitUnit
	err := scan(engine.TextTo(&u.Kit), engine.TextTo(&u.Vendor), engine.TextTo(&u.By), &u.Place, engine.TextTo(&u.Missing))
	return u, err
}

func scanStandingProvider(scan engine.Scan) (any, error) {
	var p access.StandingProvider
	var hosts, acr []byte
	var ended *int64
	err := scan(engine.TextTo(&p.Org), engine.TextTo(&p.Audience), &p.Issuer, &p.ClientID, &hosts, &acr, &p.MaxAge, &ended)
	if err != nil {
		return nil, err
	}
	p.Ended = ended != nil
	return p, errors.Join(json.Unmarshal(hosts, &p.Hosts), json.Unmarshal(acr, &p.ACR))
}

func standingProvider(p access.Provider) access.StandingProvider {
	return access.StandingProvider{
		Org: p.Org, Audience: p.Audience, Issuer: p.Issuer, ClientID: p.ClientID, Hosts: p.Hosts, ACR: p.ACR,
		MaxAge: int64(p.MaxAge / time.Second), Ended: !p.Stands(),
	}
}

func standingOrganisation(scan engine.Scan) (any, error) {
	var o access.StandingOrganisation
	var off *int64
	var brands string
	err := scan(engine.TextTo(&o.Kind), &o.Name, engine.Instant{To: &o.CreatedAt}, &off, engine.TextTo(&brands))
	o.PasswordsOff, o.Brands = off != nil, strings.Fields(brands)
	slices.Sort(o.Brands)
	return o, err
}
