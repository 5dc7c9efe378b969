package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// AskForConsent keeps an agent's question about a unit of their vendor's. Where
// there is no such unit, or nobody has it, the same is read and the same is
// written, so that neither the answer, nor the wait for the disk, nor the size
// of the log says anything of an owner. TellAsks tells the owner afterwards.
func (s *Store) AskForConsent(ctx context.Context, key lifecycle.UnitKey, ask access.ConsentAsk) error {
	_, _, err := once(ctx, s, "ask of "+string(ask.Agent), func(tx *engine.Tx) (struct{}, error) {
		if err := facts.OwnerToAsk(tx, key, &ask); err != nil {
			return struct{}{}, err
		}
		sealed, err := s.sealTerms(tx, ask)
		if err != nil {
			return struct{}{}, err
		}
		if err := facts.ReplaceAsks(tx, ask); err != nil {
			return struct{}{}, err
		}
		if err := facts.AddAsk(tx, ask, sealed); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAsk(tx, ask, "ask")
	})
	return err
}

// ShowConsentCode keeps the code by which an owner lets an agent ask about a
// unit. An earlier code for it is no longer good.
func (s *Store) ShowConsentCode(ctx context.Context, ask access.ConsentAsk) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		if err := facts.ReplaceCodes(tx, ask); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, facts.AddAsk(tx, ask, nil)
	})
	return err
}

// TypeConsentCode turns the code that an owner read out into a question of this
// agent's. One that is nobody's, used or too old is lifecycle.ErrNotFound.
func (s *Store) TypeConsentCode(ctx context.Context, ask access.ConsentAsk) error {
	_, _, err := once(ctx, s, "code for "+string(ask.Agent), func(tx *engine.Tx) (struct{}, error) {
		sealed, err := s.sealTerms(tx, ask)
		if err != nil {
			return struct{}{}, err
		}
		if err := facts.TypeCode(tx, &ask, sealed, s.now()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAsk(tx, ask, "ask")
	})
	return err
}

// ConsentAsks lists the questions that wait for an owner, newest first.
func (s *Store) ConsentAsks(ctx context.Context, owner lifecycle.PersonID) ([]access.ConsentAsk, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]access.ConsentAsk, error) {
		rows, err := facts.AsksTo(tx, owner, s.now())
		if err != nil {
			return nil, fmt.Errorf("list questions: %w", err)
		}
		asks := make([]access.ConsentAsk, 0, len(rows))
		for _, row := range rows {
			err := s.openTerms(tx, row.Sealed, &row.ConsentAsk)
			if errors.Is(err, errForgotten) {
				continue // whoever asked is gone
			}
			if err != nil {
				return nil, err
			}
			asks = append(asks, row.ConsentAsk)
		}
		return asks, nil
	})
}

// RefuseConsent is an owner's no. A question that is not theirs, or over, is
// lifecycle.ErrNotFound.
func (s *Store) RefuseConsent(ctx context.Context, id string, owner lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "question "+id, func(tx *engine.Tx) (struct{}, error) {
		ask, err := facts.AnswerAsk(tx, id, owner, access.AskRefused, s.now())
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAsk(tx, ask, "refuse")
	})
	return err
}

const termsField = "consent_ask.sealed"

// sealTerms seals what the agent wrote, for the agent.
func (s *Store) sealTerms(tx *engine.Tx, ask access.ConsentAsk) ([]byte, error) {
	plain, err := json.Marshal(ask.Terms)
	if err != nil {
		return nil, fmt.Errorf("encode terms: %w", err)
	}
	key, err := s.subjectKey(tx, string(ask.Agent))
	if err != nil {
		return nil, err
	}
	return key.Seal(termsField, plain)
}

func (s *Store) openTerms(tx *engine.Tx, sealed []byte, ask *access.ConsentAsk) error {
	key, err := s.subjectKey(tx, string(ask.Agent))
	if err != nil {
		return err
	}
	plain, err := key.Open(termsField, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, &ask.Terms); err != nil {
		return fmt.Errorf("read terms: %w", err)
	}
	return nil
}

// enterAsk puts a question, or its refusal, on the ledger: also one to nobody.
func (s *Store) enterAsk(tx *engine.Tx, ask access.ConsentAsk, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "consent", Subject: ask.ID, Event: event}, struct {
		Unit  lifecycle.UnitID   `json:"unit"`
		Epoch lifecycle.Epoch    `json:"epoch"`
		Owner lifecycle.PersonID `json:"owner,omitempty"`
		Agent lifecycle.PersonID `json:"agent"`
		Org   lifecycle.OrgID    `json:"org"`
	}{ask.Unit, ask.Epoch, ask.Owner, ask.Agent, ask.Org})
}

// tellPortion is how many questions are told at once.
const tellPortion = 50

// TellAsks tells owners of the questions that wait for them, each once, and
// reports of how many it told. What is over by then, or went to nobody, is
// told to nobody. One that cannot be told keeps no other from its reader.
func (s *Store) TellAsks(ctx context.Context) (int, error) {
	waiting, err := get(ctx, s, func(tx *engine.Tx) ([]access.ConsentAsk, error) { return facts.UntoldAsks(tx, tellPortion) })
	if err != nil {
		return 0, fmt.Errorf("list questions to tell: %w", err)
	}
	told := 0
	var failures []error
	for _, ask := range waiting {
		first, err := write(ctx, s, func(tx *engine.Tx) (bool, error) { return s.tellAsk(tx, ask) })
		if err != nil {
			failures = append(failures, fmt.Errorf("tell of question %s: %w", ask.ID, err))
		}
		if first {
			told++
		}
	}
	return told, errors.Join(failures...)
}

func (s *Store) tellAsk(tx *engine.Tx, ask access.ConsentAsk) (bool, error) {
	first, err := facts.AskTold(tx, ask, s.now())
	if err != nil || !first || ask.Owner == "" || !ask.EndedAt.IsZero() || !s.now().Before(ask.ExpiresAt) {
		return false, err
	}
	return true, s.queueNotice(tx, notice.Notice{
		To: ask.Owner, Kind: notice.KindAccess, Params: map[string]string{"what": "asked", "unit": ask.Key.Brand + " " + ask.Key.Serial},
		Link: "/mine/consents/asks/" + ask.ID, Once: ask.ID, At: s.instant(),
	})
}
