package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlChoices = `SELECT kind, channel FROM notice_choice WHERE person_id = $1 ORDER BY kind, channel`

// Choices are what a person wants beside what is about security.
func (s *Store) Choices(ctx context.Context, person lifecycle.PersonID) ([]notice.Choice, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]notice.Choice, error) { return choicesOf(tx, person) })
}

func choicesOf(tx *engine.Tx, person lifecycle.PersonID) ([]notice.Choice, error) {
	if person == "" {
		return nil, nil
	}
	list, err := engine.List(tx, sqlChoices, []any{string(person)}, func(scan engine.Scan) (notice.Choice, error) {
		var c notice.Choice
		err := scan(engine.TextTo(&c.Kind), engine.TextTo(&c.Channel))
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	return list, nil
}

const sqlDropChoices = `DELETE FROM notice_choice WHERE person_id = $1`

const sqlAddChoice = `
INSERT INTO notice_choice (person_id, kind, channel, chosen_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, kind, channel) DO NOTHING`

// Choose replaces what a person wants.
func (s *Store) Choose(ctx context.Context, person lifecycle.PersonID, choices []notice.Choice) error {
	_, _, err := onceGuarded(ctx, s, "choices of "+string(person), func(tx *engine.Tx) (struct{}, error) {
		if _, err := tx.Exec(sqlDropChoices, string(person)); err != nil {
			return struct{}{}, fmt.Errorf("drop choices: %w", err)
		}
		for _, c := range choices {
			if _, err := tx.Exec(sqlAddChoice, string(person), string(c.Kind), string(c.Channel), s.now().UnixMilli()); err != nil {
				return struct{}{}, fmt.Errorf("add choice: %w", err)
			}
		}
		return struct{}{}, nil
	})
	return err
}

const sqlUnsubscribe = `
DELETE FROM notice_choice
WHERE channel = 'mail' AND (person_id, kind) IN (SELECT person_id, kind FROM notice WHERE notice_id = $1)`

// Unsubscribe ends mail of the kind of a notice to its reader, who asks from
// within that mail. A notice that is gone ends nothing, and nobody is told.
func (s *Store) Unsubscribe(ctx context.Context, noticeID string) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		if _, err := tx.Exec(sqlUnsubscribe, noticeID); err != nil {
			return struct{}{}, fmt.Errorf("unsubscribe: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}
