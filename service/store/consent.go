package store

import (
	"context"
	"encoding/json"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// GiveConsent puts an owner's signed consent on record and on the ledger. It
// uses its question up: one that was answered, is too old, is not this owner's,
// or names another unit, epoch or agent is lifecycle.ErrNotFound; and so is a
// consent that would be over already, for its unit has moved on, or its agent
// is none any more. Whether the signature is good is the caller's to know.
func (s *Store) GiveConsent(ctx context.Context, c access.Consent) (access.Consent, error) {
	given, _, err := once(ctx, s, "question "+c.Ask, func(tx *engine.Tx) (access.Consent, error) {
		ask, err := facts.AnswerAsk(tx, c.Ask, c.Owner, access.AskGiven, s.now())
		if err != nil {
			return c, err
		}
		if ask.Unit != c.Unit || ask.Epoch != c.Epoch || ask.Agent != c.Agent || ask.Org != c.Org {
			return c, fmt.Errorf("consent %s is not what was asked for: %w", c.ID, lifecycle.ErrNotFound)
		}
		c.Entry = s.newID("ent")
		body, err := json.Marshal(c)
		if err != nil {
			return c, fmt.Errorf("encode consent %s: %w", c.ID, err)
		}
		if err := facts.AddConsent(tx, c, body); err != nil {
			return c, err
		}
		held, err := facts.Consent(tx, c.ID)
		if err != nil {
			return c, err
		}
		if over := held.Consent.Over(held.Facts, s.now()); over != "" {
			return c, fmt.Errorf("consent %s would be over, %s: %w", c.ID, over, lifecycle.ErrNotFound)
		}
		_, err = s.log.Append(tx, book.Record{
			ID: c.Entry, At: s.instant(), Kind: "consent", Subject: c.ID, Event: "give", Body: body,
		})
		if err != nil {
			return c, err
		}
		return c, s.queueNotice(tx, notice.Notice{
			To: c.Owner, Kind: notice.KindAccess, Link: "/mine/consents", Once: c.ID, At: s.instant(),
			Params: map[string]string{"what": "consent", "unit": held.Key.Brand + " " + held.Key.Serial},
		})
	})
	return given, err
}

// RevokeConsent ends a consent at once. One that is not this owner's, or was
// revoked, is lifecycle.ErrNotFound.
func (s *Store) RevokeConsent(ctx context.Context, id string, owner lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "consent "+id, func(tx *engine.Tx) (struct{}, error) {
		c, err := facts.RevokeConsent(tx, id, owner, s.now())
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "consent", Subject: id, Event: "revoke"}, struct {
			Unit  lifecycle.UnitID   `json:"unit"`
			Epoch lifecycle.Epoch    `json:"epoch"`
			Owner lifecycle.PersonID `json:"owner"`
			Agent lifecycle.PersonID `json:"agent"`
		}{c.Unit, c.Epoch, c.Owner, c.Agent})
	})
	return err
}

// ConsentsOf lists the newest consents that an owner has given, those that are
// over among them.
func (s *Store) ConsentsOf(ctx context.Context, owner lifecycle.PersonID) ([]access.HeldConsent, error) {
	return s.consents(ctx, func(tx *engine.Tx) ([]facts.HeldConsent, error) { return facts.ConsentsOf(tx, owner, maxLimit) })
}

// ConsentsTo lists the consents to an agent that stand.
func (s *Store) ConsentsTo(ctx context.Context, agent lifecycle.PersonID) ([]access.HeldConsent, error) {
	list, err := s.consents(ctx, func(tx *engine.Tx) ([]facts.HeldConsent, error) {
		return facts.ConsentsTo(tx, agent, s.now(), maxLimit)
	})
	standing := make([]access.HeldConsent, 0, len(list))
	for _, c := range list {
		if c.Over == "" {
			standing = append(standing, c)
		}
	}
	return standing, err
}

func (s *Store) consents(ctx context.Context, list func(*engine.Tx) ([]facts.HeldConsent, error)) ([]access.HeldConsent, error) {
	rows, err := get(ctx, s, list)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	held := make([]access.HeldConsent, len(rows))
	for i, row := range rows {
		held[i] = row.HeldConsent
		held[i].Over = row.Consent.Over(row.Facts, s.now())
	}
	return held, nil
}
