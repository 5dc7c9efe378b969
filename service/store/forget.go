package store

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlStandsFor = `
SELECT binding_id FROM binding
WHERE account = $1 AND state <> 'ended' AND (until IS NULL OR until > $2)
  AND (state = 'live' OR offered_until IS NULL OR offered_until > $2)
LIMIT 1`

// nothingStands refuses to forget somebody while a binding of theirs stands: it
// would be nobody's, and nobody could end it.
func (s *Store) nothingStands(tx *engine.Tx, person lifecycle.PersonID) error {
	var id string
	stands, err := tx.Get(sqlStandsFor, []any{string(person), s.now().UnixMilli()}, &id)
	if err != nil {
		return fmt.Errorf("look for bindings of %s: %w", person, err)
	}
	if stands {
		return &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: "erase.standing"}}}
	}
	return nil
}

const sqlForgetMailLinks = `DELETE FROM mail_link WHERE person_id = $1`

const sqlForgetRecoveries = `DELETE FROM recovery WHERE person_id = $1`

const sqlForgetSetupLinks = `DELETE FROM setup_link WHERE person_id = $1`

const sqlForgetCeremonies = `DELETE FROM ceremony WHERE person_id = $1`

const sqlForgetProviderAttempts = `DELETE FROM provider_attempt WHERE person_id = $1`

// forgetWaysIn deletes what was begun to let somebody in. What lets in by itself
// (passkeys, identities, tokens, sessions) ends beside it.
func forgetWaysIn(tx *engine.Tx, person lifecycle.PersonID) error {
	for _, query := range []string{
		sqlForgetMailLinks, sqlForgetRecoveries, sqlForgetSetupLinks, sqlForgetCeremonies, sqlForgetProviderAttempts,
		sqlForgetAddressChanges, sqlForgetBrowsers,
	} {
		if _, err := tx.Exec(query, string(person)); err != nil {
			return fmt.Errorf("forget ways in of %s: %w", person, err)
		}
	}
	return nil
}
