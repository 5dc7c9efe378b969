package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// LinkKind says what a mailed link is for.
type LinkKind string

const (
	// LinkSignUp shows that an address is whose who signed up with it.
	LinkSignUp LinkKind = "sign-up"
	// LinkSignIn is the second of two things for who has no passkey.
	LinkSignIn LinkKind = "sign-in"
	// LinkRecover is for who has lost the others.
	LinkRecover LinkKind = "recover"
)

// How long mailed links last, and how often the code of one may be typed wrong.
const (
	// MailLinkFor is the life of a link: OWASP ASVS 5.0 section 6.5.5 allows out
	// of band secrets ten minutes.
	MailLinkFor = 10 * time.Minute
	// SignUpLinkFor is longer: it lets nobody into anything that is there.
	SignUpLinkFor = 24 * time.Hour
	// MaxWrongCodes of six digits make a guess right once in 200,000 links.
	MaxWrongCodes = 5
)

// MailLink is a one-time link that is mailed. It counts in the browser that
// asked for it; opened in another it shows a code to type there.
type MailLink struct {
	Hash string // hex SHA-256 of the secret in the link
	Kind LinkKind
	// Person is whose it is; empty: it was asked for in vain, and nobody has it.
	Person lifecycle.PersonID
	// Generation is the person's at the time: a link is dead once a factor or
	// every session of theirs was ended.
	Generation int64
	// Browser is the hex SHA-256 of the secret in the cookie of the browser that
	// asked.
	Browser string
	// PasswordHash is what a sign-up begins with. It is in the link and not with
	// the person: of two who sign up with one address, whose link is opened wins.
	PasswordHash string
	MadeAt       time.Time
	ExpiresAt    time.Time
	ProvenAt     time.Time // a recovery's: opened, and its last step not yet taken
}
