package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

// MATERIALIZED: see sqlClaimWork.
const sqlClaimDeliveries = `
WITH due AS MATERIALIZED (
  SELECT notice_id, channel, target FROM delivery
  WHERE done_at IS NULL AND channel = $4 AND next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
  ORDER BY next_at LIMIT $3 /* only rows that nobody has */)
UPDATE delivery SET lease_until = $2, attempt = attempt + 1
WHERE (notice_id, channel, target) IN (SELECT notice_id, channel, target FROM due)
RETURNING notice_id, channel, target, attempt, first_at, until_at`

// ClaimDeliveries leases what is due by a channel, with all that is needed to
// send it. Who holds a lease talks to a mail server without any lock; when the
// lease runs out it is due again, and the late result is turned away by its
// attempt.
func (s *Store) ClaimDeliveries(ctx context.Context, channel notice.Channel, now time.Time, lease time.Duration, limit int) ([]notice.Delivery, error) {
	return write(ctx, s, func(tx *engine.Tx) ([]notice.Delivery, error) {
		args := []any{now.UnixMilli(), now.Add(lease).UnixMilli(), int64(limit), string(channel)}
		list, err := engine.List(tx, sqlClaimDeliveries, args, scanDelivery)
		if err != nil {
			return nil, fmt.Errorf("claim deliveries: %w", err)
		}
		var ready []notice.Delivery
		for _, d := range list {
			d, err := s.address(tx, d)
			switch err = notOpening(err); {
			case err == nil:
				ready = append(ready, d)
			case errors.Is(err, lifecycle.ErrNotFound):
				// There is nobody any more to send it to.
				_, err = s.closeDelivery(tx, d, notice.Result{Outcome: notice.OutcomeGone})
			case errors.Is(err, notice.ErrSealed) && !now.Before(d.Until):
				_, err = s.closeDelivery(tx, d, notice.Result{Outcome: notice.OutcomeExpired, Code: "sealed"})
			case errors.Is(err, notice.ErrSealed):
				// It would be first in every claim, and keep all others from being sent.
				_, err = s.closeDelivery(tx, d, notice.Result{Next: now.Add(restForSealed), Code: "sealed"})
			}
			if err != nil {
				return nil, err
			}
		}
		return ready, nil
	})
}

// restForSealed is when a delivery that does not open is tried again: somebody
// may have brought back what it needs.
const restForSealed = time.Hour

func scanDelivery(scan engine.Scan) (notice.Delivery, error) {
	var d notice.Delivery
	err := scan(&d.Notice.ID, engine.TextTo(&d.Channel), &d.Target, &d.Attempt, engine.Instant{To: &d.FirstAt}, engine.Instant{To: &d.Until})
	return d, err
}

const sqlNotice = `SELECT notice_id, person_id, kind, sealed, at, read_at FROM notice WHERE notice_id = $1`

// address reads what a delivery brings, and where. ErrNotFound: nowhere.
func (s *Store) address(tx *engine.Tx, d notice.Delivery) (notice.Delivery, error) {
	rows, err := engine.List(tx, sqlNotice, []any{d.Notice.ID}, scanNotice)
	if err != nil {
		return d, fmt.Errorf("read notice: %w", err)
	}
	opened, err := s.openNotices(tx, rows)
	if err != nil {
		return d, err
	}
	if len(opened) == 0 {
		return d, fmt.Errorf("reader of notice: %w", lifecycle.ErrNotFound)
	}
	d.Notice, d.Address, d.Language = opened[0], opened[0].Address, opened[0].Language
	if d.Notice.To == "" {
		return d, nil
	}
	person, err := s.readPerson(tx, sqlPerson, string(d.Notice.To))
	if err != nil {
		return d, err
	}
	if !person.DisabledAt.IsZero() || person.Email == "" {
		return d, fmt.Errorf("reader of notice: %w", lifecycle.ErrNotFound)
	}
	standing, hash, err := readStanding(tx, person.ID)
	if err != nil {
		return d, err
	}
	if d.Language == "" {
		d.Language = standing.Language
	}
	if d.Channel == notice.Push {
		return s.toBrowser(tx, d, person)
	}
	d.Address = person.Email
	if hash == s.emailHash(person.Email) {
		d.RetryAt = standing.RetryAt
	}
	return d, nil
}

