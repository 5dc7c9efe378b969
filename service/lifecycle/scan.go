package lifecycle

import "time"

// Answer is what a scan gets: it only looks, and changes nothing.
type Answer struct {
	Verdict Verdict
	Reasons []Reason
	// AsOf is how fresh the word of the clouds is; zero where none was asked.
	AsOf time.Time
	Next []NextAction
}

type verdictRow struct {
	state   State
	purpose Purpose
	verdict Verdict
	code    string // why, or what a clear verdict says
}

// verdictTable is DESIGN section 3's table of verdicts by purpose. Holds stand
// over all of it, and so does another organisation's custody. It is an array
// because every scan walks it, and a slice would be built on the heap each time.
func verdictTable() [21]verdictRow {
	return [...]verdictRow{
		{StateStock, PurposeReturn, VerdictRefused, "scan.not-sold"},
		{StateStock, PurposeSale, VerdictClear, "scan.sellable"},
		{StateStock, PurposeBench, VerdictRefused, "scan.nothing-to-reset"},
		{StateSold, PurposeReturn, VerdictClear, "scan.nobody-bound"},
		{StateSold, PurposeSale, VerdictRefused, "scan.already-sold"},
		{StateSold, PurposeBench, VerdictRefused, "scan.take-back-first"},
		{StateBound, PurposeReturn, VerdictBound, "scan.bound"},
		{StateBound, PurposeSale, VerdictRefused, "scan.already-sold"},
		{StateBound, PurposeBench, VerdictBound, "scan.bound"},
		{StateReturned, PurposeReturn, VerdictRefused, "scan.already-returned"},
		{StateReturned, PurposeSale, VerdictRefused, "scan.not-certified"},
		{StateReturned, PurposeBench, VerdictClear, "scan.in-reset"},
		{StateReset, PurposeReturn, VerdictRefused, "scan.already-returned"},
		{StateReset, PurposeSale, VerdictRefused, "scan.not-certified"},
		{StateReset, PurposeBench, VerdictClear, "scan.reset"},
		{StateCertified, PurposeReturn, VerdictRefused, "scan.not-sold"},
		{StateCertified, PurposeSale, VerdictClear, "scan.sellable"},
		{StateCertified, PurposeBench, VerdictClear, "scan.certified"},
		{StateRetired, PurposeReturn, VerdictRefused, "scan.retired"},
		{StateRetired, PurposeSale, VerdictRefused, "scan.retired"},
		{StateRetired, PurposeBench, VerdictRefused, "scan.retired"},
	}
}

// Scan gives the verdict on a unit for a purpose. The first reason is the one
// sentence of the screen; the others say what else stands in the way.
func Scan(s Snapshot, purpose Purpose, actor Actor, now time.Time) Answer {
	if !Sees(s, actor) {
		return Answer{Verdict: VerdictRefused, Reasons: []Reason{{Code: "scan.other-stock"}}}
	}
	answer := judge(s, purpose, now)
	answer.Next = NextActions(s, actor, now)
	if holds := s.StandingHolds(); len(holds) > 0 {
		answer.Verdict, answer.Reasons, answer.Next = VerdictHeld, []Reason{{Code: "scan.held"}}, nil
		for _, hold := range holds {
			if hold.Contested() {
				answer.Reasons = append(answer.Reasons, hold.Reason(actor)) // until when it waits
			}
		}
	}
	return answer
}

// judge is the verdict as if no hold stood.
func judge(s Snapshot, purpose Purpose, now time.Time) Answer {
	answer := Answer{Verdict: VerdictUnknown, Reasons: []Reason{{Code: "scan.unknown"}}}
	for _, row := range verdictTable() {
		if row.state == s.Unit.State && row.purpose == purpose {
			answer.Verdict, answer.Reasons = row.verdict, []Reason{{Code: row.code}}
		}
	}
	if purpose == PurposeSale {
		answer = forSale(answer, s, now)
	}
	return answer
}

func forSale(answer Answer, s Snapshot, now time.Time) Answer {
	if s.Unit.State == StateCertified {
		answer.AsOf = s.AsOf()
	}
	var against []Reason
	switch s.Unit.State {
	case StateStock, StateCertified:
		against = saleReasons(s, now, 0)
	case StateReturned, StateReset:
		against = missingForSale(s, now)
	}
	if len(against) == 0 {
		return answer
	}
	if answer.Verdict == VerdictClear {
		answer.Verdict, answer.Reasons = VerdictRefused, nil
	}
	answer.Reasons = append(answer.Reasons, against...)
	return answer
}

// missingForSale says what a unit still needs, whoever certifies it.
func missingForSale(s Snapshot, now time.Time) []Reason {
	if s.Return == nil || s.Order == nil {
		return nil
	}
	return append(authorityReasons(s, now), proofReasons(s)...)
}

// SaleAnswer is the answer to "may this be sold?": every reason for which the
// sale itself would be refused, holds by kind among them.
func SaleAnswer(s Snapshot, actor Actor, now time.Time) Answer {
	answer := Scan(s, PurposeSale, actor, now)
	if answer.Verdict == VerdictHeld {
		answer.Reasons = nil
		for _, hold := range s.StandingHolds() {
			answer.Reasons = append(answer.Reasons, hold.Reason(actor))
		}
		if besides := judge(s, PurposeSale, now); besides.Verdict != VerdictClear {
			answer.Reasons = append(answer.Reasons, besides.Reasons...)
		}
	}
	return answer
}

