package owner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// Period is one time in which a unit was the reader's: what they knew of it,
// and nothing of what came after.
type Period struct {
	ID    lifecycle.BindingID
	Key   lifecycle.UnitKey
	Model string
	From  time.Time
	To    time.Time
	How   lifecycle.Event // how it ended
	Kind  lifecycle.BindingKind
	// Until is how long the end can still be contested; zero: it cannot. It hangs
	// on the reader's own end alone, for a contest that is no longer offered
	// would tell what became of the unit.
	Until time.Time
	// Contested: a contest of the reader's own stands.
	Contested bool
	// Contest is the reader's own contest of this end, where there is one.
	Contest Contest
	// Marked: the reader's own stolen mark stands on it still.
	Marked bool
	// Return is the return that ended it, if the reader may still say that it
	// was a mistake; empty: not.
	Return lifecycle.ReturnID
	// BindAgain: the return was undone, and the unit waits for its owner.
	BindAgain bool
	// Receipt is the code of the receipt of the reader's own release; empty: none.
	Receipt string
	// Keepings are what clouds keep of it; MayDelete: the reader can ask that it be
	// deleted now.
	Keepings  []Keeping
	MayDelete bool
}

// HowCode is the message code of how it ended.
func (p Period) HowCode() string {
	switch p.How {
	case lifecycle.EventRelease, lifecycle.EventTransfer, lifecycle.EventReturn, lifecycle.EventHardResetSeen:
		return "mine.ended." + string(p.How)
	}
	return "mine.ended.other"
}

// Past lists the reader's own past, the newest end first.
func (o *Owner) Past(ctx context.Context, actor lifecycle.Actor) ([]Period, error) {
	past, err := o.config.People.PastOf(ctx, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("list the past: %w", err)
	}
	periods := make([]Period, 0, len(past))
	for _, b := range past {
		period, err := o.period(ctx, actor, b, nextTime(past, b))
		if err != nil {
			return nil, err
		}
		periods = append(periods, period)
	}
	slices.SortFunc(periods, func(a, b Period) int {
		if order := b.To.Compare(a.To); order != 0 {
			return order
		}
		return cmp.Compare(b.ID, a.ID)
	})
	return periods, nil
}

// Period is one of them.
func (o *Owner) Period(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID) (Period, error) {
	past, err := o.config.People.PastOf(ctx, actor.Person)
	if err != nil {
		return Period{}, fmt.Errorf("find a past binding: %w", err)
	}
	for _, b := range past {
		if b.Binding.ID == id {
			return o.period(ctx, actor, b, nextTime(past, b))
		}
	}
	return Period{}, fmt.Errorf("find a past binding: %w", lifecycle.ErrNotFound)
}

func (o *Owner) period(ctx context.Context, actor lifecycle.Actor, b lifecycle.PersonBinding, next time.Time) (Period, error) {
	s, err := o.config.Units.Snapshot(ctx, b.Unit)
	if err != nil {
		return Period{}, fmt.Errorf("read a past binding: %w", err)
	}
	now := o.config.Now()
	period := Period{
		ID: b.Binding.ID, Key: b.Key, Model: s.Model.Name, From: b.Binding.LiveAt, To: b.Binding.EndedAt,
		How: b.Binding.EndedBy, Kind: b.Binding.Kind,
	}
	if period.Receipt, err = o.receiptOf(ctx, b); err != nil {
		return Period{}, err
	}
	if period.Keepings, period.MayDelete, err = o.keepings(ctx, b); err != nil {
		return Period{}, err
	}
	if _, again := standing(s, actor.Person); again {
		return period, nil
	}
	_, period.Contested = ownHold(s, actor.Person, lifecycle.HoldContest)
	_, period.Marked = ownHold(s, actor.Person, lifecycle.HoldStolen)
	if period.Contest, err = o.fetched(ctx, s, actor.Person, b, next); err != nil {
		return Period{}, err
	}
	period.BindAgain = b.Return != "" && slices.Contains(lifecycle.NextActions(s, actor, now), lifecycle.NextBind)
	if until := b.Binding.EndedAt.Add(lifecycle.ContestFor); contestable(b.Binding) && now.Before(until) {
		period.Until = until
		if !period.BindAgain {
			period.Return = b.Return
		}
	}
	return period, nil
}

// receiptOf is the receipt of the release that ended a binding; empty: none.
func (o *Owner) receiptOf(ctx context.Context, b lifecycle.PersonBinding) (string, error) {
	if o.config.Receipt == nil {
		return "", nil
	}
	code, err := o.config.Receipt(ctx, b.Unit, b.Binding)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find a receipt: %w", err)
	}
	return code, nil
}

