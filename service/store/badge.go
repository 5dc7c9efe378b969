package store

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// BadgeByHash reads the badge whose code has this hash, also an ended one.
func (s *Store) BadgeByHash(ctx context.Context, hash string) (access.Badge, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Badge, error) { return catalog.BadgeByHash(tx, hash) })
}

// BadgeOf reads the badge that a person has now.
func (s *Store) BadgeOf(ctx context.Context, person lifecycle.PersonID) (access.Badge, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Badge, error) { return catalog.BadgeOf(tx, person) })
}

// SaveBadge gives a person a new badge; the one before it ends. On a replay it
// returns the first one's record, whose code nobody has any more.
func (s *Store) SaveBadge(ctx context.Context, b access.Badge) (access.Badge, error) {
	saved, _, err := once(ctx, s, "badge "+string(b.Person), func(tx *engine.Tx) (access.Badge, error) {
		if _, err := catalog.EndBadgeOf(tx, b.Person, b.MadeAt); err != nil {
			return b, err
		}
		if err := catalog.AddBadge(tx, b); err != nil {
			return b, err
		}
		return b, s.enterBadge(tx, b.Person, "issue")
	})
	return saved, err
}

// EndBadge ends a person's badge; where there is none it is
// lifecycle.ErrNotFound.
func (s *Store) EndBadge(ctx context.Context, person lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "end badge "+string(person), func(tx *engine.Tx) (struct{}, error) {
		ended, err := catalog.EndBadgeOf(tx, person, s.now())
		if err == nil && !ended {
			err = fmt.Errorf("badge of %s: %w", person, lifecycle.ErrNotFound)
		}
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterBadge(tx, person, "end")
	})
	return err
}

// PIN reads a person's PIN; where there is none it is lifecycle.ErrNotFound.
func (s *Store) PIN(ctx context.Context, person lifecycle.PersonID) (access.PIN, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.PIN, error) { return catalog.PIN(tx, person) })
}

// SavePIN sets a person's PIN. One that was locked is good again.
func (s *Store) SavePIN(ctx context.Context, p access.PIN) error {
	_, _, err := onceGuarded(ctx, s, "pin "+string(p.Person), func(tx *engine.Tx) (struct{}, error) {
		if err := catalog.PutPIN(tx, p); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterBadge(tx, p.Person, "pin")
	})
	return err
}

// RightPIN begins a person's count of wrong PINs anew.
func (s *Store) RightPIN(ctx context.Context, person lifecycle.PersonID) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) { return struct{}{}, catalog.RightPIN(tx, person) })
	return err
}

// WrongPIN counts a wrong badge or PIN at a station, and where the badge was
// somebody's, against their PIN: the last of access.PINTries locks it and puts
// the alarm on record. Whoever it was and whether anybody is known, it is one
// write.
func (s *Store) WrongPIN(ctx context.Context, alarm access.PINAlarm) (locked bool, err error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) {
		if err := catalog.CountWrong(tx, alarm.Station); err != nil {
			return false, err
		}
		locked, err := catalog.WrongPIN(tx, alarm.Person, alarm.At)
		if err != nil || !locked {
			return false, err
		}
		if err := catalog.AddPINAlarm(tx, alarm); err != nil {
			return false, err
		}
		return true, s.enterBadge(tx, alarm.Person, "lock")
	})
}

// PINAlarms lists an organisation's alarms, seen ones among them.
func (s *Store) PINAlarms(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.PINAlarm, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.PINAlarm, error) {
		return catalog.PINAlarms(tx, org, page.After, limit)
	})
	return list, after(list, limit, func(one access.PINAlarm) string { return one.ID }), err
}

// SeePINAlarm marks an alarm of this organisation as seen; another's, and one
// that was seen, are lifecycle.ErrNotFound.
func (s *Store) SeePINAlarm(ctx context.Context, id string, org lifecycle.OrgID, by lifecycle.PersonID) error {
	_, _, err := onceGuarded(ctx, s, "alarm "+id, func(tx *engine.Tx) (struct{}, error) {
		return struct{}{}, catalog.SeePINAlarm(tx, id, org, by, s.now())
	})
	return err
}

// takeBadge takes what a person could come in by at a station.
func (s *Store) takeBadge(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := catalog.EndBadgeOf(tx, person, s.now()); err != nil {
		return err
	}
	return catalog.DropPIN(tx, person)
}

func (s *Store) enterBadge(tx *engine.Tx, person lifecycle.PersonID, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "badge", Subject: string(person), Event: event}, struct{}{})
}
