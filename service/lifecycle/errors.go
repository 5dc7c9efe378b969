package lifecycle

import (
	"errors"
	"fmt"
	"strings"
)

// The error kinds of the whole service. Rooms and the store return them,
// wrapped; service/web maps each to one HTTP status and nobody else does.
var (
	// ErrNotFound: there is no such thing, or this actor may not know that
	// there is. Both look alike on purpose.
	ErrNotFound = errors.New("not found")
	// ErrInvalid: the input has a shape that can never be right.
	ErrInvalid = errors.New("invalid input")
	// ErrRefused: the input is well formed and a rule says no.
	ErrRefused = errors.New("refused")
	// ErrStale: the caller acted on an older version than the present one.
	ErrStale = errors.New("stale version")
	// ErrForbidden: this kind of principal may never do this, whatever the unit.
	ErrForbidden = errors.New("forbidden")
	// ErrUnauthenticated: nobody is signed in.
	ErrUnauthenticated = errors.New("not signed in")
	// ErrBusy: overloaded or not reachable now; try again later.
	ErrBusy = errors.New("busy")
	// ErrKeyReused: an idempotency key came back with another body.
	ErrKeyReused = errors.New("idempotency key was used with another body")
	// ErrInFlight: the first request with this idempotency key has not ended.
	ErrInFlight = errors.New("a request with this idempotency key is under way")
	// ErrThrottled: too many attempts by this principal or at this name.
	ErrThrottled = errors.New("too many attempts")
)

// Reason is one ground of a refusal or one mistake in the input: a code that
// the message files turn into a sentence, and its typed parameters.
type Reason struct {
	Code  string            `json:"code"`            // for example "sale.hold"
	Field string            `json:"field,omitempty"` // the input field, for mistakes in shape
	Args  map[string]string `json:"args,omitempty"`  // parameters of the sentence, never personal data
}

// Refusal says no, with every reason at once. It matches ErrRefused.
type Refusal struct {
	Event   Event
	State   State
	Verdict Verdict // what a scan would have answered, where that is known
	Reasons []Reason
}

// Error lists the codes; people read the message files instead.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s refused in state %q: %s", r.Event, r.State, reasonCodes(r.Reasons))
}

// Is makes errors.Is(err, ErrRefused) true.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// Has reports whether code is among the reasons.
func (r *Refusal) Has(code string) bool { return HasReason(r.Reasons, code) }

// HasReason reports whether one of the reasons has this code.
func HasReason(reasons []Reason, code string) bool {
	for _, reason := range reasons {
		if reason.Code == code {
			return true
		}
	}
	return false
}

// Invalid collects every mistake in the shape of an input. It matches
// ErrInvalid. The zero value is ready to use.
type Invalid struct {
	Reasons []Reason
}

// Add notes one mistake: the field it is in and its code.
func (i *Invalid) Add(field, code string) {
	i.Reasons = append(i.Reasons, Reason{Code: code, Field: field})
}

// Err is nil while no mistake was added.
func (i *Invalid) Err() error {
	if len(i.Reasons) == 0 {
		return nil
	}
	return i
}

// Error lists fields and codes.
func (i *Invalid) Error() string { return "invalid input: " + reasonCodes(i.Reasons) }

// Is makes errors.Is(err, ErrInvalid) true.
func (i *Invalid) Is(target error) bool { return target == ErrInvalid }

// Mistake is the one that an input has in this field.
func Mistake(field, code string) error {
	return &Invalid{Reasons: []Reason{{Code: code, Field: field}}}
}

func reasonCodes(reasons []Reason) string {
	codes := make([]string, len(reasons))
	for i, reason := range reasons {
		codes[i] = reason.Code
		if reason.Field != "" {
			codes[i] = reason.Field + ": " + reason.Code
		}
	}
	return strings.Join(codes, ", ")
}
