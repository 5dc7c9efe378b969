package store

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// ContactOf is what an organisation has to do with the unit of this key: what
// decides how much it is shown. A unit that is not on record is the zero
// Contact, after the same look-ups.
func (s *Store) ContactOf(ctx context.Context, key lifecycle.UnitKey, org lifecycle.OrgID) (lifecycle.Contact, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Contact, error) { return facts.Contact(tx, key, org) })
}
