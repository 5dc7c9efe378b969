package access

import (
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
)

// RecoveryWait is how long who has lost all but the mailbox waits, so that
// whoever has more can say that it was not them.
const RecoveryWait = 72 * time.Hour

// RecoveryLook is how often a wait looks whether its warning has left by now, and
// RecoveryPatience for how long: after that the recovery ends, and another can be
// asked for.
const (
	RecoveryLook     = 15 * time.Minute
	RecoveryPatience = 30 * 24 * time.Hour
)

// RewarnAfter is how long a warning has to get through before who waits may have
// it sent again.
const RewarnAfter = time.Hour

// RecoveryGrace is how long a recovery that has waited can be used.
const RecoveryGrace = 7 * 24 * time.Hour

// RecoveryStage is how far a waiting recovery has come.
type RecoveryStage string

const (
	// RecoveryBegun: the first warning is queued; half of the wait after it was
	// told it moves on.
	RecoveryBegun RecoveryStage = "begun"
	// RecoveryHalf: the second warning is queued; the other half of the wait after
	// that was told it moves on.
	RecoveryHalf RecoveryStage = "half"
	// RecoveryReady: the wait is over; a new mailed link sets a new password.
	RecoveryReady RecoveryStage = "ready"
	// RecoveryDone: a new password was set. Final.
	RecoveryDone RecoveryStage = "done"
	// RecoveryStopped: a sign-in or the person themselves ended it, or it was not
	// used in time. Final.
	RecoveryStopped RecoveryStage = "stopped"
)

// Recovery is the wait of who has nothing left but the mailbox.
type Recovery struct {
	ID        string // "rcv_…"
	Person    lifecycle.PersonID
	Stage     RecoveryStage
	StartedAt time.Time
	// WarnedAt is when the warning of this stage was queued; zero: with the stage.
	WarnedAt time.Time
	NextAt   time.Time // when it is looked at again
	EndedAt  time.Time // zero while it stands
}

// BeginRecovery is a wait that begins now.
func BeginRecovery(id string, now time.Time) Recovery {
	return Recovery{ID: id, Stage: RecoveryBegun, StartedAt: now, WarnedAt: now, NextAt: now.Add(RecoveryWait / 2)}
}

// Warning names the warning that this stage counts from.
func (r Recovery) Warning() string {
	text := "recovery " + r.ID + " " + string(r.Stage)
	if !r.WarnedAt.IsZero() {
		text += " " + strconv.FormatInt(r.WarnedAt.UnixMilli(), 10)
	}
	return text
}

// Ready is when its wait is over, at the earliest, if its warning was told at
// told; zero: it was not yet, and might be now.
func (r Recovery) Ready(told, now time.Time) time.Time {
	if told.IsZero() {
		told = now
	}
	if r.Stage == RecoveryHalf {
		return told.Add(RecoveryWait / 2)
	}
	return told.Add(RecoveryWait)
}

// Next is the recovery once NextAt has come, at now. Its warning was told at
// told: a mail server has it, or its person has read it; zero: neither, and the
// wait has not begun. So after each warning there is half of the wait to answer
// it, however late it left. What is over stays as it is.
func (r Recovery) Next(now, told time.Time) Recovery {
	switch {
	case r.Stage == RecoveryReady:
		r.Stage, r.NextAt, r.EndedAt = RecoveryStopped, now, now
	case r.Stage != RecoveryBegun && r.Stage != RecoveryHalf:
	case told.IsZero() && now.Sub(r.StartedAt) >= RecoveryPatience:
		r.Stage, r.NextAt, r.EndedAt = RecoveryStopped, now, now
	case told.IsZero():
		r.NextAt = now.Add(RecoveryLook)
	case now.Before(told.Add(RecoveryWait / 2)):
		r.NextAt = told.Add(RecoveryWait / 2)
	case r.Stage == RecoveryBegun:
		r.Stage, r.WarnedAt, r.NextAt = RecoveryHalf, now, now.Add(RecoveryWait/2)
	default:
		r.Stage, r.WarnedAt, r.NextAt = RecoveryReady, now, now.Add(RecoveryGrace)
	}
	return r
}

// Factors is what a person has to sign in with, beside the mailbox.
type Factors struct {
	Password   bool
	Passkeys   int
	Identities int // at vendors' accounts or an organisation's provider
	Providers  int // of these, at providers that still let people in
}

// Strong reports whether there is one that a mailed link and a password must
// not go round.
func (f Factors) Strong() bool { return f.Passkeys > 0 || f.Identities > 0 }

// MailboxMakes reports whether the mailbox is part of what made the account: who
// chose a password came in by it. Who came by a provider has given an address to
// be told things, and that must not become a way round the provider, as long as
// there is one (decision 0033).
func (f Factors) MailboxMakes() bool { return f.Password || f.Providers == 0 }

// Recovered is what the last step of a recovery changes. Every session of the
// person ends with it.
type Recovered struct {
	// PasswordHash is the new password's; empty: the password stays.
	PasswordHash string
	// Passkeys: all of theirs end, for they are lost.
	Passkeys bool
	// Waited: the step hangs on a wait, which must be over.
	Waited bool
	// Proved: the person has just proved themselves by what is stronger than a
	// password. A new password without this and without Waited is only for who has
	// nothing stronger.
	Proved bool
}
