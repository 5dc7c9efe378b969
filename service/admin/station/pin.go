package station

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// pins is the other half of a badge.
type pins interface {
	PIN(ctx context.Context, person lifecycle.PersonID) (access.PIN, error)
	SavePIN(ctx context.Context, p access.PIN) error
	RightPIN(ctx context.Context, person lifecycle.PersonID) error
	// WrongPIN counts, and says whether this one locked the PIN. It is the same
	// work whether or not anybody has the badge.
	WrongPIN(ctx context.Context, alarm access.PINAlarm) (locked bool, err error)
	PINAlarms(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.PINAlarm, string, error)
	SeePINAlarm(ctx context.Context, id string, org lifecycle.OrgID, by lifecycle.PersonID) error
}

// SetPIN sets a person's own PIN. They say their password once more: a session
// left open must not become somebody's way in.
func (r *Room) SetPIN(ctx context.Context, id lifecycle.PersonID, password, pin string) error {
	if err := access.CheckPIN(pin); err != nil {
		return err
	}
	person, err := r.config.Store.Person(ctx, id)
	if err != nil {
		return fmt.Errorf("set PIN: %w", err)
	}
	switch _, err := r.config.Verify(ctx, person.Email, password); {
	case errors.Is(err, lifecycle.ErrUnauthenticated):
		return lifecycle.Mistake("current", "password.wrong")
	case err != nil:
		return fmt.Errorf("set PIN: %w", err)
	}
	hash, err := r.config.Passwords.Hash(ctx, r.keyed(id, pin))
	if err != nil {
		return fmt.Errorf("set PIN: %w", err)
	}
	if err := r.config.Store.SavePIN(ctx, access.PIN{Person: id, Hash: hash, ChangedAt: r.config.Now()}); err != nil {
		return fmt.Errorf("set PIN: %w", err)
	}
	return nil
}

// keyed is what the service's own key makes of somebody's PIN.
func (r *Room) keyed(person lifecycle.PersonID, pin string) string {
	return r.config.KeyedHash("pin", string(person)+" "+pin)
}

// Enter is the person whose badge and PIN these are, at a station of their own
// organisation. Every way in which they are not looks the same, takes the same
// work and is counted.
func (r *Room) Enter(ctx context.Context, station access.Station, badge, pin string) (access.Person, error) {
	hash := access.CodeHash(badge)
	found, err := r.config.Store.BadgeByHash(ctx, hash)
	if known(err) != nil {
		return access.Person{}, fmt.Errorf("read badge: %w", err)
	}
	if !found.EndedAt.IsZero() {
		found = access.Badge{}
	}
	return r.try(ctx, station, found.Person, hash, pin)
}

// Resume is the person who is signed in at this station, if this is their PIN.
func (r *Room) Resume(ctx context.Context, station access.Station, person lifecycle.PersonID, pin string) (access.Person, error) {
	return r.try(ctx, station, person, "", pin)
}

// try reads the same rows, does the same hashing and writes the same number of
// times for somebody as for nobody.
func (r *Room) try(ctx context.Context, station access.Station, id lifecycle.PersonID, badge, pin string) (access.Person, error) {
	if err := r.benches.Attempt(ctx, station.ID); err != nil {
		return access.Person{}, err
	}
	person, errPerson := r.config.Store.Person(ctx, id)
	kept, errPIN := r.config.Store.PIN(ctx, id)
	if err := errors.Join(known(errPerson), known(errPIN)); err != nil {
		return access.Person{}, fmt.Errorf("read PIN: %w", err)
	}
	if person.Org != station.Org || !person.DisabledAt.IsZero() {
		person, kept = access.Person{}, access.PIN{} // nobody, here
	}
	// Two badges of one person count together, and so does their cover.
	key := "person " + string(person.ID)
	if person.ID == "" {
		key = "badge " + badge
	}
	if err := r.people.Attempt(ctx, key); err != nil {
		return access.Person{}, err
	}
	right, err := r.verify(ctx, kept, pin)
	if err != nil {
		return access.Person{}, fmt.Errorf("check PIN: %w", err)
	}
	if !right || person.ID == "" || !kept.LockedAt.IsZero() {
		return access.Person{}, r.wrong(ctx, station, person.ID)
	}
	err = errors.Join(r.config.Store.RightPIN(ctx, person.ID), r.people.Clear(ctx, key), r.benches.Forgive(ctx, station.ID))
	if err != nil {
		return access.Person{}, fmt.Errorf("check PIN: %w", err)
	}
	return person, nil
}

func (r *Room) verify(ctx context.Context, kept access.PIN, pin string) (bool, error) {
	if len(pin) > access.MaxPINDigits {
		pin = "" // no PIN is that long; what is hashed stays short
	}
	text := r.keyed(kept.Person, pin)
	if kept.Hash == "" {
		return false, r.config.Passwords.VerifyDecoy(ctx, text)
	}
	return r.config.Passwords.Verify(ctx, text, kept.Hash)
}

func (r *Room) wrong(ctx context.Context, station access.Station, person lifecycle.PersonID) error {
	alarm := access.PINAlarm{
		ID: "alm_" + r.config.NewID(), Org: station.Org, Station: station.ID, Person: person, At: r.config.Now(),
	}
	locked, err := r.config.Store.WrongPIN(ctx, alarm)
	if err != nil {
		return fmt.Errorf("count a wrong PIN: %w", err)
	}
	if locked {
		r.config.Log.WarnContext(ctx, "a PIN was locked after wrong ones", "station", station.ID, "alarm", alarm.ID)
	}
	return lifecycle.Mistake("pin", "switch.wrong")
}

// Alarm is a locked PIN, with the names that an officer knows.
type Alarm struct {
	access.PINAlarm
	StationName, PersonName string
}

// Alarms lists what the officers of the principal's organisation are told.
func (r *Room) Alarms(ctx context.Context, p access.Principal) ([]Alarm, error) {
	var list []Alarm
	page := lifecycle.Page{Limit: 200}
	for {
		alarms, next, err := r.config.Store.PINAlarms(ctx, p.Org, page)
		if err != nil {
			return nil, fmt.Errorf("list alarms: %w", err)
		}
		for _, alarm := range alarms {
			if !alarm.SeenAt.IsZero() {
				continue
			}
			station, errStation := r.config.Store.Station(ctx, alarm.Station)
			person, errPerson := r.config.Store.Person(ctx, alarm.Person)
			if err := errors.Join(errStation, errPerson); err != nil {
				return nil, fmt.Errorf("list alarms: %w", err)
			}
			list = append(list, Alarm{alarm, station.Name, person.Name})
		}
		if page.After = next; next == "" {
			return list, nil
		}
	}
}

// SeeAlarm marks an alarm as seen by this officer.
func (r *Room) SeeAlarm(ctx context.Context, p access.Principal, id string) error {
	if err := r.config.Store.SeePINAlarm(ctx, id, p.Org, p.Person); err != nil {
		return fmt.Errorf("see alarm: %w", err)
	}
	return nil
}

// HasPIN is what a person is told of their own PIN.
func (r *Room) HasPIN(ctx context.Context, id lifecycle.PersonID) (access.PIN, error) {
	pin, err := r.config.Store.PIN(ctx, id)
	return pin, known(err)
}

// NameOf is the name of who is covered at a station of the same organisation.
func (r *Room) NameOf(ctx context.Context, station access.Station, id lifecycle.PersonID) (string, error) {
	person, err := r.config.Store.Person(ctx, id)
	if known(err) != nil {
		return "", fmt.Errorf("read person: %w", err)
	}
	if person.Org != station.Org {
		return "", nil
	}
	return person.Name, nil
}