func (s *Store) toBrowser(tx *engine.Tx, d notice.Delivery, person access.Person) (notice.Delivery, error) {
	one, err := s.subscription(tx, d.Target)
	if err != nil {
		return d, err
	}
	if one.Person != person.ID || one.Generation != person.Generation {
		return d, fmt.Errorf("subscription of before: %w", lifecycle.ErrNotFound)
	}
	d.Subscription = &one
	return d, nil
}

// FinishDelivery ends a lease with what came of it. An attempt that is over is
// lifecycle.ErrStale.
func (s *Store) FinishDelivery(ctx context.Context, d notice.Delivery, r notice.Result) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		rows, err := s.closeDelivery(tx, d, r)
		if err != nil {
			return struct{}{}, err
		}
		if rows == 0 {
			return struct{}{}, fmt.Errorf("attempt %d at %s is over: %w", d.Attempt, d.Notice.ID, lifecycle.ErrStale)
		}
		return struct{}{}, s.learn(tx, d, r)
	})
	return err
}

const sqlPutDeliveryOff = `
UPDATE delivery SET lease_until = NULL, next_at = $5, code = $6
WHERE notice_id = $1 AND channel = $2 AND target = $3 AND attempt = $4 AND done_at IS NULL`

const sqlFinishDelivery = `
UPDATE delivery SET lease_until = NULL, done_at = $5, outcome = $6, code = $7, sent_to = $8
WHERE notice_id = $1 AND channel = $2 AND target = $3 AND attempt = $4 AND done_at IS NULL`

func (s *Store) closeDelivery(tx *engine.Tx, d notice.Delivery, r notice.Result) (int64, error) {
	args := []any{d.Notice.ID, string(d.Channel), d.Target, int64(d.Attempt)}
	var rows int64
	var err error
	if r.Outcome == "" {
		rows, err = tx.Exec(sqlPutDeliveryOff, append(args, r.Next.UnixMilli(), engine.Opt(r.Code))...)
	} else {
		var sentTo any
		if d.Address != "" {
			sentTo = s.emailHash(d.Address)
		}
		rows, err = tx.Exec(sqlFinishDelivery, append(args, s.now().UnixMilli(), string(r.Outcome), engine.Opt(r.Code), sentTo)...)
	}
	if err != nil {
		return 0, fmt.Errorf("finish delivery: %w", err)
	}
	return rows, nil
}

// learn keeps what an attempt says of the address, or of the browser.
func (s *Store) learn(tx *engine.Tx, d notice.Delivery, r notice.Result) error {
	switch {
	case r.Forget:
		return endSubscription(tx, d.Notice.To, d.Target)
	case d.Channel != notice.Mail || d.Notice.To == "":
		return nil
	case r.Outcome == notice.OutcomeBounced || r.Outcome == "" && !r.RetryAt.IsZero():
		return s.markBounced(tx, d.Notice.To, s.emailHash(d.Address), r.Code, r.RetryAt)
	case r.Outcome == notice.OutcomeSent && !d.RetryAt.IsZero():
		return clearBounced(tx, d.Notice.To)
	}
	return nil
}

const sqlSentTo = `
SELECT n.person_id, d.sent_to FROM delivery d JOIN notice n ON n.notice_id = d.notice_id
WHERE d.notice_id = $1 AND d.channel = 'mail' AND d.outcome = 'sent'`

const sqlCameBack = `
UPDATE delivery SET outcome = 'bounced', code = $2 WHERE notice_id = $1 AND channel = 'mail' AND outcome = 'sent'`

// BouncedLater marks the address that a notice was sent to: the next hop took it,
// and said afterwards that it could not be delivered (RFC 3464). A notice that
// was not sent is lifecycle.ErrNotFound.
func (s *Store) BouncedLater(ctx context.Context, noticeID, code string, retryAt time.Time) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		var person lifecycle.PersonID
		var hash string
		found, err := tx.Get(sqlSentTo, []any{noticeID}, engine.TextTo(&person), engine.TextTo(&hash))
		if err != nil {
			return struct{}{}, fmt.Errorf("read delivery: %w", err)
		}
		if !found {
			return struct{}{}, fmt.Errorf("delivery of %s: %w", noticeID, lifecycle.ErrNotFound)
		}
		// The mark goes with the next mail that is taken; this one came back for good.
		if _, err := tx.Exec(sqlCameBack, noticeID, engine.Opt(code)); err != nil {
			return struct{}{}, fmt.Errorf("note what came back: %w", err)
		}
		if person == "" || hash == "" {
			return struct{}{}, nil
		}
		return struct{}{}, s.markBounced(tx, person, hash, code, retryAt)
	})
	return err
}
