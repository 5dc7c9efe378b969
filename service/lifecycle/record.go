package lifecycle

import (
	"slices"
	"time"
)

// Authority is by what right a desk took a unit back.
type Authority string

const (
	// AuthorityOwnerRelease: its owner had let go.
	AuthorityOwnerRelease Authority = "owner-release"
	// AuthoritySaleMatch: receipt and serial match a recorded sale.
	AuthoritySaleMatch Authority = "sale-match"
	// AuthorityDevicePresent: the unit itself answered at the desk or bench.
	AuthorityDevicePresent Authority = "device-present"
	// AuthorityNone: somebody had it in their hands. Enough to fence, never
	// to certify.
	AuthorityNone Authority = "none"
)

// ContestWindow is how long a former owner may object before a return with
// AuthorityDevicePresent can be certified (rule 1).
const ContestWindow = 14 * 24 * time.Hour

// Return is the record that a desk took a unit back.
type Return struct {
	ID    ReturnID  `json:"id"`
	Org   OrgID     `json:"org"`
	Clerk PersonID  `json:"clerk"`
	At    time.Time `json:"at"`
	// Epoch is the one that this return began.
	Epoch     Epoch     `json:"epoch"`
	From      State     `json:"from"` // the state it was taken back from
	Authority Authority `json:"authority"`
	// Condition and Reason are codes: see Conditions and ReturnReasons.
	Condition       string `json:"condition"`
	Reason          string `json:"reason"`
	ReceiptHash     string `json:"receipt_hash,omitempty"` // keyed hash of the receipt number
	CustomerPresent bool   `json:"customer_present,omitempty"`
	// Second is the other person, where the cap on returns without authority
	// was reached.
	Second PersonID `json:"second,omitempty"`
	// FormerOwner is whose owner binding this return ended.
	FormerOwner PersonID  `json:"former_owner,omitempty"`
	CancelledAt time.Time `json:"cancelled_at,omitzero"`
	// PresenceHash is the hex SHA-256 of the code on the desk's screen; a unit
	// that signs it is present.
	PresenceHash string `json:"presence_hash,omitempty"`
}

// Conditions lists what a desk may say of a unit's condition.
func Conditions() []string { return []string{"sealed", "as-new", "used", "damaged", "dead"} }

// ReturnReasons lists why a customer brings a unit back.
func ReturnReasons() []string {
	return []string{"changed-mind", "faulty", "wrong-product", "duplicate", "trade-in", "other"}
}

// Sale is the record that a till sold a unit.
type Sale struct {
	ID          SaleID    `json:"id"`
	Org         OrgID     `json:"org"`
	Clerk       PersonID  `json:"clerk,omitempty"`
	Machine     string    `json:"machine,omitempty"`
	ReceiptHash string    `json:"receipt_hash,omitempty"`
	SoldAt      time.Time `json:"sold_at"`     // when the till says it was sold
	RecordedAt  time.Time `json:"recorded_at"` // when we were told
	From        State     `json:"from"`
	Epoch       Epoch     `json:"epoch"` // the one that this sale began
	VoidedAt    time.Time `json:"voided_at,omitzero"`
}

// Grade is how the reset was proven, strongest first.
type Grade string

const (
	// GradeDeviceSigned: the unit's own signed report.
	GradeDeviceSigned Grade = "device-signed"
	// GradeProbed: the old credential was tried and refused.
	GradeProbed Grade = "probed"
	// GradeAttested: two people say so.
	GradeAttested Grade = "attested"
)

// Grades lists the grades, strongest first.
func Grades() []Grade { return []Grade{GradeDeviceSigned, GradeProbed, GradeAttested} }

// AtLeast reports whether g is as strong as want; no want is the weakest. An
// unknown grade never is, and nothing is as strong as an unknown one.
func (g Grade) AtLeast(want Grade) bool {
	if want != "" && !slices.Contains(Grades(), want) {
		return false
	}
	for _, grade := range Grades() {
		switch grade {
		case g:
			return true
		case want:
			return false
		}
	}
	return false
}

// Certificate is the record of a signed statement that the reset of one unit
// was proven for one epoch. Its bytes are the business of
// warehouse/certificate.
type Certificate struct {
	Code  CertificateCode `json:"code"`
	Epoch Epoch           `json:"epoch"`
	// ContinuedTo is the epoch up to which it still stands: a voided sale and
	// a sealed return advance the epoch, and nobody had the unit in between.
	ContinuedTo Epoch     `json:"continued_to"`
	Grade       Grade     `json:"grade"`
	Org         OrgID     `json:"org"`
	SelfCustody bool      `json:"self_custody,omitempty"`
	Operator    PersonID  `json:"operator"`
	Validator   PersonID  `json:"validator"`
	Clerk       PersonID  `json:"clerk"`
	Firmware    string    `json:"firmware"`
	Waived      []string  `json:"waived,omitempty"` // task ids that two people gave up
	IssuedAt    time.Time `json:"issued_at"`
	Bytes       []byte    `json:"bytes"` // as signed: see warehouse/certificate
}

