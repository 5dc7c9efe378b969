package access

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
)

// ConsentPurpose is the one thing that a consent is for (DESIGN rule 12).
type ConsentPurpose string

const (
	// ConsentForLive is help with the unit as it is now: its state, and what the
	// clouds say of it.
	ConsentForLive ConsentPurpose = "live-support"
	// ConsentForReview is the review of recordings, named by the time in which
	// they were made.
	ConsentForReview ConsentPurpose = "review"
)

// ConsentPurposes lists every purpose.
func ConsentPurposes() []ConsentPurpose { return []ConsentPurpose{ConsentForLive, ConsentForReview} }

// Times of consents.
const (
	// ConsentMost is the longest that a consent holds (DESIGN rule 12).
	ConsentMost = 24 * time.Hour
	// ConsentAskFor is how long an agent's question waits for its owner.
	ConsentAskFor = 24 * time.Hour
	// ConsentCodeFor is how long the code waits that an owner reads out, and then
	// the question that it became: they are on the telephone.
	ConsentCodeFor = 15 * time.Minute
	// ConsentSignFor is how old the beginning of a consent may be when it is
	// signed: as long as a passkey's challenge lives.
	ConsentSignFor = 5 * time.Minute
	// AccessFor is how long one access lasts: then the agent says anew what for.
	AccessFor = 15 * time.Minute
)

// ConsentTerms is what an agent asks for.
type ConsentTerms struct {
	Purpose ConsentPurpose `json:"purpose"`
	// Hours is how long the consent is to hold, 1 to 24.
	Hours int64 `json:"hours"`
	// From and To name recordings by when they were made; both zero for live
	// support.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Case is the agent's own case number; sealed where it is stored.
	Case string `json:"case"`
}

// Check is every mistake in the terms, nil where there is none.
func (t ConsentTerms) Check() *lifecycle.Invalid {
	var wrong lifecycle.Invalid
	if !slices.Contains(ConsentPurposes(), t.Purpose) {
		wrong.Add("purpose", "consent.purpose-unknown")
	}
	if t.Hours < 1 || t.Hours > int64(ConsentMost/time.Hour) {
		wrong.Add("hours", "consent.hours-1-to-24")
	}
	switch named := !t.From.IsZero() && t.From.Before(t.To); {
	case t.Purpose == ConsentForReview && !named:
		wrong.Add("to", "consent.recordings-not-named")
	case t.Purpose == ConsentForLive && (!t.From.IsZero() || !t.To.IsZero()):
		wrong.Add("to", "consent.recordings-not-live")
	}
	if len(wrong.Reasons) == 0 {
		return nil
	}
	return &wrong
}

// Consent is an owner's permission to one support agent, for one unit and one
// purpose. There are opaque ids in it and no personal data: all of it is on the
// ledger.
type Consent struct {
	ID    string             `json:"id"`  // "cns_…"
	Ask   string             `json:"ask"` // the question that it answers
	Unit  lifecycle.UnitID   `json:"unit"`
	Epoch lifecycle.Epoch    `json:"epoch"`
	Owner lifecycle.PersonID `json:"owner"`
	Agent lifecycle.PersonID `json:"agent"`
	Org   lifecycle.OrgID    `json:"org"` // the agent's
	For   ConsentPurpose     `json:"purpose"`
	From  time.Time          `json:"recordings_from,omitzero"` // of ConsentForReview
	To    time.Time          `json:"recordings_to,omitzero"`
	Words DisclosureVersion  `json:"disclosure"`
	Since time.Time          `json:"since"`
	Until time.Time          `json:"until"`
	RPID  string             `json:"rp_id"` // for which the passkey signed (WebAuthn Level 3 section 4)
	Proof PasskeySignature   `json:"signature"`
	Ended time.Time          `json:"-"` // when its owner revoked it; zero while they have not
	Entry string             `json:"-"` // its entry on the ledger
}

// DisclosureVersion is which words the owner read.
type DisclosureVersion struct {
	Language string `json:"language"`
	Hash     string `json:"sha256"` // hex, of the exact text
}

