package access

import (
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// Audience is whom an OpenID provider lets in.
type Audience string

const (
	// AudienceOwners is people in no organisation: the accounts that a vendor's
	// customers have with it anyway.
	AudienceOwners Audience = "owners"
	// AudienceStaff is the people of the provider's own organisation.
	AudienceStaff Audience = "staff"
)

// Audiences lists them.
func Audiences() []Audience { return []Audience{AudienceOwners, AudienceStaff} }

// ParseAudience is the audience of that name, and whether there is one.
func ParseAudience(s string) (Audience, bool) {
	return Audience(s), slices.Contains(Audiences(), Audience(s))
}

// Provider is an OpenID provider that an organisation has configured.
type Provider struct {
	ID       string // "prv_…"
	Org      lifecycle.OrgID
	Audience Audience
	Name     string // on the button
	Issuer   string
	ClientID string
	Secret   string // sealed where it is stored; empty: PKCE alone
	// Hosts are those that its discovery document may name, and that we call,
	// besides the issuer's own.
	Hosts []string
	// ACR are the classes of authentication of which a token must name one;
	// empty: any.
	ACR []string
	// MaxAge is how long ago its user may have proved themselves; zero: ever.
	MaxAge time.Duration
	// Listed: its button stands on the sign-in page, for everybody to read.
	Listed    bool
	By        lifecycle.PersonID
	CreatedAt time.Time
	EndedAt   time.Time // zero while it stands
}

// Stands reports whether anybody can sign in through the provider.
func (p Provider) Stands() bool { return p.EndedAt.IsZero() }

// Admits reports whether the provider is one for such a person. It says nothing
// of whether they may sign in.
func (p Provider) Admits(person Person) bool {
	if p.Audience == AudienceStaff {
		return person.Org != "" && person.Org == p.Org
	}
	return person.Org == ""
}

// Button is a provider as a sign-in page shows it.
type Button struct {
	ID   string // of the provider
	Name string
}

// Identity is what a provider calls a person. Subject is a keyed hash of issuer
// and sub: neither an address nor a name, which people change and pass on.
type Identity struct {
	Provider string
	Subject  string
	Person   lifecycle.PersonID
	LinkedAt time.Time
}

// ProviderPurpose is what somebody is sent to a provider for; an answer for one
// is nothing in another.
type ProviderPurpose string

const (
	// ForSignIn finds out who comes.
	ForSignIn ProviderPurpose = "sign-in"
	// ForNewcomer waits for an owner who is new here to say so.
	ForNewcomer ProviderPurpose = "newcomer"
	// ForInvitation lets an invited person in.
	ForInvitation ProviderPurpose = "invitation"
	// ForLink adds a way in to an account that is signed in already.
	ForLink ProviderPurpose = "link"
	// ForVerify is a person who proves themselves anew.
	ForVerify ProviderPurpose = "verify"
)

// ProviderAttempt is a way to a provider and back. It is taken once, by the
// browser that began it.
type ProviderAttempt struct {
	StateHash   string // hex SHA-256
	BrowserHash string // hex SHA-256 of what the browser's cookie holds
	Provider    string
	Purpose     ProviderPurpose
	Person      lifecycle.PersonID // of ForLink and ForVerify
	Kept        ProviderKept       // sealed where it is stored
	StartedAt   time.Time
	ExpiresAt   time.Time
}

// ProviderKept is what an attempt remembers for its end.
type ProviderKept struct {
	Next     string    `json:"next,omitempty"`     // the page to go on with
	Link     string    `json:"link,omitempty"`     // of ForInvitation: the hash of the one-time link
	Subject  string    `json:"subject,omitempty"`  // of ForNewcomer
	Name     string    `json:"name,omitempty"`     // of ForNewcomer: what the provider suggests
	ProvedAt time.Time `json:"proved_at,omitzero"` // of ForNewcomer: auth_time
}

// How long people have at a provider, and at the page after it.
const ProviderAttemptFor = 10 * time.Minute
