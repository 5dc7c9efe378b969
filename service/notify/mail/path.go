package mail

import (
	"crypto/subtle"
	"strings"
)

// Every mail has a return path of its own, with a token that names the notice
// and that only we can make: a report that comes back to it is about that mail,
// and nobody else can mark an address as dead.

const (
	separator = "+" // RFC 5233: what mail servers ignore when they look for the mailbox
	idLength  = 26  // of a notice's id, without its prefix
	macLength = 16  // hex digits: 64 bits, guessed at over a mail server
	// tokenLength is id and mac.
	tokenLength = idLength + macLength
)

// Hash is a keyed hash in hex, of a value of one kind.
type Hash func(kind, value string) string

// Token names a notice to whoever gets it back from outside, for one purpose.
func Token(hash Hash, purpose, noticeID string) string {
	_, id, _ := strings.Cut(noticeID, "_")
	return id + hash("mail-"+purpose, noticeID)[:macLength]
}

// Named is the notice that a token of ours names.
func Named(hash Hash, purpose, token string) (noticeID string, ok bool) {
	token = strings.ToLower(token) // a mail server may change the case on the way
	if len(token) <= macLength || len(token) > tokenLength {
		return "", false
	}
	noticeID = "ntc_" + token[:len(token)-macLength]
	want := Token(hash, purpose, noticeID)
	return noticeID, subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

// What tokens are made for.
const (
	ForReturn      = "return"
	ForUnsubscribe = "unsubscribe"
)

// ReturnPath is the envelope's sender.
func ReturnPath(from, token string) string {
	local, domain := split(from)
	return local + separator + token + "@" + domain
}

// TokenOf is the token in an address that was a return path of ours; empty: it
// was none.
func TokenOf(address string) string {
	local, _ := split(strings.Trim(strings.TrimSpace(address), "<>"))
	_, token, found := strings.Cut(local, separator)
	if !found || len(token) <= macLength || len(token) > tokenLength {
		return ""
	}
	return token
}
