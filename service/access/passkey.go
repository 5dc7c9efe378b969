package access

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Passkey is one WebAuthn credential of a person.
type Passkey struct {
	ID             string // "psk_…"
	Person         lifecycle.PersonID
	Name           string   // what its person calls it
	Credential     []byte   // the id that its authenticator gave it
	PublicKey      []byte   // COSE_Key (RFC 9052 section 7)
	Transports     []string // how browsers reach it
	AAGUID         []byte   // the authenticator's model, zeros where it does not say
	BackupEligible bool     // it may be copied between devices of its person; never changes
	BackedUp       bool
	Counter        uint32 // zero for authenticators that do not count
	CreatedAt      time.Time
	UsedAt         time.Time // zero while it was never used
	DisabledAt     time.Time // zero while it is good; a counter went backwards
}

// Stands reports whether the passkey may be used.
func (p Passkey) Stands() bool { return p.DisabledAt.IsZero() }

// Counts reports whether next may follow on the passkey's counter (WebAuthn
// Level 3 section 6.1.1): both zero, or higher than before. Anything else says
// that the key is in two places.
func (p Passkey) Counts(next uint32) bool {
	return next > p.Counter || next == 0 && p.Counter == 0
}

// Limits of passkeys.
const (
	// MaxPasskeys is how many a person may have.
	MaxPasskeys = 20
	// MaxPasskeyName is how long a name may be, in bytes.
	MaxPasskeyName = 60
)

// ErrCloned is the use of a passkey whose counter went backwards: there are two
// of it. It matches lifecycle.ErrUnauthenticated.
var ErrCloned = fmt.Errorf("passkey counter went backwards: %w", lifecycle.ErrUnauthenticated)

// PasskeySignature is a person's signature over bytes of ours, by a passkey
// that verified its user. With the challenge it can be verified by anybody,
// offline and later (passkey.Verify).
type PasskeySignature struct {
	Credential        []byte `json:"credential"`
	PublicKey         []byte `json:"public_key"` // as it was enrolled: the passkey may be removed later
	AuthenticatorData []byte `json:"authenticator_data"`
	ClientData        []byte `json:"client_data"`
	Signature         []byte `json:"signature"`

	At time.Time `json:"at"`
}

// Purpose is what a WebAuthn ceremony is for; a challenge of one is nothing in
// another.
type Purpose string

const (
	// PurposeEnrol adds a passkey.
	PurposeEnrol Purpose = "enrol"
	// PurposeSignIn finds out who comes.
	PurposeSignIn Purpose = "sign-in"
	// PurposeVerify is a person who proves themselves anew.
	PurposeVerify Purpose = "verify"
	// PurposeSign signs bytes of ours.
	PurposeSign Purpose = "sign"
)

// Ceremony is a WebAuthn ceremony that has begun. It is taken once.
type Ceremony struct {
	KeyHash   string // hex SHA-256 of what its browser has, or of what is to be signed
	Purpose   Purpose
	Person    lifecycle.PersonID // empty at sign-in
	Data      []byte             // sealed by the store
	ExpiresAt time.Time
}
