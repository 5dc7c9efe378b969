package access

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
)

// ConsentAsk is a question to an owner: may this agent see this unit? An agent
// asks by the unit's serial; or the owner begins, by a code that the agent types.
type ConsentAsk struct {
	ID    string           // "ask_…"
	Unit  lifecycle.UnitID // NoUnit where the agent named none that has an owner
	Epoch lifecycle.Epoch
	Owner lifecycle.PersonID // empty where nobody is asked
	Agent lifecycle.PersonID // empty while an owner's code waits to be typed
	Org   lifecycle.OrgID
	Terms ConsentTerms
	// CodeHash is the hex SHA-256 of the owner's code; empty where the agent began.
	CodeHash  string
	MadeAt    time.Time
	ExpiresAt time.Time
	EndedAt   time.Time // zero while it waits
	Outcome   AskOutcome
	Key       lifecycle.UnitKey // as its owner has it; filled when it is read
	Model     string
}

// NoUnit stands for a unit that is not on record, or has no owner to be asked:
// such a question is kept like any other.
const NoUnit = lifecycle.UnitID("unt_none")

// Waits reports whether the owner can still answer.
func (a ConsentAsk) Waits(now time.Time) bool {
	return a.EndedAt.IsZero() && now.Before(a.ExpiresAt) && a.Agent != ""
}

// AskOutcome is what became of a question.
type AskOutcome string

const (
	// AskGiven: the owner consented.
	AskGiven AskOutcome = "given"
	// AskRefused: the owner said no.
	AskRefused AskOutcome = "refused"
	// AskReplaced: a newer one took its place.
	AskReplaced AskOutcome = "replaced"
)

// HeldConsent is a consent with the unit that it is about, and why it is over.
type HeldConsent struct {
	Consent
	Key   lifecycle.UnitKey
	Model string
	Over  ConsentEnd // empty while it stands
}

// ConsentCodeLength is how many characters an owner reads out: 50 random bits,
// for a quarter of an hour.
const ConsentCodeLength = 10

// ConsentCodeHash is by what an owner's code is found, however it was typed.
func ConsentCodeHash(code string) string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == ' ':
			return -1
		case 'a' <= r && r <= 'z':
			return r + 'A' - 'a'
		}
		return r
	}, code)
	return fmt.Sprintf("%x", sha256.Sum256([]byte("quitclaim/consent-code/v1\n"+folded)))
}
