package admin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// people is the staff on record.
type people interface {
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	PersonByEmail(ctx context.Context, email string) (access.Person, error)
	People(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Person, string, error)
	// SavePerson adds a person; on a replay it answers with the first one's.
	SavePerson(ctx context.Context, p access.Person) (access.Person, error)
	// ChangePerson changes one person in one transaction; otherAdmins counts
	// who else of the organisation can do an admin's work.
	ChangePerson(ctx context.Context, id lifecycle.PersonID, change func(p access.Person, otherAdmins int) (access.Person, error)) (access.Person, error)
}

// StaffRoles lists the roles that an admin may give.
func StaffRoles() []lifecycle.Role {
	return slices.DeleteFunc(lifecycle.Roles(), func(r lifecycle.Role) bool { return r == lifecycle.RoleOwner })
}

// CheckRoles holds roles against those that there are.
func CheckRoles(roles []lifecycle.Role) error {
	if len(roles) == 0 {
		return lifecycle.Mistake("roles", "roles.none")
	}
	for i, role := range roles {
		if !slices.Contains(StaffRoles(), role) || slices.Contains(roles[:i], role) {
			return lifecycle.Mistake("roles", "roles.unknown")
		}
	}
	return nil
}

// People lists the staff of the principal's organisation.
func (a *Admin) People(ctx context.Context, p access.Principal, page lifecycle.Page) ([]access.Person, string, error) {
	return a.config.Store.People(ctx, p.Org, page)
}

// Person is one of the principal's organisation.
func (a *Admin) Person(ctx context.Context, p access.Principal, id lifecycle.PersonID) (access.Person, error) {
	person, err := a.config.Store.Person(ctx, id)
	if err != nil {
		return access.Person{}, fmt.Errorf("read person: %w", err)
	}
	return person, ours(p, person)
}

// ours: what belongs to another organisation is not found.
func ours(p access.Principal, person access.Person) error {
	if p.Org == "" || person.Org != p.Org {
		return fmt.Errorf("person of another organisation: %w", lifecycle.ErrNotFound)
	}
	return nil
}

// Invitation is who is asked to join.
type Invitation struct {
	Org   string // id or name; empty: the principal's own
	Name  string
	Email string
	Roles []lifecycle.Role
}

// Invite puts a person on record and makes the one-time link by which they
// choose a password themselves. An address that somebody has already is a
// mistake; that this tells an admin who is known is why wrong ones are counted.
func (a *Admin) Invite(ctx context.Context, p access.Principal, in Invitation) (Linked, error) {
	org, err := a.house(ctx, p, in.Org)
	if err != nil {
		return Linked{}, err
	}
	return a.invite(ctx, p, org, in)
}

func (a *Admin) invite(ctx context.Context, p access.Principal, org access.Organisation, in Invitation) (Linked, error) {
	if err := CheckRoles(in.Roles); err != nil {
		return Linked{}, err
	}
	if err := a.taken.Attempt(p.Key()); err != nil {
		return Linked{}, err
	}
	person := access.Person{
		ID: lifecycle.PersonID("psn_" + a.config.NewID()), Org: org.ID, Roles: in.Roles, Name: in.Name, Email: in.Email,
		Generation: 1, CreatedAt: a.config.Now(),
	}
	saved, err := a.config.Store.SavePerson(ctx, person)
	if err != nil {
		return Linked{}, fmt.Errorf("invite: %w", err)
	}
	a.taken.Forgive(p.Key())
	if saved.ID != person.ID {
		return Linked{}, access.ShownOnce("invitation.shown-once")
	}
	return a.link(ctx, saved)
}

// InviteAgain makes a new one-time link for somebody who lost theirs, or their
// password. The password that they have stands until they use it.
func (a *Admin) InviteAgain(ctx context.Context, p access.Principal, id lifecycle.PersonID) (Linked, error) {
	person, err := a.Person(ctx, p, id)
	if err != nil {
		return Linked{}, err
	}
	if !person.DisabledAt.IsZero() {
		return Linked{}, refusal("person.disabled")
	}
	return a.link(ctx, person)
}

// ChangeRoles gives a person other roles, from their next request on.
func (a *Admin) ChangeRoles(ctx context.Context, p access.Principal, id lifecycle.PersonID, roles []lifecycle.Role) (access.Person, error) {
	if err := CheckRoles(roles); err != nil {
		return access.Person{}, err
	}
	return a.change(ctx, p, id, func(person *access.Person) { person.Roles = roles })
}

// Disable ends what a person can do here: their sessions and tokens are dead
// at once, for good.
func (a *Admin) Disable(ctx context.Context, p access.Principal, id lifecycle.PersonID) (access.Person, error) {
	return a.change(ctx, p, id, func(person *access.Person) {
		if person.DisabledAt.IsZero() {
			person.DisabledAt = a.config.Now()
			person.Generation++
		}
	})
}

// Enable lets a person sign in again, with the password that they had.
// Sessions and tokens of before stay dead.
func (a *Admin) Enable(ctx context.Context, p access.Principal, id lifecycle.PersonID) (access.Person, error) {
	return a.change(ctx, p, id, func(person *access.Person) { person.DisabledAt = time.Time{} })
}

// change changes one of our own, and leaves the organisation an admin.
func (a *Admin) change(ctx context.Context, p access.Principal, id lifecycle.PersonID, how func(*access.Person)) (access.Person, error) {
	changed, err := a.config.Store.ChangePerson(ctx, id, func(person access.Person, otherAdmins int) (access.Person, error) {
		if err := ours(p, person); err != nil {
			return person, err
		}
		before := keepsHouse(person)
		how(&person)
		if before && !keepsHouse(person) && otherAdmins == 0 {
			return person, refusal("person.last-admin")
		}
		return person, nil
	})
	if err != nil {
		return access.Person{}, fmt.Errorf("change person: %w", err)
	}
	return changed, nil
}

// keepsHouse reports whether a person can do an admin's work.
func keepsHouse(p access.Person) bool {
	return StandingOf(p) == Active && slices.Contains(p.Roles, lifecycle.RoleAdmin)
}

// Standing is where a person stands, as lists show it.
type Standing string

// Where a person can stand.
const (
	Invited  Standing = "invited"  // has not come in yet
	Active   Standing = "active"   // may sign in
	Disabled Standing = "disabled" // may not
)

// StandingOf is where a person stands.
func StandingOf(p access.Person) Standing {
	switch {
	case !p.DisabledAt.IsZero():
		return Disabled
	case p.PasswordHash == "" && p.JoinedAt.IsZero():
		return Invited
	}
	return Active
}
