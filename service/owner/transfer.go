package owner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

// Offered is an offer as its owner sees it.
type Offered struct {
	Key       lifecycle.UnitKey
	Code      string
	ExpiresAt time.Time
	// Named: to one person. Else to whoever shows the code.
	Named bool
	// SeenAt is when the person whom it names has opened it; zero: not yet, or
	// nobody has that address.
	SeenAt time.Time
}

// Link is the address behind the offer's QR code.
func (o *Owner) Link(code string) string { return o.config.Origin + "/transfer/" + code }

// Offer offers a unit to the person with this mail address, for 14 days, or
// face to face, for 15 minutes, where there is none.
func (o *Owner) Offer(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, email string) (Offered, error) {
	to, err := o.Recipient(ctx, actor, email)
	if err != nil {
		return Offered{}, err
	}
	id := lifecycle.OfferID("ofr_" + o.config.NewID())
	offer := lifecycle.MakeOffer{Command: o.command(actor), ID: id, To: to, CodeHash: hashOf(o.codeOf(id))}
	outcome, err := o.advance(ctx, actor.Person, key, offer.Decide)
	if err != nil {
		return Offered{}, lifecycle.ToOwner(err)
	}
	return o.offered(outcome.Change.Unit.Key, outcome.Change.Offers)
}

// offered finds the offer that stands. The outcome may be that of the first of
// two equal requests, whose offer has another id than the one just drawn.
func (o *Owner) offered(key lifecycle.UnitKey, offers []lifecycle.Offer) (Offered, error) {
	for _, offer := range offers {
		if offer.State == lifecycle.OfferPending {
			return Offered{Key: key, Code: o.codeOf(offer.ID), ExpiresAt: offer.ExpiresAt, Named: offer.To != ""}, nil
		}
	}
	return Offered{}, fmt.Errorf("no offer stands: %w", lifecycle.ErrNotFound)
}

// Recipient is who has this address. An address that no owner has becomes a
// new id that nobody has: the offer is made, is listed, waits 14 days and can
// be withdrawn like any other, and nobody can accept it. So nobody learns here
// which addresses are known, and no address of a stranger is kept.
func (o *Owner) Recipient(ctx context.Context, actor lifecycle.Actor, email string) (lifecycle.PersonID, error) {
	if email == "" {
		return "", nil
	}
	if err := o.invites.attempt(ctx, actor, email); err != nil {
		return "", err
	}
	person, err := o.config.People.PersonByEmail(ctx, email)
	if errors.Is(err, lifecycle.ErrNotFound) {
		// One record is unsealed either way, for that takes most of the time.
		_, err = o.config.People.Person(ctx, actor.Person)
	}
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return "", fmt.Errorf("find a recipient: %w", err)
	}
	if person.ID == "" || person.Org != "" || !person.DisabledAt.IsZero() {
		return lifecycle.PersonID("psn_" + o.config.NewID()), nil
	}
	return person.ID, nil
}

// Proposal is an offer as whoever it is made to sees it. The owner's name is
// not in it: an account can have any name.
type Proposal struct {
	Code      string
	Key       lifecycle.UnitKey
	Model     string
	ExpiresAt time.Time
	// Over: it was accepted, refused, withdrawn or it ran out. Nothing else is
	// told of the unit then.
	Over bool
	// Own: the reader made the offer.
	Own bool
}

// Proposal finds an offer by its code.
func (o *Owner) Proposal(ctx context.Context, actor lifecycle.Actor, code string) (Proposal, error) {
	unit, offer, err := o.find(ctx, actor, code)
	if err != nil {
		return Proposal{}, err
	}
	// Read for nobody too, so that a guessed code costs what a right one does; and
	// of nobody where there is nothing to show: it costs its maker no more.
	if !meant(offer, actor.Person) || offer.State != lifecycle.OfferPending {
		unit = nobody
	}
	snapshot, err := o.config.Units.Snapshot(ctx, unit)
	if err != nil && !(unit == nobody && errors.Is(err, lifecycle.ErrNotFound)) {
		return Proposal{}, fmt.Errorf("look at an offer: %w", err)
	}
	proposal := Proposal{Code: plain(code), ExpiresAt: offer.ExpiresAt, Own: offer.From == actor.Person}
	proposal.Over = offer.State != lifecycle.OfferPending || offer.Epoch != snapshot.Unit.Epoch ||
		!o.config.Now().Before(offer.ExpiresAt)
	if proposal.Over && proposal.Own || !meant(offer, actor.Person) {
		return Proposal{}, fmt.Errorf("look at an offer: %w", lifecycle.ErrNotFound)
	}
	o.guesses.Forgive(ctx, guessOf(actor))
	if !proposal.Over {
		proposal.Key, proposal.Model = snapshot.Unit.Key, snapshot.Model.Name
		o.see(ctx, unit, offer, actor.Person)
	}
	return proposal, nil
}