// StandsAt reports whether the certificate is current at an epoch.
func (c Certificate) StandsAt(epoch Epoch) bool { return c.Epoch <= epoch && epoch <= c.ContinuedTo }

// HoldKind is why a hold stands.
type HoldKind string

const (
	HoldStolen  HoldKind = "stolen"  // its owner marked it
	HoldContest HoldKind = "contest" // a former owner objects to an end
	HoldDispute HoldKind = "dispute" // two sides disagree
	HoldLegal   HoldKind = "legal"   // the law wants it kept
	HoldRecall  HoldKind = "recall"  // the vendor wants it back
)

// HoldKinds lists every kind.
func HoldKinds() []HoldKind {
	return []HoldKind{HoldStolen, HoldContest, HoldDispute, HoldLegal, HoldRecall}
}

// Hold stands over any state until it is lifted.
type Hold struct {
	ID       HoldID    `json:"id"`
	Kind     HoldKind  `json:"kind"`
	PlacedBy Actor     `json:"placed_by"`
	PlacedAt time.Time `json:"placed_at"`
	// ApprovedBy is the first of the two people who lift it.
	ApprovedBy PersonID  `json:"approved_by,omitempty"`
	LiftedBy   PersonID  `json:"lifted_by,omitempty"`
	LiftedAt   time.Time `json:"lifted_at,omitzero"`
	// Ruling is how a former owner's contest is decided.
	Ruling Ruling `json:"ruling,omitzero"`
}

// Stands reports whether the hold has not been lifted.
func (h Hold) Stands() bool { return h.LiftedAt.IsZero() }

// OfferState is how far an offered transfer is.
type OfferState string

const (
	OfferPending   OfferState = "pending"   // waits for its recipient
	OfferAccepted  OfferState = "accepted"  // the unit is the recipient's
	OfferRefused   OfferState = "refused"   // the recipient said no
	OfferWithdrawn OfferState = "withdrawn" // the owner took it back
	OfferExpired   OfferState = "expired"   // nobody answered in time
	OfferEnded     OfferState = "ended"     // the epoch advanced under it
)

// How long an offer waits (rule 7).
const (
	OfferForNamed      = 14 * 24 * time.Hour // a named recipient
	OfferForFaceToFace = 15 * time.Minute    // a QR shown face to face
)

