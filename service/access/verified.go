package access

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// Means is how somebody proved who they are.
type Means string

const (
	// MeansPassword is the person's own password.
	MeansPassword Means = "password"
	// MeansPasskey is a passkey whose authenticator verified its user: by
	// finger, face or the device's own PIN.
	MeansPasskey Means = "passkey"
	// MeansOIDC is an OpenID provider that asked its user anew.
	MeansOIDC Means = "oidc"
	// MeansMailLink is a one-time link sent by mail, and nothing else. It lets
	// somebody in and verifies nothing: a mailbox is open on many a screen.
	MeansMailLink Means = "mail-link"
	// MeansPIN is badge and PIN at a station. It verifies nothing.
	MeansPIN Means = "pin"
)

// AllMeans lists every means.
func AllMeans() []Means {
	return []Means{MeansPassword, MeansPasskey, MeansOIDC, MeansMailLink, MeansPIN}
}

// Verifies reports whether the means is enough for an action whose Rule is
// Verified. hasPasskey says that the person has a passkey on record: then their
// password alone is not, or whoever has the password would need no passkey.
func (m Means) Verifies(hasPasskey bool) bool {
	switch m {
	case MeansPasskey, MeansOIDC:
		return true
	case MeansPassword:
		return !hasPasskey
	}
	return false
}

// VerifiedFor is how long a proof is good for actions that ask for a fresh one:
// long enough to read what one is about to do, short enough for a phone that is
// left on a table (OWASP ASVS 5.0, 7.5.3).
const VerifiedFor = 5 * time.Minute

// FreshlyVerified reports whether the person of this session has proved
// themselves just now, by a means that counts.
func (p Principal) FreshlyVerified(hasPasskey bool, now time.Time) bool {
	age := now.Sub(p.VerifiedAt)
	return !p.VerifiedAt.IsZero() && age >= 0 && age < VerifiedFor && p.Means.Verifies(hasPasskey)
}

// ErrUnverified refuses an action whose Rule is Verified to a session whose
// person has not proved themselves just now. It matches lifecycle.ErrForbidden.
var ErrUnverified = fmt.Errorf("not freshly verified: %w", lifecycle.ErrForbidden)
