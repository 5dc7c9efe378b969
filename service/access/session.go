package access

import (
	"time"

	"quitclaim/service/lifecycle"
)

// Session is one browser in which a person is signed in.
type Session struct {
	// ID names the session, "ses_…", and opens nothing.
	ID        string
	Person    lifecycle.PersonID
	TokenHash string // of its cookie
	Data      []byte // what service/web keeps of it, sealed by the store
	ExpiresAt time.Time
}
