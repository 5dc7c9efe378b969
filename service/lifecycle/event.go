package lifecycle

// Event is something that happens to a unit: a command, which may be refused,
// or a fact, which never is.
type Event string

// The commands.
const (
	EventRegister     Event = "register"      // a vendor puts a new unit on record
	EventAdmit        Event = "admit"         // a desk takes in a unit that nobody knows
	EventConfirm      Event = "confirm"       // the vendor confirms the serial of an admitted unit
	EventSell         Event = "sell"          // a till records a sale
	EventVoid         Event = "void"          // a till takes a sale of the same day back
	EventReturnSealed Event = "return-sealed" // a desk takes back a box that was never opened
	EventBind         Event = "bind"          // an owner binds, with proof of a fresh credential
	EventBindPending  Event = "bind-pending"  // an owner binds before the unit has reported a credential
	EventUnbind       Event = "unbind"        // an owner ends a binding that is not the owner's own
	EventRelease      Event = "release"       // an owner lets go
	EventShare        Event = "share"         // an owner invites somebody of the household
	EventJoin         Event = "join"          // who was invited accepts
	EventExpire       Event = "expire"        // an offer, an invitation or a share has come to its end by itself
	EventOffer        Event = "offer"         // an owner offers a transfer
	EventDecline      Event = "decline"       // an offer is refused, withdrawn or found expired
	EventTransfer     Event = "transfer"      // the recipient accepts
	EventReturn       Event = "return"        // a desk takes a unit back: the fence
	EventVouch        Event = "vouch"         // the authority of an open return becomes better
	EventCancel       Event = "cancel"        // a return turns out to be a mistake
	EventAttest       Event = "attest"        // a person at the bench vouches for a task or a check
	EventWaive        Event = "waive"         // two people give up a task of a cloud that is gone
	EventProgress     Event = "progress"      // the worker asked a cloud, or proved a task
	EventProve        Event = "prove"         // every task of the order is proven
	EventCertify      Event = "certify"       // a validator certifies
	EventReopen       Event = "reopen"        // a sweep or a validator sends it back
	EventRetire       Event = "retire"        // two people end it for ever
	EventHold         Event = "hold"          // a hold is placed
	EventLift         Event = "lift"          // a hold is lifted
	EventContest      Event = "contest"       // a former owner contests an end they did not ask for
	EventDelete       Event = "delete"        // a former owner, or the date they were told, has clouds delete
	EventShip         Event = "ship"          // the custodian hands it to a carrier
	EventReceive      Event = "receive"       // the next custodian has it
)

// The facts.
const (
	EventContactSeen   Event = "contact-seen"    // the unit spoke to us and signed it
	EventBindConfirmed Event = "bind-confirmed"  // the unit reported the credential that a pending binding named
	EventHardResetSeen Event = "hard-reset-seen" // the unit reports a hard reset
	EventBindingSeen   Event = "binding-seen"    // a cloud reports a binding that is not ours
)

// Events lists every event, commands first.
func Events() []Event {
	return append([]Event{
		EventRegister, EventAdmit, EventConfirm, EventSell, EventVoid, EventReturnSealed, EventBind,
		EventBindPending, EventUnbind,
		EventRelease, EventShare, EventJoin, EventExpire, EventOffer, EventDecline, EventTransfer, EventReturn, EventVouch, EventCancel, EventAttest,
		EventWaive, EventProgress, EventProve, EventCertify, EventReopen, EventRetire, EventHold, EventLift,
		EventContest, EventDelete, EventShip, EventReceive,
	}, Facts()...)
}

// Facts lists the events that are never refused: every state has a row for
// each of them. (bind-confirmed is what a contact-seen becomes where a pending
// binding waits for it, so only those states have a row.)
func Facts() []Event {
	return []Event{EventContactSeen, EventBindConfirmed, EventHardResetSeen, EventBindingSeen}
}