// HashDisclosure is the version of a disclosure: the hex SHA-256 of its text.
func HashDisclosure(language, text string) DisclosureVersion {
	return DisclosureVersion{Language: language, Hash: fmt.Sprintf("%x", sha256.Sum256([]byte(text)))}
}

// Statement is what the owner signs: lines of a name, a blank and a value, in
// this order, each ended by a line feed. Values are ids, numbers, instants in
// milliseconds since 1970 and hashes, so none has a line feed. The first line
// keeps it from being taken for anything else that a passkey signs.
func (c Consent) Statement() []byte {
	var out bytes.Buffer
	out.WriteString("quitclaim/consent/v1\n")
	for _, line := range [...][2]string{
		{"id", c.ID}, {"ask", c.Ask}, {"unit", string(c.Unit)}, {"epoch", strconv.FormatInt(int64(c.Epoch), 10)},
		{"owner", string(c.Owner)}, {"agent", string(c.Agent)}, {"organisation", string(c.Org)},
		{"purpose", string(c.For)}, {"recordings-from", msec(c.From)}, {"recordings-to", msec(c.To)},
		{"disclosure-language", c.Words.Language}, {"disclosure-sha256", c.Words.Hash},
		{"since", msec(c.Since)}, {"until", msec(c.Until)},
	} {
		fmt.Fprintf(&out, "%s %s\n", line[0], line[1])
	}
	return out.Bytes()
}

// msec is an instant in a statement; "-" for none.
func msec(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// Challenge is what the owner's passkey signs: the SHA-256 of the statement.
func (c Consent) Challenge() []byte {
	sum := sha256.Sum256(c.Statement())
	return sum[:]
}

// ConsentEnd is why a consent lets nobody in any more.
type ConsentEnd string

const (
	// ConsentRevoked: its owner took it back.
	ConsentRevoked ConsentEnd = "revoked"
	// ConsentExpired: its time is over.
	ConsentExpired ConsentEnd = "expired"
	// ConsentPassedOn: the unit's epoch has moved on, or it is not its owner's.
	ConsentPassedOn ConsentEnd = "passed-on"
	// ConsentNoAgent: the agent is no support agent of that vendor any more, or
	// may not sign in.
	ConsentNoAgent ConsentEnd = "no-agent"
	// ConsentNotTheirs: somebody else's consent was tried, or none.
	ConsentNotTheirs ConsentEnd = "not-theirs"
)

// ConsentEnds lists every reason.
func ConsentEnds() []ConsentEnd {
	return []ConsentEnd{ConsentRevoked, ConsentExpired, ConsentPassedOn, ConsentNoAgent, ConsentNotTheirs}
}

// ConsentFacts is what a consent hangs on, read in one moment.
type ConsentFacts struct {
	Epoch   lifecycle.Epoch    // the unit's
	Owner   lifecycle.PersonID // of its live owner binding; empty: nobody is
	Vendor  lifecycle.OrgID    // the unit's
	Agent   Person
	OrgKind lifecycle.OrgKind // of the agent's organisation
}

// Over says why the consent lets its agent in no more; empty while it does. It
// is asked at every access, and again and again while a view is open.
func (c Consent) Over(f ConsentFacts, now time.Time) ConsentEnd {
	switch {
	case !c.Ended.IsZero():
		return ConsentRevoked
	case now.Before(c.Since) || !now.Before(c.Until):
		return ConsentExpired
	case f.Epoch != c.Epoch || f.Owner != c.Owner || f.Vendor != c.Org:
		return ConsentPassedOn
	case !f.Agent.MaySupport(c.Org, f.OrgKind) || f.Agent.ID != c.Agent:
		return ConsentNoAgent
	}
	return ""
}

// MaySupport reports whether the person is a support agent of this vendor now.
func (p Person) MaySupport(vendor lifecycle.OrgID, kind lifecycle.OrgKind) bool {
	return p.DisabledAt.IsZero() && p.Org == vendor && vendor != "" && kind == lifecycle.OrgVendor &&
		slices.Contains(p.Roles, lifecycle.RoleSupportAgent)
}
