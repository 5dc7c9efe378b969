package cloud

import (
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// Link is one account that a cloud holds to be bound to the unit.
type Link struct {
	// AccountHash is a keyed hash of the cloud's account: the same account has
	// the same hash for every unit of the cloud.
	AccountHash string
	Kind        lifecycle.BindingKind
	// Since is when it was bound; zero where the cloud does not say.
	Since time.Time
}

// OlderThan reports whether the link may be of before the instant. A link
// without a date may be.
func (l Link) OlderThan(instant time.Time) bool {
	return l.Since.IsZero() || l.Since.Before(instant)
}

// Inventory is every link that stands now.
type Inventory struct {
	Links []Link
}

// Has reports whether the same account stands in the inventory in the same
// kind.
func (i Inventory) Has(accountHash string, kind lifecycle.BindingKind) bool {
	return slices.ContainsFunc(i.Links, func(l Link) bool { return l.AccountHash == accountHash && l.Kind == kind })
}

// Eligibility is a cloud's word on whether it can let go of a unit.
type Eligibility string

const (
	// Eligible: nothing stands in the way.
	Eligible Eligibility = "eligible"
	// SideEffects: it can, and something else happens with it.
	SideEffects Eligibility = "side-effects"
	// Blocked: something else must end first.
	Blocked Eligibility = "blocked"
)

// Preflight is what a cloud says would happen.
type Preflight struct {
	Eligibility Eligibility
	// Blockers are codes of what stands in the way, never text of the cloud.
	Blockers []string
}

// Notice is a cloud's receipt for a message that it took on.
type Notice struct {
	// ID is empty where the cloud did not take it on.
	ID string
}

// Span says whether there are any of something, and of when the oldest and
// the newest are. A zero instant in a Span that has Any: not known.
type Span struct {
	Any            bool
	Oldest, Newest time.Time
}

// OlderThan reports whether one of them may be of before the instant.
func (s Span) OlderThan(instant time.Time) bool {
	return s.Any && (s.Oldest.IsZero() || s.Oldest.Before(instant))
}

// Kept is whether a cloud still has recordings, within reach or not.
type Kept string

const (
	// KeptUnknown: it does not say.
	KeptUnknown Kept = ""
	// KeptNone: none of the time that was asked about.
	KeptNone Kept = "none"
	// KeptSome: some of that time.
	KeptSome Kept = "some"
)

// Probe is what a cloud still lets through, found out by asking again.
type Probe struct {
	Links      []Link
	Sessions   Span // that run now, by when they began
	Recordings Span // within reach through the unit, by when they were made
	Kept       Kept // of those made from the request's From until its Before
	// CredentialAt is when the unit's present credential with the cloud was
	// made; zero where the cloud does not say.
	CredentialAt time.Time
	// CredentialRefused reports that the old credential was really tried, and
	// refused. A cloud that cannot try never says so.
	CredentialRefused bool
}

// Dark reports that nobody is bound, nothing runs and nothing is within reach.
func (p Probe) Dark() bool { return len(p.Links) == 0 && !p.Sessions.Any && !p.Recordings.Any }
