package store

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

// What of a person's means of signing in was replaced, as the notice says it.
const (
	factorPassword = "password"
	factorPasskeys = "passkeys"
)

// tellFactor tells a person that one of their means of signing in is another
// now. It commits with the change, whichever door that came through.
func (s *Store) tellFactor(tx *engine.Tx, p access.Person, what string) error {
	return s.queueNotice(tx, notice.Notice{
		To: p.ID, Kind: notice.KindFactorChanged, Params: map[string]string{"what": what}, Link: "/account",
		Once: fmt.Sprintf("factor %d", p.Generation), At: s.now(),
	})
}

const sqlFactorsOf = `
SELECT CASE WHEN password_hash IS NULL THEN 0 ELSE 1 END,
  (SELECT count(*) FROM passkey k WHERE k.person_id = p.person_id),
  (SELECT count(*) FROM identity i WHERE i.person_id = p.person_id),
  (SELECT count(*) FROM identity i JOIN provider v ON v.provider_id = i.provider_id
   WHERE i.person_id = p.person_id AND v.ended_at IS NULL)
FROM person p WHERE p.person_id = $1`

// FactorsOf counts what a person can sign in with. A passkey that was disabled
// because there are two of it counts: whoever copied it must not thereby make
// it count for less.
func (s *Store) FactorsOf(ctx context.Context, person lifecycle.PersonID) (access.Factors, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Factors, error) { return factorsOf(tx, person) })
}

func factorsOf(tx *engine.Tx, person lifecycle.PersonID) (access.Factors, error) {
	var password, passkeys, identities, standing int64
	found, err := tx.Get(sqlFactorsOf, []any{string(person)}, &password, &passkeys, &identities, &standing)
	if err == nil && !found {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.Factors{}, fmt.Errorf("count factors: %w", err)
	}
	return access.Factors{
		Password: password != 0, Passkeys: int(passkeys), Identities: int(identities), Providers: int(standing),
	}, nil
}
