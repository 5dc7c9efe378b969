package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// LinkKind says what a mailed link is for.
type LinkKind string

const (
	// LinkSignUp shows that an address is whose who signed up with it.
	LinkSignUp LinkKind = "sign-up"
	// LinkSignIn is the second of two things for who has no passkey.
	LinkSignIn LinkKind = "sign-in"
	// LinkRecover is for who has lost the others.
	LinkRecover LinkKind = "recover"
)

// How long mailed links last, and how often the code of one may be typed wrong.
const (
	// MailLinkFor is the life of a link: OWASP ASVS 5.0 section 6.5.5 allows out
	// of band secrets ten minutes.
	MailLinkFor = 10 * time.Minute
	// SignUpLinkFor is longer: it lets nobody into anything that is there.
	SignUpLinkFor = 24 * time.Hour
	// MaxWrongCodes of six digits make a guess right once in 200,000 links.
	MaxWrongCodes = 5
)

// MailLink is a one-time link that is mailed. It counts in the browser that
// asked for it; opened in another it shows a code to type there.
type MailLink struct {
	Hash string // hex SHA-256 of the secret in the link
	Kind LinkKind
	// Person is whose it is; empty: it was asked for in vain, and nobody has it.
	Person lifecycle.PersonID
	// Generation is the person's at the time: a link is dead once a factor or
	// every session of theirs was ended.
	Generation int64
	// Browser is the hex SHA-256 of the secret in the cookie of the browser that
	// asked.
	Browser string
	// PasswordHash is what a sign-up begins with. It is in the link and not with
	// the person: of two who sign up with one address, whose link is opened wins.
	PasswordHash string
	MadeAt       time.Time
	ExpiresAt    time.Time
	ProvenAt     time.Time // a recovery's: opened, and its last step not yet taken
}

// RecoveryWait is how long who has lost all but the mailbox waits, so that
// whoever has more can say that it was not them.
const RecoveryWait = 72 * time.Hour

// RecoveryGrace is how long a recovery that has waited can be used.
const RecoveryGrace = 7 * 24 * time.Hour

// RecoveryStage is how far a waiting recovery has come.
type RecoveryStage string

const (
	// RecoveryBegun: the first notice is out; at half of the wait it moves on.
	RecoveryBegun RecoveryStage = "begun"
	// RecoveryHalf: the second notice is out; at the end of the wait it moves on.
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
	NextAt    time.Time // when it moves on
	EndedAt   time.Time // zero while it stands
}

// Ready is when its wait is over, at the earliest.
func (r Recovery) Ready() time.Time {
	if r.Stage == RecoveryHalf {
		return r.NextAt
	}
	return r.StartedAt.Add(RecoveryWait)
}

// Next is the recovery once NextAt has come, at now. A step that came late, for
// nobody was there to take it, moves those after it: after each notice there is
// half of the wait to answer it. What is over stays as it is.
func (r Recovery) Next(now time.Time) Recovery {
	switch r.Stage {
	case RecoveryBegun:
		r.Stage, r.NextAt = RecoveryHalf, now.Add(RecoveryWait/2)
	case RecoveryHalf:
		r.Stage, r.NextAt = RecoveryReady, now.Add(RecoveryGrace)
	case RecoveryReady:
		r.Stage, r.NextAt, r.EndedAt = RecoveryStopped, now, now
	}
	return r
}

// BeginRecovery is a wait that begins now.
func BeginRecovery(id string, now time.Time) Recovery {
	return Recovery{ID: id, Stage: RecoveryBegun, StartedAt: now, NextAt: now.Add(RecoveryWait / 2)}
}

// Factors is what a person has to sign in with, beside the mailbox.
type Factors struct {
	Password   bool
	Passkeys   int
	Identities int // at vendors' accounts or an organisation's provider
}

// Strong reports whether there is one that a mailed link and a password must
// not go round.
func (f Factors) Strong() bool { return f.Passkeys > 0 || f.Identities > 0 }

// Recovered is what the last step of a recovery changes. Every session of the
// person ends with it.
type Recovered struct {
	// PasswordHash is the new password's; empty: the password stays.
	PasswordHash string
	// Passkeys: all of theirs end, for they are lost.
	Passkeys bool
	// Waited: the step hangs on a wait, which must be over.
	Waited bool
}
