package lifecycle

import "fmt"

// State is a unit's place in the lifecycle. A hold is no state; it stands
// over any of them.
type State string

const (
	// StateNone is the state of a unit that is not on record: register and
	// admit start from it.
	StateNone State = ""
	// StateStock: in an organisation's custody and never sold since made. The
	// till moves it on to sold; an owner's bind to bound where the vendor's
	// policy takes a sale as implied; a technician to returned.
	StateStock State = "stock"
	// StateSold: with a customer, and no owner bound. An owner's bind moves it
	// on to bound, a desk to returned, a void to the state before the sale.
	StateSold State = "sold"
	// StateBound: an owner binding is live. Its owner's release or the unit's
	// own hard reset moves it to sold, a desk to returned.
	StateBound State = "bound"
	// StateReturned: taken back and fenced, its reset order open. The reset
	// worker moves it on to reset once every task is proven; a cancel to sold.
	StateReturned State = "returned"
	// StateReset: every task is proven. A validator moves it on to certified;
	// a binding seen or a hard reset back to returned.
	StateReset State = "reset"
	// StateCertified: it may be sold. The till moves it on to sold; a binding
	// seen or a hard reset back to returned.
	StateCertified State = "certified"
	// StateRetired: destroyed or recycled. Final; nothing moves it, and its
	// tombstone stays for ever.
	StateRetired State = "retired"

	// StatePrior stands only in the To column of the table: the state in which
	// the unit was before its last sale.
	StatePrior State = "prior"
)

// States lists every state that a unit on record can be in.
func States() []State {
	return []State{StateStock, StateSold, StateBound, StateReturned, StateReset, StateCertified, StateRetired}
}

// ParseState reads a state at an edge: a database row, a query parameter.
func ParseState(s string) (State, error) {
	for _, state := range States() {
		if s == string(state) {
			return state, nil
		}
	}
	return StateNone, fmt.Errorf("state %q: %w", s, ErrInvalid)
}

// InCustomerHands reports whether a unit in this state is with a customer.
func (s State) InCustomerHands() bool { return s == StateSold || s == StateBound }