// contestable: they owned it, and did not ask for the end.
func contestable(b lifecycle.Binding) bool {
	return b.Kind == lifecycle.BindingOwner &&
		(b.EndedBy == lifecycle.EventReturn || b.EndedBy == lifecycle.EventHardResetSeen)
}

// Contest objects to an end. It is the one thing that a former owner can do,
// and what it answers says nothing of where the unit is.
func (o *Owner) Contest(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID, words string) (time.Time, error) {
	past, err := o.config.People.PastOf(ctx, actor.Person)
	if err != nil {
		return time.Time{}, fmt.Errorf("find a past binding: %w", err)
	}
	unit := nobody
	if at := slices.IndexFunc(past, func(b lifecycle.PersonBinding) bool {
		return b.Binding.ID == id && contestable(b.Binding)
	}); at >= 0 {
		unit = past[at].Unit
	}
	// What was decided is decided, by whichever of their times they come again.
	if before, _, err := o.contestOf(ctx, actor.Person, lastEnd(past, unit), time.Time{}); err != nil {
		return time.Time{}, err
	} else if before.Outcome != "" {
		return time.Time{}, refused(lifecycle.EventContest, "owner.contest-decided")
	}
	contest := lifecycle.Contest{Command: o.command(actor), ID: lifecycle.HoldID("hld_" + o.config.NewID())}
	outcome, err := o.config.Kept.AdvanceWithContest(ctx, unit, actor.Person, contest.ID, words, contest.Decide)
	if errors.Is(err, lifecycle.ErrRefused) && !only(err, "contest.already") {
		return time.Time{}, fmt.Errorf("contest: %w", lifecycle.ErrNotFound)
	}
	if errors.Is(err, lifecycle.ErrRefused) {
		// Without the state: where the unit is now is nobody's who had it once.
		return time.Time{}, refused(lifecycle.EventContest, "owner.contest-stands")
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("contest: %w", err)
	}
	return outcome.Change.At, nil
}

// pastUnit finds the unit of a past binding of the person's.
func (o *Owner) pastUnit(ctx context.Context, person lifecycle.PersonID, is func(lifecycle.PersonBinding) bool) (lifecycle.UnitID, error) {
	past, err := o.config.People.PastOf(ctx, person)
	if err != nil {
		return "", fmt.Errorf("find a past binding: %w", err)
	}
	if at := slices.IndexFunc(past, is); at >= 0 {
		return past[at].Unit, nil
	}
	return nobody, nil
}

// CancelReturn undoes a return of a unit that is at home: its fenced owner
// shows a credential that the unit made after the fence. It revives nothing;
// they bind again.
func (o *Owner) CancelReturn(ctx context.Context, actor lifecycle.Actor, id lifecycle.ReturnID, proof Proof) (lifecycle.UnitKey, error) {
	unit, err := o.pastUnit(ctx, actor.Person, func(b lifecycle.PersonBinding) bool {
		return id != "" && b.Return == id
	})
	if err != nil {
		return lifecycle.UnitKey{}, err
	}
	cancel := lifecycle.Cancel{Command: o.command(actor), Return: id, Order: o.newOrder(), ProofHash: string(proof)}
	outcome, err := o.config.Units.Advance(ctx, unit, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		change, err := cancel.Decide(s)
		return change, answerCancel(s, cancel, err)
	})
	return outcome.Change.Unit.Key, err
}

// answerCancel: who has the unit in their hands hears why it cannot be undone.
// To anybody else it is the proof that is missing, wherever the unit has gone.
func answerCancel(s lifecycle.Snapshot, c lifecycle.Cancel, err error) error {
	if err == nil || !errors.Is(err, lifecycle.ErrRefused) && !errors.Is(err, lifecycle.ErrNotFound) {
		return err
	}
	inHand := s.Return != nil && s.Return.ID == c.Return && s.Unit.Verifier == c.ProofHash &&
		s.Unit.VerifierAt.After(s.Return.At)
	if !inHand {
		return refused(lifecycle.EventCancel, "cancel.proof")
	}
	return lifecycle.ToOutsider(err)
}

// returnOf is the return that ended a past binding of the person's; empty: none
// did.
func (o *Owner) returnOf(ctx context.Context, person lifecycle.PersonID, id lifecycle.BindingID) (lifecycle.ReturnID, error) {
	past, err := o.config.People.PastOf(ctx, person)
	if err != nil {
		return "", fmt.Errorf("find a past binding: %w", err)
	}
	for _, b := range past {
		if b.Binding.ID == id {
			return b.Return, nil
		}
	}
	return "", nil
}
