package owner

import (
	"errors"

	"quitclaim/service/lifecycle"
)

// only reports whether the refusal has this reason and no other.
func only(err error, code string) bool {
	var refusal *lifecycle.Refusal
	return errors.As(err, &refusal) && len(refusal.Reasons) == 1 && refusal.Has(code)
}

// refused is a refusal with one reason.
func refused(event lifecycle.Event, code string) error {
	return &lifecycle.Refusal{Event: event, Reasons: []lifecycle.Reason{{Code: code}}}
}
