package lifecycle

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
func Table() []Transition {
	rows := []Transition{
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
	}
	for _, state := range States() {
		if state != StateRetired {
			rows = append(rows, Transition{state, EventRetire, "two people, second scan", StateRetired, true, false})
		}
	}
	rows = append(rows, unchanged(EventConfirm, true, StateReturned, StateReset)...)
	rows = append(rows, unchanged(EventBindPending, false, StateStock, StateSold)...)
	rows = append(rows, unchanged(EventUnbind, true, StateStock, StateSold, StateBound)...)
	rows = append(rows, unchanged(EventOffer, false, StateBound)...)
	rows = append(rows, unchanged(EventDecline, true, StateBound)...)
	rows = append(rows, unchanged(EventVouch, true, StateReturned, StateReset)...)
	rows = append(rows, unchanged(EventAttest, true, StateReturned, StateReset)...)
	rows = append(rows, unchanged(EventWaive, true, StateReturned)...)
	rows = append(rows, unchanged(EventProgress, true, States()...)...)
	rows = append(rows, unchanged(EventContest, true, StateSold, StateBound, StateReturned, StateReset, StateCertified)...)
	rows = append(rows, unchanged(EventShip, false, StateStock, StateReturned, StateReset, StateCertified)...)
	rows = append(rows, unchanged(EventReceive, true, StateStock, StateReturned, StateReset, StateCertified)...)
	for _, state := range States() {
		if state != StateRetired {
			rows = append(rows, unchanged(EventHold, true, state)...)
			rows = append(rows, unchanged(EventLift, true, state)...)
		}
	}
	return append(rows, factRows()...)
}

func factRows() []Transition {
	rows := unchanged(EventContactSeen, true, States()...)
	rows = append(rows,
		Transition{StateStock, EventBindConfirmed, "rule 5", StateBound, false, false},
		Transition{StateSold, EventBindConfirmed, "rule 5", StateBound, false, false},

		Transition{StateStock, EventHardResetSeen, "", StateStock, true, true},
		Transition{StateSold, EventHardResetSeen, "", StateSold, true, true},
		Transition{StateBound, EventHardResetSeen, "under lock its owner keeps a claim", StateSold, true, true},
		Transition{StateReturned, EventHardResetSeen, "proves the task", StateReturned, false, true},
		Transition{StateReset, EventHardResetSeen, "reopens", StateReturned, true, true},
		Transition{StateCertified, EventHardResetSeen, "reopens", StateReturned, true, true},
		Transition{StateRetired, EventHardResetSeen, "alarm", StateRetired, false, true},

		Transition{StateStock, EventBindingSeen, "flag", StateStock, false, true},
		Transition{StateSold, EventBindingSeen, "rule 10", StateSold, false, true},
		Transition{StateBound, EventBindingSeen, "rule 10", StateBound, false, true},
		Transition{StateReturned, EventBindingSeen, "unbind opens again", StateReturned, false, true},
		Transition{StateReset, EventBindingSeen, "reopens", StateReturned, true, true},
		Transition{StateCertified, EventBindingSeen, "reopens", StateReturned, true, true},
		Transition{StateRetired, EventBindingSeen, "alarm", StateRetired, false, true},
	)
	return rows
}

func unchanged(event Event, underHold bool, states ...State) []Transition {
	rows := make([]Transition, len(states))
	for i, state := range states {
		rows[i] = Transition{From: state, Event: event, To: state, UnderHold: underHold}
	}
	return rows
}

// Lookup finds the row for an event in a state.
func Lookup(from State, event Event) (Transition, bool) {
	for _, row := range Table() {
		if row.From == from && row.Event == event {
			return row, true
		}
	}
	return Transition{}, false
}