// Sees reports whether a desk, till or bench of the actor's organisation may
// be told about the unit: it has the unit, or a customer does. A unit that was
// admitted and is not confirmed is its organisation's alone.
func Sees(s Snapshot, actor Actor) bool {
	if actor.Org == "" {
		return false
	}
	return s.Unit.Custody == "" || s.Unit.Custody == actor.Org || SentTo(s, actor.Org)
}

// SentTo reports whether the unit is on its way to the organisation.
func SentTo(s Snapshot, org OrgID) bool {
	return org != "" && s.Shipment != nil && s.Shipment.ReceivedAt.IsZero() && s.Shipment.To == org
}

// NextAction is what an actor can do with a unit now: the dispatcher between
// the rooms, which never call each other.
type NextAction string

const (
	NextTakeBack  NextAction = "take-back"     // take it back: the fence
	NextSealed    NextAction = "return-sealed" // back to stock, its seal is whole
	NextSell      NextAction = "sell"          // record its sale
	NextVoid      NextAction = "void"          // take its sale of today back
	NextCancel    NextAction = "cancel"        // its return was a mistake
	NextFollow    NextAction = "follow"        // watch the order proceed
	NextBench     NextAction = "bench"         // work the checklist
	NextCertify   NextAction = "certify"       // certify its reset
	NextShip      NextAction = "ship"          // hand it to a carrier
	NextReceive   NextAction = "receive"       // it has arrived
	NextRetire    NextAction = "retire"        // end it for ever
	NextBind      NextAction = "bind"          // become its owner
	NextRelease   NextAction = "release"       // let it go
	NextOffer     NextAction = "offer"         // offer it to somebody
	NextStolen    NextAction = "stolen"        // mark it stolen
	NextContest   NextAction = "contest"       // object to an end
	NextCancelOwn NextAction = "cancel-own"    // its return was a mistake, it is at home
)

// NextActions lists what the actor can do with the unit now, the most likely
// first. It promises nothing: the command's own guard decides.
func NextActions(s Snapshot, actor Actor, now time.Time) []NextAction {
	if actor.Org == "" {
		return ownerActions(s, actor, now)
	}
	if SentTo(s, actor.Org) {
		return []NextAction{NextReceive}
	}
	var next []NextAction
	add := func(condition bool, action NextAction) {
		if condition {
			next = append(next, action)
		}
	}
	clerk, technician, validator := actor.Has(RoleClerk), actor.Has(RoleTechnician), actor.Has(RoleValidator)
	here := s.Unit.Custody == actor.Org
	sold := s.Unit.State.InCustomerHands()
	open := s.Unit.State == StateReturned || s.Unit.State == StateReset
	held := len(s.StandingHolds()) > 0
	add((clerk || technician) && sold, NextTakeBack)
	unused := s.Unit.State == StateSold && !held && len(touched(s)) == 0
	add(clerk && unused, NextSealed)
	add(clerk && unused && s.Sale.Org == actor.Org && now.Sub(s.Sale.RecordedAt) < VoidFor, NextVoid)
	add(clerk && here && !held && len(saleReasons(s, now, 0)) == 0 && (s.Unit.State == StateStock || s.Unit.State == StateCertified), NextSell)
	add(technician && here && open, NextBench)
	add(validator && here && s.Unit.State == StateReset && !held, NextCertify)
	add(here && open, NextFollow)
	add((clerk || technician) && here && !held && s.Unit.State != StateRetired && !s.inTransit(), NextShip)
	add(clerk && here && s.Unit.State == StateReturned && !held && s.Return != nil && s.Return.From.InCustomerHands(), NextCancel)
	add(technician && here && (s.Unit.State == StateStock || s.Unit.State == StateCertified), NextTakeBack)
	add((technician || validator) && here && open && !held, NextRetire)
	return next
}

func ownerActions(s Snapshot, actor Actor, now time.Time) []NextAction {
	if requireOwner(s, actor) == nil {
		return []NextAction{NextRelease, NextOffer, NextStolen}
	}
	var next []NextAction
	if mayBindAgain(s, actor) {
		next = append(next, NextBind)
	}
	if s.Return != nil && s.Return.FormerOwner == actor.Person && s.Unit.State == StateReturned {
		next = append(next, NextCancelOwn)
	}
	if mayContest(s, actor, now) {
		next = append(next, NextContest)
	}
	return next
}

// mayBindAgain: the unit is theirs by a claim, or their return was cancelled
// and nothing came since. Nobody else is told that a unit waits for an owner.
func mayBindAgain(s Snapshot, actor Actor) bool {
	if s.Unit.State != StateSold || actor.Person == "" {
		return false
	}
	cancelled := s.Return != nil && s.Return.FormerOwner == actor.Person && !s.Return.CancelledAt.IsZero() &&
		s.Unit.EpochBy == EventCancel && s.Unit.EpochAt.Equal(s.Return.CancelledAt)
	return cancelled || s.Unit.Claim == actor.Person
}
