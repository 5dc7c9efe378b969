package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// How long a change of address can be confirmed, and undone.
const (
	// AddressLinkFor is the life of the link that goes to the new address: it
	// lets nobody in, so it need not be shorter than a night.
	AddressLinkFor = 24 * time.Hour
	// AddressUndoFor is how long whoever reads the address of before can take the
	// change back: longer than a holiday weekend and than RecoveryWait.
	AddressUndoFor = 7 * 24 * time.Hour
)

// AddressStage is how far a change of address has come.
type AddressStage string

const (
	// AddressAsked: a link is on its way to the new address; whoever opens it,
	// signed in as the same person, moves it on.
	AddressAsked AddressStage = "asked"
	// AddressChanged: the new address is the person's. The one before can undo it
	// for AddressUndoFor.
	AddressChanged AddressStage = "changed"
	// AddressStopped: it was stopped before it was confirmed, or another was asked
	// for. Final.
	AddressStopped AddressStage = "stopped"
	// AddressUndone: the address of before is the person's again. Final.
	AddressUndone AddressStage = "undone"
)

// AddressChange is a person's mail address on its way to be another one.
type AddressChange struct {
	ID     string // "adr_…"
	Person lifecycle.PersonID
	Stage  AddressStage
	// LinkHash is the hex SHA-256 of the secret in the link.
	LinkHash string
	// Generation is the person's at the time: what ends every session of theirs
	// ends this, too.
	Generation int64
	// New is the address that was asked for; Old the one before, empty where the
	// person had none.
	New, Old string
	AskedAt  time.Time
	// Until is when the link is too late, or the change can no longer be undone.
	Until   time.Time
	EndedAt time.Time
}

// Open reports whether it can still be confirmed, stopped or undone at now.
func (c AddressChange) Open(now time.Time) bool { return c.EndedAt.IsZero() && now.Before(c.Until) }

// Stoppable reports whether it can be taken back: before it has happened, or
// after it where there was an address before. Else the person would have none,
// and a password that they set since would let nobody in.
func (c AddressChange) Stoppable() bool { return c.Stage == AddressAsked || c.Old != "" }
