package owner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Bound is a binding that was just made.
type Bound struct {
	Unit lifecycle.UnitID
	Key  lifecycle.UnitKey
	ID   lifecycle.BindingID
	// Live: the unit itself had confirmed the credential. Else the binding waits
	// for it, and shows nothing.
	Live bool
	At   time.Time
}

// Bind makes the actor the unit's owner, by the proof of a credential that the
// unit made. This is the one door that anybody may try on any unit: see
// answerBind for what it tells.
func (o *Owner) Bind(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, proof Proof) (Bound, error) {
	guess := "bind " + string(actor.Person)
	if err := o.guesses.Attempt(ctx, guess); err != nil {
		return Bound{}, err
	}
	id, err := orNobody(o.config.Units.UnitByCode(ctx, "unit", key.String()))
	if err != nil {
		return Bound{}, o.guesses.Unheard(ctx, guess, fmt.Errorf("find a unit: %w", err))
	}
	bind := lifecycle.Bind{
		Command: o.command(actor), ID: lifecycle.BindingID("bnd_" + o.config.NewID()),
		AccountHash: o.accountHash(actor.Person), ProofHash: string(proof),
	}
	outcome, err := o.config.Units.Advance(ctx, id, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		change, err := bind.Decide(s)
		return change, answerBind(s, bind.ProofHash, err)
	})
	if err != nil {
		return Bound{}, o.guesses.Unheard(ctx, guess, err)
	}
	o.guesses.Forgive(ctx, guess)
	bound := boundOf(outcome.Change)
	if bound.Live {
		o.linkOwner(ctx, id)
	}
	return bound, nil
}

// answerBind says what whoever tries to bind may hear. Who shows the present
// credential has the unit in their hands, and hears every reason. A code that
// is wrong, on a unit that waits for an owner, is called wrong. Everybody else
// hears what they would hear of a serial that was never made: or this door
// would tell strangers which units there are, and a former owner what became
// of theirs.
func answerBind(s lifecycle.Snapshot, proofHash string, err error) error {
	if !errors.Is(err, lifecycle.ErrRefused) {
		return err
	}
	inHand := s.Unit.Verifier != "" && s.Unit.Verifier == proofHash
	if inHand || only(err, "bind.proof") {
		return lifecycle.ToOutsider(err)
	}
	return fmt.Errorf("bind without the unit: %w", lifecycle.ErrNotFound)
}

// boundOf finds the binding that a bind or a transfer made. The outcome may be
// that of the first of two equal requests.
func boundOf(change lifecycle.Change) Bound {
	bound := Bound{Unit: change.Unit.ID, Key: change.Unit.Key}
	for _, b := range change.Bindings {
		if b.Account == change.Actor.Person && b.Kind == lifecycle.BindingOwner && b.State != lifecycle.BindingEnded {
			bound.ID, bound.Live, bound.At = b.ID, b.State == lifecycle.BindingLive, b.CreatedAt
		}
	}
	return bound
}

// Unbind ends a binding that is not the live owner's own: one that waits, or a
// share.
func (o *Owner) Unbind(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID) error {
	unit, err := orNobody(o.config.Units.UnitByCode(ctx, "binding", string(id)))
	if err != nil {
		return fmt.Errorf("find a binding: %w", err)
	}
	_, err = o.config.Units.Advance(ctx, unit, lifecycle.Unbind{Command: o.command(actor), Binding: id}.Decide)
	return lifecycle.ToOwner(err)
}
