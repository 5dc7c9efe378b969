package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// Organisation is a tenant: a vendor, a retailer or a warehouse.
type Organisation struct {
	ID   lifecycle.OrgID
	Kind lifecycle.OrgKind
	Name string
	// Brands are a vendor's brands; nobody else registers units of them.
	Brands    []string
	CreatedAt time.Time
	// PasswordsOffAt is since when staff sign in with a passkey or through the
	// organisation's provider alone; zero: a password will do. It is written by
	// its own command.
	PasswordsOffAt time.Time `json:",omitzero"`
}

// PasswordsOff reports whether staff sign in without passwords.
func (o Organisation) PasswordsOff() bool { return !o.PasswordsOffAt.IsZero() }

// Person is staff of one organisation, or an owner of none. Name and Email
// are sealed where they are stored and looked up by keyed hash.
type Person struct {
	ID           lifecycle.PersonID
	Org          lifecycle.OrgID // empty for owners
	Roles        []lifecycle.Role
	Name         string
	Email        string
	PasswordHash string // argon2id, PHC string format; empty: none
	// JoinedAt is when somebody without a password first came in; zero for who
	// has chosen one, and for the invited who never came.
	JoinedAt time.Time
	// Generation numbers the person's sessions: a session of another
	// generation is dead, so advancing it ends all of them at once.
	Generation int64
	CreatedAt  time.Time
	DisabledAt time.Time // zero while the person may sign in
}

// Credential is a bearer token on record. A personal one acts as its person; a
// machine's acts for its organisation within its scopes.
type Credential struct {
	ID        string // "tok_…"
	Hash      string // hex SHA-256 of the token text, which is never stored
	Kind      PrincipalKind
	Person    lifecycle.PersonID
	Org       lifecycle.OrgID
	Scopes    []string
	Name      string
	CreatedAt time.Time
	EndedAt   time.Time // zero while it stands
}

// SetupLink is the one-time link that an empty database prints, and the
// invitation by which a person sets a first password.
type SetupLink struct {
	Hash      string             // hex SHA-256 of the secret in the link
	Person    lifecycle.PersonID // empty: the very first admin
	ExpiresAt time.Time
	UsedAt    time.Time
}

// InviteFor is how long an invitation's one-time link waits.
const InviteFor = 7 * 24 * time.Hour
