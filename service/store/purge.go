package store

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/store/engine"
)

const (
	// purgePortion bounds how long a purge keeps the writer from others.
	purgePortion = 500
	// purgeSlack is how long a row that is over stays yet. A clock that runs
	// ahead for an hour and is put right must not have deleted what is still
	// good: an answer that is gone could be given anew.
	purgeSlack = 2 * time.Hour
	// keepLinks and keepRuns are for people who look into what happened.
	keepLinks = 7 * 24 * time.Hour
	keepRuns  = 30 * 24 * time.Hour
	// keepUnconfirmed is how long an address waits for who signed up with it.
	keepUnconfirmed = 7 * 24 * time.Hour
	// keepDeliveries is how late a report about a mail may come, keepNotices how
	// long an inbox, and the way to unsubscribe in a mail, remains.
	keepDeliveries = 30 * 24 * time.Hour
	keepNotices    = 365 * 24 * time.Hour
	// keepAsks is for who looks back at what they were asked; what came of it is
	// on the ledger.
	keepAsks = 30 * 24 * time.Hour
)

const sqlPurgeAnswers = `
DELETE FROM answer WHERE (scope, principal, route, key_hash) IN (
  SELECT scope, principal, route, key_hash FROM answer
  WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
AND expires_at <= $1`

const sqlPurgeAttempts = `
DELETE FROM attempt WHERE (principal, route, key_hash) IN (
  SELECT principal, route, key_hash FROM attempt
  WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
AND expires_at <= $1`

const sqlPurgeSessions = `
DELETE FROM session WHERE token_hash IN (
  SELECT token_hash FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
AND expires_at <= $1`

const sqlPurgeCeremonies = `
DELETE FROM ceremony WHERE key_hash IN (
  SELECT key_hash FROM ceremony WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

const sqlPurgeChallenges = `
DELETE FROM challenge WHERE (unit_id, nonce_hash) IN (
  SELECT unit_id, nonce_hash FROM challenge WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

const sqlPurgeLinks = `
DELETE FROM setup_link WHERE hash IN (
  SELECT hash FROM setup_link WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

// The newest good run stays for ever: by it a job knows what it has missed.
const sqlPurgeRuns = `
DELETE FROM sweep_run WHERE (job, slot) IN (
  SELECT old.job, old.slot FROM sweep_run old
  WHERE old.slot <= $1 AND old.ended_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM sweep_run newer
    WHERE newer.job = old.job AND newer.slot > old.slot AND newer.ended_at IS NOT NULL
      AND coalesce(newer.error, '') NOT IN ('failed', 'unfinished'))
  LIMIT $2)`

const sqlPurgeThrottles = `
DELETE FROM throttle WHERE key_hash IN (
  SELECT key_hash FROM throttle WHERE forget_at <= $1 ORDER BY forget_at LIMIT $2)
AND forget_at <= $1`

// An import that was cancelled, or whose worker died at its very end, leaves its
// file behind.
const sqlPurgeParts = `
DELETE FROM import_part WHERE (import_id, part) IN (
  SELECT p.import_id, p.part FROM import_job j JOIN import_part p ON p.import_id = j.import_id
  WHERE j.ended_at <= $1 LIMIT $2)`

const sqlPurgeDeliveries = `
DELETE FROM delivery WHERE (notice_id, channel, target) IN (
  SELECT notice_id, channel, target FROM delivery WHERE until_at <= $1 ORDER BY until_at LIMIT $2)
AND until_at <= $1`

const sqlPurgeNotices = `
DELETE FROM notice WHERE notice_id IN (SELECT notice_id FROM notice WHERE at <= $1 ORDER BY at LIMIT $2)`

const sqlPurgeMailLinks = `
DELETE FROM mail_link WHERE hash IN (
  SELECT hash FROM mail_link WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`

// A letter to who has no account, or has none any more, goes with its delivery:
// nobody's inbox has it, and it holds an address.
const sqlPurgeLetters = `
DELETE FROM notice WHERE notice_id IN (
  SELECT n.notice_id FROM notice n
  WHERE n.person_id = '' AND n.at <= $1 AND NOT EXISTS (
    SELECT 1 FROM delivery d WHERE d.notice_id = n.notice_id AND d.done_at IS NULL)
  LIMIT $2)`

const sqlPurgeAsks = `
DELETE FROM consent_ask WHERE (unit_id, ask_id) IN (
  SELECT unit_id, ask_id FROM consent_ask WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
AND expires_at <= $1`

// purgeable is what is deleted, and how long after it was over.
func purgeable() []struct {
	query string
	after time.Duration
} {
	return []struct {
		query string
		after time.Duration
	}{
		{sqlPurgeAnswers, purgeSlack},
		{sqlPurgeAttempts, purgeSlack},
		{sqlPurgeSessions, purgeSlack},
		{sqlPurgeCeremonies, 0}, // whoever is late begins anew
		{sqlPurgeChallenges, purgeSlack},
		{sqlPurgeThrottles, purgeSlack},
		{sqlPurgeProviderAttempts, purgeSlack},
		{sqlPurgeParts, purgeSlack},
		{sqlPurgeDeliveries, keepDeliveries},
		{sqlPurgeLetters, purgeSlack},
		{sqlPurgeLinks, keepLinks},
		{sqlPurgeMailLinks, purgeSlack},
		{sqlPurgeAddressChanges, purgeSlack},
		{sqlPurgeUnconfirmed, keepUnconfirmed},
		{sqlPurgeUnconfirmedKeys, keepUnconfirmed},
		{sqlPurgeRuns, keepRuns},
		{sqlPurgeNotices, keepNotices},
		{sqlPurgeAsks, keepAsks},
		{sqlPurgeBrowsers, access.BrowserFor},
	}
}

// Purge deletes a portion of what nobody can use any more: saved answers and
// attempts, sessions, nonces, throttles, files of imports that are over, set-up
// links, the record of old runs and old notices. It returns how many rows it deleted, and whether there may be more.
func (s *Store) Purge(ctx context.Context) (deleted int, more bool, err error) {
	for _, part := range purgeable() {
		rows, err := write(ctx, s, func(tx *engine.Tx) (int64, error) {
			return tx.Exec(part.query, s.now().Add(-part.after).UnixMilli(), int64(purgePortion))
		})
		if err != nil {
			return deleted, false, fmt.Errorf("purge: %w", err)
		}
		deleted += int(rows)
		more = more || rows == purgePortion
	}
	return deleted, more, nil
}
