package data

import (
	"context"
	"log/slog"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// people is who is asked about, and what they sign in with.
type people interface {
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	PasskeysOf(ctx context.Context, person lifecycle.PersonID) ([]access.Passkey, error)
	IdentitiesOf(ctx context.Context, person lifecycle.PersonID) ([]access.Identity, error)
	CredentialsOf(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]access.Credential, string, error)
	AddressChangesOf(ctx context.Context, person lifecycle.PersonID) ([]access.AddressChange, error)
	// OpenRecovery, BadgeOf and PIN are lifecycle.ErrNotFound where there is none.
	OpenRecovery(ctx context.Context, person lifecycle.PersonID) (access.Recovery, error)
	BadgeOf(ctx context.Context, person lifecycle.PersonID) (access.Badge, error)
	PIN(ctx context.Context, person lifecycle.PersonID) (access.PIN, error)
	// ForgetPerson deletes the key of everything personal. While a binding of
	// theirs stands it is refused.
	ForgetPerson(ctx context.Context, id lifecycle.PersonID) error
}

// units is what they have, had, and are offered.
type units interface {
	MineOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
	PastOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
	OffersTo(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonOffer, error)
	ContestsOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.Contested, error)
	// ContestWords are what they wrote; empty where they wrote nothing.
	ContestWords(ctx context.Context, unit lifecycle.UnitID, hold lifecycle.HoldID) (string, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Unit(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Unit, error)
	// ShareNames are how an owner calls those with whom they share a unit now.
	ShareNames(ctx context.Context, unit lifecycle.UnitID, owner lifecycle.PersonID, epoch lifecycle.Epoch) (map[lifecycle.BindingID]string, error)
	// DeletionsOf is what clouds keep, or have deleted, of one past time.
	DeletionsOf(ctx context.Context, unit lifecycle.UnitID, binding lifecycle.BindingID) ([]lifecycle.Deletion, error)
}

// looks is who may look, and who did.
type looks interface {
	ConsentsOf(ctx context.Context, owner lifecycle.PersonID) ([]access.HeldConsent, error)
	// ConsentAsks are the questions that wait for an answer.
	ConsentAsks(ctx context.Context, owner lifecycle.PersonID) ([]access.ConsentAsk, error)
	// AccessesOf are those to a unit while it was this owner's at this epoch.
	AccessesOf(ctx context.Context, owner lifecycle.PersonID, unit lifecycle.UnitID, epoch lifecycle.Epoch, page lifecycle.Page) ([]access.Access, string, error)
}

// notices is what they were told, and what they have chosen about that.
type notices interface {
	Notices(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]notice.Notice, string, error)
	Choices(ctx context.Context, person lifecycle.PersonID) ([]notice.Choice, error)
	MailStanding(ctx context.Context, person lifecycle.PersonID) (notice.Standing, error)
	Subscriptions(ctx context.Context, person lifecycle.PersonID) ([]notice.Subscription, error)
	QueueNotice(ctx context.Context, n notice.Notice) error
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	People  people
	Units   units
	Looks   looks
	Notices notices
	// Release ends the owner's binding to a unit as if they had done it by hand,
	// and asks the clouds to delete; Unbind ends one that is not theirs as owner.
	Release func(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) error
	Unbind  func(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID) error
	// Receipt is the code of the receipt of the release that ended a binding; where
	// there was none it is lifecycle.ErrNotFound.
	Receipt func(ctx context.Context, unit lifecycle.UnitID, ended lifecycle.Binding) (string, error)
	// Mail: notices are mailed, so a last one can be.
	Mail bool
	Now  func() time.Time
	Log  *slog.Logger
}

// Data is the room.
type Data struct {
	config Config
}

// New is the room.
func New(config Config) *Data { return &Data{config} }
