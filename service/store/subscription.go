package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlSubscriptionsOf = `
SELECT subscription_id, person_id, sealed, generation, created_at FROM push_subscription
WHERE person_id = $1 ORDER BY subscription_id`

const sqlSubscription = `
SELECT subscription_id, person_id, sealed, generation, created_at FROM push_subscription
WHERE subscription_id = $1`

// subscriptionRow is a subscription as stored.
type subscriptionRow struct {
	notice.Subscription
	sealed []byte
}

func scanSubscription(scan engine.Scan) (subscriptionRow, error) {
	var r subscriptionRow
	err := scan(&r.ID, engine.TextTo(&r.Person), &r.sealed, &r.Generation, engine.Instant{To: &r.At})
	return r, err
}

// Subscriptions are the browsers to which pushes for a person go.
func (s *Store) Subscriptions(ctx context.Context, person lifecycle.PersonID) ([]notice.Subscription, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]notice.Subscription, error) {
		rows, err := engine.List(tx, sqlSubscriptionsOf, []any{string(person)}, scanSubscription)
		if err != nil {
			return nil, fmt.Errorf("list subscriptions: %w", err)
		}
		var list []notice.Subscription
		for _, row := range rows {
			one, err := s.openSubscription(tx, row)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
		return list, nil
	})
}

func (s *Store) subscription(tx *engine.Tx, id string) (notice.Subscription, error) {
	rows, err := engine.List(tx, sqlSubscription, []any{id}, scanSubscription)
	if err != nil {
		return notice.Subscription{}, fmt.Errorf("read subscription: %w", err)
	}
	if len(rows) == 0 {
		return notice.Subscription{}, fmt.Errorf("subscription: %w", lifecycle.ErrNotFound)
	}
	return s.openSubscription(tx, rows[0])
}

// subscriptionContent is what is sealed: with it one could send, or learn which
// browser somebody uses.
type subscriptionContent struct {
	Endpoint string `json:"endpoint"`
	P256DH   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

func subscriptionField(id string) string { return "push_subscription.sealed\x00" + id }

func (s *Store) openSubscription(tx *engine.Tx, row subscriptionRow) (notice.Subscription, error) {
	one := row.Subscription
	key, err := s.subjectKey(tx, string(one.Person))
	if errors.Is(err, errForgotten) {
		return one, fmt.Errorf("subscription: %w", lifecycle.ErrNotFound)
	}
	if err != nil {
		return one, notOpening(err)
	}
	plain, err := key.Open(subscriptionField(one.ID), row.sealed)
	if err != nil {
		return one, fmt.Errorf("open subscription: %w", notOpening(err))
	}
	var content subscriptionContent
	if err := json.Unmarshal(plain, &content); err != nil {
		return one, fmt.Errorf("read subscription: %w: %w", notice.ErrSealed, err)
	}
	one.Endpoint, one.P256DH, one.Auth = content.Endpoint, content.P256DH, content.Auth
	return one, nil
}

const sqlDropEndpoint = `DELETE FROM push_subscription WHERE endpoint_hash = $1`

const sqlAddSubscription = `
INSERT INTO push_subscription (subscription_id, person_id, endpoint_hash, sealed, generation, created_at)
VALUES ($1, $2, $3, $4, $5, $6)`

// Subscribe keeps a browser's subscription. Whoever had the same browser before
// gets no more pushes there.
func (s *Store) Subscribe(ctx context.Context, n notice.Subscription) error {
	_, _, err := once(ctx, s, "subscribe "+string(n.Person), func(tx *engine.Tx) (struct{}, error) {
		person, err := s.readPerson(tx, sqlPerson, string(n.Person))
		if err != nil {
			return struct{}{}, err
		}
		key, err := s.subjectKey(tx, string(n.Person))
		if err != nil {
			return struct{}{}, err
		}
		plain, err := json.Marshal(subscriptionContent{n.Endpoint, n.P256DH, n.Auth})
		if err != nil {
			return struct{}{}, fmt.Errorf("encode subscription: %w", err)
		}
		id := s.newID("sub")
		sealed, err := key.Seal(subscriptionField(id), plain)
		if err != nil {
			return struct{}{}, fmt.Errorf("seal subscription: %w", err)
		}
		hash := s.keys.LookupHash("push", n.Endpoint)
		if _, err := tx.Exec(sqlDropEndpoint, hash); err != nil {
			return struct{}{}, fmt.Errorf("move subscription: %w", err)
		}
		_, err = tx.Exec(sqlAddSubscription, id, string(n.Person), hash, sealed, person.Generation, s.now().UnixMilli())
		if err != nil {
			return struct{}{}, fmt.Errorf("keep subscription: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlEndSubscription = `DELETE FROM push_subscription WHERE person_id = $1 AND subscription_id = $2`

// EndSubscription ends one of a person's. One that is gone is ended.
func (s *Store) EndSubscription(ctx context.Context, person lifecycle.PersonID, id string) error {
	_, _, err := onceGuarded(ctx, s, "subscription "+id, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, endSubscription(tx, person, id)
	})
	return err
}

func endSubscription(tx *engine.Tx, person lifecycle.PersonID, id string) error {
	if _, err := tx.Exec(sqlEndSubscription, string(person), id); err != nil {
		return fmt.Errorf("end subscription: %w", err)
	}
	return nil
}
