package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// AccessReason is what an agent attests to look for. The list is closed: what
// is on it is what support is for.
type AccessReason string

const (
	// ReasonFault: the owner reports that it does not work.
	ReasonFault AccessReason = "fault"
	// ReasonSetUp: the owner is setting it up.
	ReasonSetUp AccessReason = "set-up"
	// ReasonConnection: it loses its connection, or a cloud does not know it.
	ReasonConnection AccessReason = "connection"
	// ReasonSecurity: the owner believes that somebody else uses it.
	ReasonSecurity AccessReason = "security"
	// ReasonRecording: the owner asks about a recording of theirs.
	ReasonRecording AccessReason = "recording"
)

// AccessReasons lists every reason.
func AccessReasons() []AccessReason {
	return []AccessReason{ReasonFault, ReasonSetUp, ReasonConnection, ReasonSecurity, ReasonRecording}
}

// Suits reports whether one may look for this under a consent of the purpose: to
// look at recordings is another permission.
func (r AccessReason) Suits(purpose ConsentPurpose) bool {
	return r != ReasonRecording || purpose == ConsentForReview
}

// What an access reads.
const (
	ShownUnit       = "unit"       // state, firmware, last contact
	ShownClouds     = "clouds"     // which, and whether they answer
	ShownTasks      = "tasks"      // of its open reset order
	ShownRecordings = "recordings" // whether there are any, and from when
)

// ShownFor is what an access for a purpose reads.
func ShownFor(purpose ConsentPurpose) []string {
	if purpose == ConsentForReview {
		return []string{ShownUnit, ShownClouds, ShownTasks, ShownRecordings}
	}
	return []string{ShownUnit, ShownClouds, ShownTasks}
}

// NoConsent is what an attempt under a consent that is none is an attempt at.
const NoConsent = "cns_none"

// Access is one look at an owner's unit, or an attempt that was refused. It is
// on the ledger before anything is shown.
type Access struct {
	ID      string             `json:"id"` // "acc_…"
	Consent string             `json:"consent"`
	Unit    lifecycle.UnitID   `json:"unit"`
	Epoch   lifecycle.Epoch    `json:"epoch"`
	Owner   lifecycle.PersonID `json:"owner,omitempty"` // empty where an attempt led to nobody
	Agent   lifecycle.PersonID `json:"agent"`
	Org     lifecycle.OrgID    `json:"org"`
	At      time.Time          `json:"at"`
	Until   time.Time          `json:"until"`
	For     ConsentPurpose     `json:"purpose,omitempty"`
	Reason  AccessReason       `json:"reason"`
	Shown   []string           `json:"shown,omitempty"`
	Refused ConsentEnd         `json:"refused,omitempty"` // why; empty: it was let in
	Note    string             `json:"-"`                 // the agent's own words, sealed for the owner
	Entry   string             `json:"-"`                 // its entry on the ledger
	Index   int64              `json:"-"`                 // and that one's place
	Key     lifecycle.UnitKey  `json:"-"`
	Model   string             `json:"-"`
}

// Over says why nothing more is shown under the access; empty while something
// is.
func (a Access) Over(c Consent, f ConsentFacts, now time.Time) ConsentEnd {
	if a.Refused != "" {
		return a.Refused
	}
	if now.Before(a.At) || !now.Before(a.Until) {
		return ConsentExpired
	}
	return c.Over(f, now)
}

// View is what may be shown under an access: the unit as it is now, unless it
// is over.
type View struct {
	Access
	Consent Consent
	Over    ConsentEnd
	Unit    lifecycle.Snapshot // zero when it is over
}
