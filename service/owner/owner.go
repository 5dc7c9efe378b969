package owner

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// units is the write door, and what is read of one unit.
type units interface {
	// Advance is the one write door.
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// Snapshot is everything the rules read about a unit.
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// Unit is a unit's own row.
	Unit(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Unit, error)
	// UnitByCode resolves a key, or the id of a binding.
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
	// OfferByCode resolves the hash of an offer's code.
	OfferByCode(ctx context.Context, codeHash string) (lifecycle.Unit, lifecycle.Offer, error)
}

// people is what is asked from a person's side.
type people interface {
	// MineOf are the person's bindings that stand, PastOf those that were live
	// and are over.
	MineOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
	PastOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
	// OffersTo are the pending offers that name the person.
	OffersTo(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonOffer, error)
	// Person is one person; PersonByEmail finds them by their address.
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	PersonByEmail(ctx context.Context, email string) (access.Person, error)
}

// kept is what the record has beside the units: nothing that a rule reads.
type kept interface {
	// SeeOffer notes that whom an offer names has opened it; OfferSeen is when.
	SeeOffer(ctx context.Context, unit lifecycle.UnitID, offer lifecycle.Offer, at time.Time) error
	OfferSeen(ctx context.Context, unit lifecycle.UnitID, offer lifecycle.OfferID) (time.Time, error)
	// AdvanceWithContest is Advance, and keeps the words of who contests.
	AdvanceWithContest(ctx context.Context, unit lifecycle.UnitID, person lifecycle.PersonID, hold lifecycle.HoldID, words string,
		decide lifecycle.Decide) (lifecycle.Outcome, error)
	// Organisation is where a unit waits for the person to whom it goes back.
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	// ContestsOf are a person's own contests, decided ones among them.
	ContestsOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.Contested, error)
	// DeletionsOf is what clouds are to delete of an ended binding, and have.
	DeletionsOf(ctx context.Context, unit lifecycle.UnitID, binding lifecycle.BindingID) ([]lifecycle.Deletion, error)
}

// feed is what happened to units, in commit order.
type feed interface {
	// Head is the newest place in the feed.
	Head(ctx context.Context) (int64, error)
	// Changes is the feed after a place. It waits for more until ctx ends.
	Changes(ctx context.Context, since int64) iter.Seq2[lifecycle.Entry, error]
}

// accounts is the built-in cloud's own door: its links are no bindings of ours.
type accounts interface {
	// AccountHash is the keyed hash under which it reports an account.
	AccountHash(account string) string
	// LinkSince links an account, as of an instant.
	LinkSince(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) error
	// LinkUntil is LinkSince with an end; Unlink ends one account's link.
	LinkUntil(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since, until time.Time) error
	Unlink(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind) error
	// Inventory reads who is linked, Unbind ends every link older than Before.
	Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error)
	Unbind(ctx context.Context, r cloud.Request) error
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Units  units
	People people
	Kept   kept
	Feed   feed
	// Cloud is the built-in cloud; models name it CloudName.
	Cloud     accounts
	CloudName string
	// Clouds are asked live for the page of a unit, Firmware what vendors published
	// for its model; nil: neither is shown.
	Clouds   clouds
	Firmware catalogue
	// Receipt is the code of the receipt of the release that ended a binding, or
	// lifecycle.ErrNotFound; nil: there are none.
	Receipt func(ctx context.Context, unit lifecycle.UnitID, ended lifecycle.Binding) (string, error)
	// OfferCode is a keyed hash of an offer's id: its code is made of it, so that
	// it can be shown to its owner again while the record holds no more than its
	// SHA-256.
	OfferCode func(lifecycle.OfferID) string
	// Attempts counts, for all processes together, what a person guesses and whom
	// they invite; nil: it is not counted.
	Attempts access.ThrottleStore
	// Origin is the scheme and host in the QR codes of offers.
	Origin string
	Now    func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	Log   *slog.Logger
}

// Owner is the owner's room.
type Owner struct {
	config Config
	// guesses slows down whoever tries codes or serials, by person.
	guesses *access.Guesses
	invites *invites
}

// freeGuesses is how often a person may be wrong before they have to wait: a
// code read off a unit has 26 characters to slip on.
const freeGuesses = 10

// New is the room.
func New(config Config) *Owner {
	return &Owner{
		config:  config,
		guesses: access.NewGuesses(config.Now, freeGuesses, config.Attempts, "guess", config.Log),
		invites: newInvites(config.Now, config.Attempts),
	}
}

// command is what every command of this room begins with.
func (o *Owner) command(actor lifecycle.Actor) lifecycle.Command {
	return lifecycle.Command{Actor: actor, At: o.config.Now().UTC().Truncate(time.Millisecond)}
}

func (o *Owner) newOrder() lifecycle.OrderID { return lifecycle.OrderID("ord_" + o.config.NewID()) }
