package data

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// Erase ends what can be ended with the person, and then forgets them: the key
// of everything personal goes, the opaque id stays in the records, and every
// proof still verifies. What stands in the way is a refusal that names all of it.
// Whoever began and was cut off comes again: what has ended has ended.
func (d *Data) Erase(ctx context.Context, actor lifecycle.Actor) error {
	open, err := d.Obligations(ctx, actor)
	if err != nil {
		return err
	}
	if err := refusal(open); err != nil {
		return err
	}
	for _, one := range open {
		if one.with == nil {
			continue
		}
		// A share that ran out meanwhile is over as well.
		if err := one.with(besides(ctx, one.Key)); err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
			return fmt.Errorf("end what is open: %w", err)
		}
	}
	return d.forget(ctx, actor.Person)
}

// refusal names everything that stands in the way.
func refusal(open []Open) error {
	var reasons []lifecycle.Reason
	for _, one := range open {
		if one.Blocks {
			reasons = append(reasons, lifecycle.Reason{Code: one.Code, Args: map[string]string{"model": one.Model}})
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return &lifecycle.Refusal{Reasons: reasons}
}

// besides gives each unit's own change a key of its own within the request:
// else the second would be answered with the first one's outcome.
func besides(ctx context.Context, key lifecycle.UnitKey) context.Context {
	attempt, ok := access.IdempotencyFrom(ctx)
	if !ok {
		return ctx
	}
	attempt.Key += "/" + key.String()
	return access.WithIdempotency(ctx, attempt)
}

// forget ends everything personal, and says so to the address that it had: it is
// in that one letter and nowhere else any more, until it is delivered.
func (d *Data) forget(ctx context.Context, id lifecycle.PersonID) error {
	person, err := d.config.People.Person(ctx, id)
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	standing, err := d.config.Notices.MailStanding(ctx, id)
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if err := d.config.People.ForgetPerson(ctx, id); err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	if !d.config.Mail || person.Email == "" {
		return nil
	}
	err = d.config.Notices.QueueNotice(ctx, notice.Notice{
		Address: person.Email, Language: standing.Language, Kind: notice.KindErased, Once: "erased " + string(id), At: d.config.Now(),
	})
	if err != nil { // they are erased all the same: to say no now would be untrue
		d.config.Log.LogAttrs(ctx, slog.LevelError, "somebody was erased, and the letter that says so was not queued",
			slog.String("person", string(id)), slog.String("error", err.Error()))
	}
	return nil
}

// refused reports whether something stood in the way.
func refused(err error) bool { return errors.Is(err, lifecycle.ErrRefused) }
