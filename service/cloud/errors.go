package cloud

import (
	"errors"
	"fmt"
	"time"
)

// The kinds in which asking a cloud fails. Adapters wrap them; who asks
// matches them with errors.Is. An error of no kind counts as temporary.
var (
	// ErrTemporary: no answer, or one that may be another the next time.
	// Whether the request took effect is not known.
	ErrTemporary = errors.New("cloud does not answer now")
	// ErrGone: the cloud was shut down for good. Two people must waive its
	// tasks; until then it is asked at the slowest pace.
	ErrGone = errors.New("cloud is gone for good")
	// ErrRateLimited: asked too often; a *RateLimited says how long to wait.
	ErrRateLimited = errors.New("cloud is asked too often")
	// ErrUnknown: there is no adapter of this name.
	ErrUnknown = errors.New("no such cloud")
)

// RateLimited is a cloud's word on when to ask again. It matches
// ErrRateLimited.
type RateLimited struct {
	After time.Duration
}

// Error says how long to wait.
func (e *RateLimited) Error() string { return fmt.Sprintf("%v: wait %s", ErrRateLimited, e.After) }

// Is makes errors.Is(err, ErrRateLimited) true.
func (e *RateLimited) Is(target error) bool { return target == ErrRateLimited }
