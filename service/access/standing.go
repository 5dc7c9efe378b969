package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// StandingPerson is what the ledger says of a person: who they are for the
// service, and nothing that is theirs.
type StandingPerson struct {
	Org      lifecycle.OrgID  `json:"org,omitempty"`
	Roles    []lifecycle.Role `json:"roles"`
	Disabled bool             `json:"disabled,omitempty"`
}

// StandingPasskey is what the ledger says of a passkey of a person's. Its id
// stands in the body of an entry, and in the subject of what is compared.
type StandingPasskey struct {
	ID       string `json:"passkey,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
}

// StandingToken is what the ledger says of a token: in whose name it acts, what
// it may, and which one it is. Entries from before have no hash.
type StandingToken struct {
	Kind   PrincipalKind      `json:"kind"`
	Person lifecycle.PersonID `json:"person,omitempty"`
	Org    lifecycle.OrgID    `json:"org,omitempty"`
	Scopes []string           `json:"scopes,omitempty"`
	Hash   string             `json:"hash,omitempty"`
}

// StandingAccreditation is what the ledger says of who may certify a model,
// beside who and which: whether in their own custody too.
type StandingAccreditation struct {
	SelfCustody bool `json:"self_custody"`
}

// StandingProvider is what the ledger says of a provider: who may vouch for
// whom, where, and how much it takes.
type StandingProvider struct {
	Org      lifecycle.OrgID `json:"org"`
	Audience Audience        `json:"audience"`
	Issuer   string          `json:"issuer"`
	ClientID string          `json:"client_id"`
	Hosts    []string        `json:"hosts,omitempty"`
	ACR      []string        `json:"acr,omitempty"`
	MaxAge   int64           `json:"max_age_s,omitempty"`
	Ended    bool            `json:"ended,omitempty"`
}

// StandingOrganisation is what the ledger says of an organisation.
type StandingOrganisation struct {
	Kind         lifecycle.OrgKind
	Name         string
	Brands       []string `json:",omitempty"` // in their order
	CreatedAt    time.Time
	PasswordsOff bool `json:",omitempty"`
}

// StandingFirmwareKey is what the ledger says of a key that signs a model's
// firmware, beside which and whose.
type StandingFirmwareKey struct {
	Public []byte
	Name   string
	By     lifecycle.PersonID
	Ended  bool
}

// StandingKitUnit is what the ledger says of a unit that is of a kit.
type StandingKitUnit struct {
	Kit     lifecycle.KitID
	Vendor  lifecycle.OrgID
	By      lifecycle.PersonID
	Place   int64
	Missing lifecycle.PersonID // who said that it was not in the box
}

// StandingConsent is a consent as its row has it: by what it is found, and what
// its ledger entry says, byte by byte.
type StandingConsent struct {
	Unit    lifecycle.UnitID
	Epoch   lifecycle.Epoch
	Owner   lifecycle.PersonID
	Agent   lifecycle.PersonID
	Since   time.Time
	Until   time.Time
	Revoked bool
	Body    string
}

// StandingAccess is an access as its row has it: by what its owner finds it,
// and what its ledger entry says, byte by byte.
type StandingAccess struct {
	Unit    lifecycle.UnitID
	Epoch   lifecycle.Epoch
	Consent string
	Owner   lifecycle.PersonID
	Agent   lifecycle.PersonID
	At      time.Time
	Refused ConsentEnd
	Body    string
}
