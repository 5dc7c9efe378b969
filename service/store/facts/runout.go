package facts

import (
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlSharesOver = `
SELECT unit_id FROM binding
WHERE until <= $1 AND state <> 'ended'
ORDER BY until, unit_id LIMIT $2`

const sqlInvitationsOver = `
SELECT unit_id FROM binding
WHERE offered_until <= $1 AND state = 'pending'
ORDER BY offered_until, unit_id LIMIT $2`

const sqlOffersOver = `
SELECT unit_id FROM offer
WHERE expires_at <= $1 AND state = 'pending'
ORDER BY expires_at, unit_id LIMIT $2`

// RunOut lists units with an offer, an invitation or a share that has come to
// its end by itself, and of which the record does not say so yet: at most limit
// of each kind.
func RunOut(tx *engine.Tx, now time.Time, limit int) ([]lifecycle.UnitID, error) {
	var all []lifecycle.UnitID
	for _, query := range []string{sqlSharesOver, sqlInvitationsOver, sqlOffersOver} {
		units, err := unitIDs(tx, query, now.UnixMilli(), int64(limit))
		if err != nil {
			return nil, err
		}
		all = append(all, units...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
