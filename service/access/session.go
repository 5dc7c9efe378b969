package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// Session is one browser in which a person is signed in.
type Session struct {
	// ID names the session, "ses_…", and opens nothing.
	ID     string
	Person lifecycle.PersonID
	// Browser is the hex SHA-256 of the secret that this browser keeps across
	// sessions; empty: it does not matter in which one this is. It is set when a
	// session begins, and kept as a keyed hash.
	Browser   string
	TokenHash string // of its cookie
	Data      []byte // what service/web keeps of it, sealed by the store
	ExpiresAt time.Time
}

// BrowserFor is how long a browser is known in which somebody has signed in: as
// long as browsers keep a cookie at most (RFC 6265bis section 5.6.2).
const BrowserFor = 400 * 24 * time.Hour
