package access

import (
	"crypto/rand"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
)

// Station is a browser on a bench or at a desk that an admin has enrolled
// once. People come and go there by badge and PIN.
type Station struct {
	ID   string // "stn_…"
	Org  lifecycle.OrgID
	Name string
	// Idle is after how long without anybody the session there is covered.
	Idle       time.Duration
	By         lifecycle.PersonID // the admin
	CreatedAt  time.Time
	CodeHash   string // hex SHA-256 of the one-time code, while it waits; never read back
	CodeUntil  time.Time
	EnrolledAt time.Time // zero while nobody has entered the code
	// Wrong counts every wrong badge or PIN that was tried there.
	Wrong   int64
	EndedAt time.Time // zero while it stands
}

// Stands reports whether people may come in there.
func (s Station) Stands() bool { return !s.EnrolledAt.IsZero() && s.EndedAt.IsZero() }

// The times that an admin may choose for Idle, in words of minutes; short ones
// where strangers walk past.
const (
	StationIdleLeast = time.Minute
	StationIdleMost  = time.Hour
	// StationCodeFor is how long a one-time code waits: the walk to the bench.
	StationCodeFor = 15 * time.Minute
)

// Badge is what a person is scanned by. It opens nothing without their PIN.
type Badge struct {
	ID      string // "bdg_…"
	Person  lifecycle.PersonID
	Hash    string // hex SHA-256 of the code, which is printed once and kept nowhere
	MadeAt  time.Time
	EndedAt time.Time // zero while it stands
}

// PIN is the second half of a badge.
type PIN struct {
	Person    lifecycle.PersonID
	Hash      string // argon2id of the PIN under the service's own key
	Wrong     int64  // in a row
	ChangedAt time.Time
	LockedAt  time.Time // zero while it is good
}

// PINAlarm says that somebody tried a badge with wrong PINs until its PIN was
// locked.
type PINAlarm struct {
	ID      string // "alm_…"
	Org     lifecycle.OrgID
	Station string
	Person  lifecycle.PersonID
	At      time.Time
	SeenBy  lifecycle.PersonID
	SeenAt  time.Time // zero while no officer has seen it
}

// Limits of a PIN. Six digits are for badge and station together: NIST SP
// 800-63B-4 section 3.1.1.2 asks for six of a PIN that the verifier throttles.
const (
	MinPINDigits = 6
	MaxPINDigits = 12
	// PINTries is how many wrong ones in a row lock it. Section 3.2.2 there
	// allows a hundred; a million PINs and people who choose them do not.
	PINTries = 5
)

// CheckPIN is an *lifecycle.Invalid on the field "pin" for what is no PIN, or
// one that would be tried first: one or two digits over and over, or a run up
// or down.
func CheckPIN(pin string) error {
	var invalid lifecycle.Invalid
	switch {
	case len(pin) < MinPINDigits || len(pin) > MaxPINDigits || strings.Trim(pin, "0123456789") != "":
		invalid.Add("pin", "pin.shape")
	case simplePIN(pin):
		invalid.Add("pin", "pin.simple")
	}
	return invalid.Err()
}

func simplePIN(pin string) bool {
	seen := map[byte]bool{pin[0]: true}
	up, down := true, true
	for i := 1; i < len(pin); i++ {
		seen[pin[i]] = true
		up = up && (pin[i]-pin[i-1]+10)%10 == 1
		down = down && (pin[i-1]-pin[i]+10)%10 == 1
	}
	return len(seen) <= 2 || up || down
}

const (
	badgePrefix      = "QB" // tells a badge from a serial where one is scanned into the wrong field
	stationCodeChars = 12   // of 5 bits each: a quarter of an hour, and attempts are counted
)

// NewBadgeCode is the text of a new badge: 130 random bits in letters and
// digits that a QR code holds in its alphanumeric mode.
func NewBadgeCode() string { return badgePrefix + rand.Text() }

// NewStationCode is a one-time code to be typed at a station.
func NewStationCode() string { return rand.Text()[:stationCodeChars] }

// CodeHash is how a badge or a one-time code is stored and looked up. Scanners
// may send small letters, and people type hyphens and blanks.
func CodeHash(text string) string {
	return TokenHash(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(text))))
}

// At is the principal whose session began at a station. Who came in by badge
// and PIN is there to work at the bench, the desk or the till: a PIN carries no
// role that answers for others, whatever the person has.
func (p Principal) At(station string, byPIN bool) Principal {
	p.Station, p.ByPIN = station, byPIN
	if !byPIN {
		return p
	}
	var lent []lifecycle.Role
	for _, role := range p.Roles {
		if role == clerk || role == technician || role == validator {
			lent = append(lent, role)
		}
	}
	p.Roles = lent
	return p
}
