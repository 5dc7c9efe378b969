package notice

import "time"

// Delivery is a notice on its way, as one process has it under lease.
type Delivery struct {
	Notice  Notice
	Channel Channel
	// Target is the subscription's id, for a push.
	Target string
	// Attempt counts the leases; it fences what a late one reports.
	Attempt int
	FirstAt time.Time
	// Until is when it is given up.
	Until time.Time
	// Address and Language are the person's, for a mail.
	Address  string
	Language string
	// RetryAt is, where the address has bounced, when it is tried again; zero
	// where it has not.
	RetryAt time.Time
	// Subscription is where a push goes; nil: it is dead.
	Subscription *Subscription
}

// Outcome is how a delivery ended.
type Outcome string

const (
	// OutcomeSent: the next hop has it.
	OutcomeSent Outcome = "sent"
	// OutcomeBounced: the address is none, or takes no mail.
	OutcomeBounced Outcome = "bounced"
	// OutcomeExpired: it was of no more use before it could be sent.
	OutcomeExpired Outcome = "expired"
	// OutcomeGone: there is nobody, or no browser, to send it to.
	OutcomeGone Outcome = "gone"
	// OutcomeRefused: what we sent was refused for itself, not for its reader.
	OutcomeRefused Outcome = "refused"
)

// Result is what came of an attempt.
type Result struct {
	// Outcome is empty where it is tried again, at Next.
	Outcome Outcome
	Next    time.Time
	// Code is what the other side said: an enhanced status code (RFC 3463) or a
	// code of ours. Never its text, which may repeat the address.
	Code string
	// RetryAt is, with OutcomeBounced, when the address is tried again.
	RetryAt time.Time
	// Forget: the push service says that the subscription is no more.
	Forget bool
}

// Standing is how mail to a person fares.
type Standing struct {
	// Language is what the person reads, as they last chose it.
	Language string
	// BouncedAt is since when their present address takes no mail; zero: it does.
	BouncedAt time.Time
	Code      string
	RetryAt   time.Time
}
