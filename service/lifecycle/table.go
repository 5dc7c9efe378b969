package lifecycle

import "slices"

// Transition is one row of the table: in state From, Event leads to To.
type Transition struct {
	From  State
	Event Event
	// Guard names in a few words what must hold besides; the code is in the
	// command's own file.
	Guard string
	// To is the next state, StatePrior for "the state before the sale", or
	// From itself when only something around the unit changes.
	To State
	// Epoch reports whether the epoch advances: everything of the old one dies.
	Epoch bool
	// UnderHold reports whether the event goes through while a hold stands.
	UnderHold bool
}

// Table returns every transition there is. What is not in it does not happen.
// It is built anew on each call, so nobody can change it.
func Table() []Transition { return slices.Collect(transitions) }

// Lookup finds the row for an event in a state. Every command calls it, so it
// walks the rows where they lie and builds no list.
func Lookup(from State, event Event) (Transition, bool) {
	for row := range transitions {
		if row.From == from && row.Event == event {
			return row, true
		}
	}
	return Transition{}, false
}

// transitions yields the table, row by row.
func transitions(yield func(Transition) bool) {
	_ = moves(yield) && surroundings(yield) && facts(yield)
}

// moves are the commands that lead from one state to another, or to a new epoch.
func moves(yield func(Transition) bool) bool {
	rows := [...]Transition{
		{StateNone, EventRegister, "the vendor of the brand", StateStock, false, false},
		{StateNone, EventAdmit, "nobody knows the serial", StateReturned, false, false},

		{StateStock, EventSell, "rule 4", StateSold, true, false},
		{StateCertified, EventSell, "rule 4", StateSold, true, false},
		{StateSold, EventVoid, "same organisation and day, no contact", StatePrior, false, false},
		{StateSold, EventReturnSealed, "seal attested, no contact", StatePrior, false, false},

		{StateStock, EventBind, "rule 5, sale implied", StateBound, false, false},
		{StateSold, EventBind, "rule 5", StateBound, false, false},
		{StateBound, EventRelease, "rule 6, its owner", StateSold, true, true},
		{StateBound, EventTransfer, "rule 7", StateBound, true, false},

		{StateStock, EventReturn, "own custody, technician", StateReturned, true, true},
		{StateCertified, EventReturn, "own custody, technician", StateReturned, true, true},
		{StateSold, EventReturn, "rule 1", StateReturned, true, true},
		{StateBound, EventReturn, "rule 1", StateReturned, true, true},
		{StateReturned, EventCancel, "unit present, or its fenced owner", StateSold, true, false},

		{StateReturned, EventProve, "every task proven at this epoch", StateReset, false, true},
		{StateReset, EventCertify, "rule 3", StateCertified, false, false},
		{StateReset, EventReopen, "", StateReturned, true, true},
		{StateCertified, EventReopen, "", StateReturned, true, true},

		{StateStock, EventRetire, "two people, second scan", StateRetired, true, false},
		{StateSold, EventRetire, "two people, second scan", StateRetired, true, false},
		{StateBound, EventRetire, "two people, second scan", StateRetired, true, false},
		{StateReturned, EventRetire, "two people, second scan", StateRetired, true, false},
		{StateReset, EventRetire, "two people, second scan", StateRetired, true, false},
		{StateCertified, EventRetire, "two people, second scan", StateRetired, true, false},
	}
	for i := range rows {
		if !yield(rows[i]) {
			return false
		}
	}
	return true
}

// surroundings are the commands that leave the state as it is.
func surroundings(yield func(Transition) bool) bool {
	return unchanged(yield, EventConfirm, true, StateReturned, StateReset) &&
		unchanged(yield, EventBindPending, false, StateStock, StateSold) &&
		unchanged(yield, EventUnbind, true, StateStock, StateSold, StateBound) &&
		unchanged(yield, EventShare, false, StateBound) &&
		unchanged(yield, EventJoin, false, StateBound) &&
		unchanged(yield, EventExpire, true, StateBound) &&
		unchanged(yield, EventOffer, false, StateBound) &&
		unchanged(yield, EventDecline, true, StateBound) &&
		unchanged(yield, EventVouch, true, StateReturned, StateReset) &&
		unchanged(yield, EventAttest, true, StateReturned, StateReset) &&
		unchanged(yield, EventWaive, true, StateSold, StateBound, StateReturned) &&
		unchanged(yield, EventProgress, true, StateStock, StateSold, StateBound, StateReturned, StateReset, StateCertified, StateRetired) &&
		unchanged(yield, EventContest, true, StateSold, StateBound, StateReturned, StateReset, StateCertified) &&
		unchanged(yield, EventDelete, false, StateStock, StateSold, StateBound, StateReturned, StateReset, StateCertified, StateRetired) &&
		unchanged(yield, EventShip, false, StateStock, StateReturned, StateReset, StateCertified) &&
		unchanged(yield, EventReceive, true, StateStock, StateReturned, StateReset, StateCertified) &&
		unchanged(yield, EventHold, true, StateStock, StateSold, StateBound, StateReturned, StateReset, StateCertified) &&
		unchanged(yield, EventLift, true, StateStock, StateSold, StateBound, StateReturned, StateReset, StateCertified)
}

// facts are never refused: every state has a row. (bind-confirmed is what a
// contact becomes where a pending binding waits for it.)
func facts(yield func(Transition) bool) bool {
	rows := [...]Transition{
		{StateStock, EventBindConfirmed, "rule 5", StateBound, false, false},
		{StateSold, EventBindConfirmed, "rule 5", StateBound, false, false},

		{StateStock, EventHardResetSeen, "", StateStock, true, true},
		{StateSold, EventHardResetSeen, "", StateSold, true, true},
		{StateBound, EventHardResetSeen, "under lock its owner keeps a claim", StateSold, true, true},
		{StateReturned, EventHardResetSeen, "proves the task", StateReturned, false, true},
		{StateReset, EventHardResetSeen, "reopens", StateReturned, true, true},
		{StateCertified, EventHardResetSeen, "reopens", StateReturned, true, true},
		{StateRetired, EventHardResetSeen, "alarm", StateRetired, false, true},

		{StateStock, EventBindingSeen, "flag", StateStock, false, true},
		{StateSold, EventBindingSeen, "rule 10", StateSold, false, true},
		{StateBound, EventBindingSeen, "rule 10", StateBound, false, true},
		{StateReturned, EventBindingSeen, "unbind opens again", StateReturned, false, true},
		{StateReset, EventBindingSeen, "reopens", StateReturned, true, true},
		{StateCertified, EventBindingSeen, "reopens", StateReturned, true, true},
		{StateRetired, EventBindingSeen, "alarm", StateRetired, false, true},
	}
	for i := range rows {
		if !yield(rows[i]) {
			return false
		}
	}
	return unchanged(yield, EventContactSeen, true,
		StateStock, StateSold, StateBound, StateReturned, StateReset, StateCertified, StateRetired)
}

func unchanged(yield func(Transition) bool, event Event, underHold bool, states ...State) bool {
	for _, state := range states {
		if !yield(Transition{From: state, Event: event, To: state, UnderHold: underHold}) {
			return false
		}
	}
	return true
}
