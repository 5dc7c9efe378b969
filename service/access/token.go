package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
)

// Scope is one group of actions that a machine's token may do.
type Scope string

const (
	// ScopeUnits registers and reads units.
	ScopeUnits Scope = "units"
	// ScopeScans asks for verdicts.
	ScopeScans Scope = "scans"
	// ScopeReturns opens and reads returns.
	ScopeReturns Scope = "returns"
	// ScopeSales checks, records and voids sales.
	ScopeSales Scope = "sales"
	// ScopeShipments sends and receives units.
	ScopeShipments Scope = "shipments"
	// ScopeMetrics reads the operators' numbers.
	ScopeMetrics Scope = "metrics"

	// ScopeOperator is whoever runs this server: the token in its data
	// directory, by which the command line invites people and runs sweeps. It
	// belongs to no organisation and acts for nobody, and no token on record
	// can have it.
	ScopeOperator Scope = "operator"
)

// Scopes lists every scope that a token on record may have.
func Scopes() []Scope {
	return []Scope{ScopeUnits, ScopeScans, ScopeReturns, ScopeSales, ScopeShipments, ScopeMetrics}
}

// ParseScope is the scope of that name, and whether there is one.
func ParseScope(s string) (Scope, bool) {
	return Scope(s), slices.Contains(Scopes(), Scope(s))
}

const (
	tokenPrefix = "qc_" // lets secret scanners find a leaked token
	tokenBytes  = 32    // DESIGN section 1: 256 random bits
)

// NewToken makes the text of a token. It is shown once; the store keeps its
// TokenHash.
func NewToken() string {
	var random [tokenBytes]byte
	_, _ = rand.Read(random[:]) // crypto/rand.Read never returns an error; it crashes the program instead
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])
}

// TokenHash is how a token is stored and looked up: SHA-256 in lower-case hex.
// A slow hash would buy nothing, for the token has 256 bits of its own.
func TokenHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
