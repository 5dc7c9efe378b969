package reset

import (
	"context"
	"errors"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// The codes under which an attempt's failure is kept. The row holds nothing
// else of an error: its text is the cloud's, and may tell anything.
const (
	codeTemporary    = "temporary"
	codeTimeout      = "timeout"
	codeRateLimited  = "rate-limited"
	codeGone         = "gone"
	codeUnknownCloud = "unknown-cloud"
	codePanic        = "panic"
	codeOvertaken    = "overtaken" // somebody else changed the tasks meanwhile
	codeCancelled    = "cancelled" // the worker was told to stop
	codeStore        = "store"
)

var (
	errPanic = errors.New("adapter fell over")
	// errCloud marks what came out of an adapter and matches no kind.
	errCloud = errors.New("cloud failed")
)

// codeOf is the code of an error, the first that fits.
func codeOf(err error) string {
	for _, known := range []struct {
		kind error
		code string
	}{
		{errPanic, codePanic},
		{context.DeadlineExceeded, codeTimeout},
		{cloud.ErrRateLimited, codeRateLimited},
		{cloud.ErrGone, codeGone},
		{cloud.ErrUnknown, codeUnknownCloud},
		{cloud.ErrTemporary, codeTemporary},
		{errCloud, codeTemporary},
		{lifecycle.ErrStale, codeOvertaken},
	} {
		if errors.Is(err, known.kind) {
			return known.code
		}
	}
	return codeStore
}