// see notes that the person whom an offer names has opened it. Whether that can
// be written changes nothing of what they see.
func (o *Owner) see(ctx context.Context, unit lifecycle.UnitID, offer lifecycle.Offer, person lifecycle.PersonID) {
	if offer.To != person {
		return
	}
	if err := o.config.Kept.SeeOffer(ctx, unit, offer, o.config.Now()); err != nil {
		o.config.Log.LogAttrs(ctx, slog.LevelWarn, "an opened offer was not noted", slog.String("error", err.Error()))
	}
}

// find counts a guess and resolves the code; one that is no offer's belongs to
// nobody. Whoever turns out to be right is forgiven.
func (o *Owner) find(ctx context.Context, actor lifecycle.Actor, code string) (lifecycle.UnitID, lifecycle.Offer, error) {
	if err := o.guesses.Attempt(ctx, guessOf(actor)); err != nil {
		return "", lifecycle.Offer{}, err
	}
	unit, offer, err := o.config.Units.OfferByCode(ctx, hashOf(code))
	id, err := orNobody(unit, err)
	if err != nil {
		return "", lifecycle.Offer{}, o.guesses.Unheard(ctx, guessOf(actor), fmt.Errorf("find an offer: %w", err))
	}
	return id, offer, nil
}

func guessOf(actor lifecycle.Actor) string { return "code " + string(actor.Person) }

// meant reports whether the offer is any of the person's business.
func meant(offer lifecycle.Offer, person lifecycle.PersonID) bool {
	return offer.ID != "" && (offer.From == person || offer.To == "" || offer.To == person)
}

// Accept makes the actor the owner of what was offered, by the proof of a
// credential that the unit made after the offer.
func (o *Owner) Accept(ctx context.Context, actor lifecycle.Actor, code string, proof Proof) (Bound, error) {
	unit, offer, err := o.find(ctx, actor, code)
	if err != nil {
		return Bound{}, err
	}
	transfer := lifecycle.Transfer{
		Command: o.command(actor), Offer: offer.ID, Binding: lifecycle.BindingID("bnd_" + o.config.NewID()),
		Order: o.newOrder(), AccountHash: o.accountHash(actor.Person), ProofHash: string(proof),
	}
	outcome, err := o.config.Units.Advance(ctx, unit, transfer.Decide)
	if err = o.answerOffer(ctx, offer, actor, lifecycle.EventTransfer, err); err != nil {
		return Bound{}, err
	}
	o.linkOwner(ctx, unit)
	return boundOf(outcome.Change), nil
}

// Refuse says no to an offer, Withdraw takes the actor's own back. Both answer
// what has become of it: it may have run out before.
func (o *Owner) Refuse(ctx context.Context, actor lifecycle.Actor, code string) (lifecycle.OfferState, error) {
	return o.decline(ctx, actor, code, false)
}

// Withdraw takes back an offer of the actor's own.
func (o *Owner) Withdraw(ctx context.Context, actor lifecycle.Actor, code string) (lifecycle.OfferState, error) {
	return o.decline(ctx, actor, code, true)
}

func (o *Owner) decline(ctx context.Context, actor lifecycle.Actor, code string, own bool) (lifecycle.OfferState, error) {
	unit, offer, err := o.find(ctx, actor, code)
	if err != nil {
		return "", err
	}
	if (offer.From == actor.Person) != own {
		offer = lifecycle.Offer{} // the other side's way out is no way of theirs
	}
	outcome, err := o.config.Units.Advance(ctx, unit, lifecycle.Decline{Command: o.command(actor), Offer: offer.ID}.Decide)
	if err = o.answerOffer(ctx, offer, actor, lifecycle.EventDecline, err); err != nil {
		return "", err
	}
	for _, ended := range outcome.Change.Offers {
		if ended.ID == offer.ID {
			return ended.State, nil
		}
	}
	return offer.State, nil
}

// answerOffer says what whoever answered an offer may hear. That it is over is
// told to those it was made to: the slower of two learns it. To its maker the
// unit is gone with it, and is as if it had never been.
func (o *Owner) answerOffer(ctx context.Context, offer lifecycle.Offer, actor lifecycle.Actor, event lifecycle.Event, err error) error {
	if meant(offer, actor.Person) && !(offer.From == actor.Person && errors.Is(err, lifecycle.ErrNotFound)) {
		o.guesses.Forgive(ctx, guessOf(actor))
		if errors.Is(err, lifecycle.ErrNotFound) {
			return refused(event, "transfer.over")
		}
	}
	return lifecycle.ToOutsider(err)
}