// Offer is a transfer offered by an owner.
type Offer struct {
	ID    OfferID    `json:"id"`
	State OfferState `json:"state"`
	From  PersonID   `json:"from"`
	// To is the named recipient; empty for an offer made face to face.
	To PersonID `json:"to,omitempty"`
	// CodeHash is the hex SHA-256 of the code that the recipient shows.
	CodeHash  string    `json:"code_hash"`
	Epoch     Epoch     `json:"epoch"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

// Over reports whether nobody has answered the offer in time, whether or not
// the record says so yet.
func (o Offer) Over(now time.Time) bool { return o.State == OfferPending && !now.Before(o.ExpiresAt) }

// ended is the offer as it ended at an instant: of itself, where its time was
// over by then.
func (o Offer) ended(how OfferState, at time.Time) Offer {
	o.State, o.EndedAt = how, at
	if !at.Before(o.ExpiresAt) {
		o.State, o.EndedAt = OfferExpired, o.ExpiresAt
	}
	return o
}

// Shipment is a unit on its way from one custodian to the next.
type Shipment struct {
	ID         ShipmentID `json:"id"`
	From       OrgID      `json:"from"`
	To         OrgID      `json:"to"`
	SentBy     PersonID   `json:"sent_by,omitempty"`
	SentAt     time.Time  `json:"sent_at"`
	ReceivedBy PersonID   `json:"received_by,omitempty"`
	ReceivedAt time.Time  `json:"received_at,omitzero"` // arrived, here or by another door
}

// ShipmentDue is how long a shipment may take before it is flagged.
const ShipmentDue = 14 * 24 * time.Hour

// ResetKind is what a unit says happened to it.
type ResetKind string

const (
	ResetNone ResetKind = "none" // nothing: it has made a credential, or calls
	ResetHard ResetKind = "hard" // its button was held: nothing of before is left
)

// Report is what a unit said last, and signed.
type Report struct {
	At       time.Time `json:"at"`
	Epoch    Epoch     `json:"epoch"` // the one that the challenge handed out
	Kind     ResetKind `json:"kind"`
	Firmware string    `json:"firmware"`
	// Verifier is the hex SHA-256 of the credential made on the unit: the newest
	// that it told us of and that counted. A report that names none, or one of
	// before, leaves it standing.
	Verifier string `json:"verifier"`
	Network  string `json:"network,omitempty"`
	Presence string `json:"presence,omitempty"` // hex SHA-256 of the presence code it saw
	// Digest is the hex SHA-256 of the signed bytes.
	Digest string `json:"digest"`
}

// Severity is how soon a person must look at a flag.
type Severity string

const (
	SeverityLow      Severity = "low"      // to be known
	SeverityMedium   Severity = "medium"   // within days
	SeverityHigh     Severity = "high"     // today
	SeverityCritical Severity = "critical" // now: somebody may be looking
)

// Rank orders severities: the more urgent, the higher.
func (s Severity) Rank() int {
	return slices.Index([]Severity{SeverityLow, SeverityMedium, SeverityHigh, SeverityCritical}, s) + 1
}

// FlagState is how far a flag is.
type FlagState string

const (
	FlagOpen         FlagState = "open"         // nobody has looked
	FlagAcknowledged FlagState = "acknowledged" // somebody is on it
	FlagResolved     FlagState = "resolved"     // settled; the same cause opens it again
)

// The kinds of flags.
const (
	FlagSoldButBound        = "sold-but-bound"
	FlagResoldWithoutReturn = "resold-without-return"
	FlagReturnedButAbsent   = "returned-but-absent"
	FlagStuckReset          = "stuck-reset"
	FlagSaleMissing         = "sale-missing"
	FlagSaleAfterTheFact    = "sale-after-the-fact"
	FlagOtherStock          = "other-stock"
	FlagRetiredAlive        = "retired-alive"
	FlagBoundInStock        = "bound-in-stock"
	FlagShipmentLate        = "shipment-late"
	FlagContestLate         = "contest-late"
	FlagCodesDisagree       = "codes-disagree"
	FlagLedgerAudit         = "ledger-audit"
	FlagAnswerWithoutEffect = "answer-without-effect"
	FlagQueuedReturn        = "queued-return"
	FlagSweepMissed         = "sweep-missed"
	FlagNoticeMissed        = "notice-missed"
	FlagCredentialReused    = "credential-reused"
	FlagCredentialFlood     = "credential-flood"
)

// FlagNews says what a finding changed. It goes into the ledger with the flag
// and is not kept in the flag's row.
type FlagNews string

const (
	FlagSeenAgain FlagNews = ""         // it stood already
	FlagNew       FlagNews = "new"      // nobody had seen this cause before
	FlagReopened  FlagNews = "reopened" // somebody had settled it, and its cause is back
	FlagSettled   FlagNews = "settled"  // its cause is gone, by a change that says so
)

// FlagRound is how a flag stood when it had been settled, and when its cause
// came back: the history of a flag that opens again.
type FlagRound struct {
	Number     int // from 1
	Severity   Severity
	Evidence   map[string]string
	DoneBy     PersonID // empty: the service settled it by itself
	DoneAt     time.Time
	ReopenedAt time.Time
}

// Flag is what a sweep, or a rule, found. The same kind and cause on the same
// unit is one flag; it opens again when its cause returns. Its severity only
// ever rises: what was critical once is not made harmless by a later look.
type Flag struct {
	ID       FlagID            `json:"id"`
	Unit     UnitID            `json:"unit,omitempty"`
	Kind     string            `json:"kind"`
	Cause    string            `json:"cause"` // what makes it the same flag when seen again
	Severity Severity          `json:"severity"`
	State    FlagState         `json:"state"`
	Org      OrgID             `json:"org,omitempty"` // whose security officer works it, besides the vendor's
	Evidence map[string]string `json:"evidence,omitempty"`
	FirstAt  time.Time         `json:"first_at"`
	LastAt   time.Time         `json:"last_at"`
	DoneBy   PersonID          `json:"done_by,omitempty"`
	DoneAt   time.Time         `json:"done_at,omitzero"`
	// Reopened is how often its cause came back after somebody had settled it,
	// ReopenedAt when last.
	Reopened   int       `json:"reopened,omitempty"`
	ReopenedAt time.Time `json:"reopened_at,omitzero"`
	News       FlagNews  `json:"news,omitempty"`
}
