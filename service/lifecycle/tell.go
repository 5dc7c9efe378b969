package lifecycle

import (
	"errors"
	"slices"
	"strings"
)

// What a refusal tells depends on who hears it.

// ToOwner puts a refusal into the words of the unit's owner: the sentences of
// holds are written for desks. Any other error is left as it is.
func ToOwner(err error) error {
	return retold(err, func(reason Reason) Reason {
		if kind, held := strings.CutPrefix(reason.Code, "hold."); held && isHoldCode(kind) {
			reason.Code = "owner.hold." + kind
		}
		return reason
	})
}

// ToOutsider is for somebody who is not the owner and has the unit in their
// hands, an offer of it, or a share: what state it is in and why it is held is
// not theirs to know, and nothing says whose it is (rule 5).
func ToOutsider(err error) error {
	err = retold(err, func(reason Reason) Reason {
		kind, held := strings.CutPrefix(reason.Code, "hold.")
		if held && isHoldCode(kind) || reason.Code == "bind.claimed" {
			return Reason{Code: "owner.held"}
		}
		if reason.Code == "bind.owned" {
			reason.Code = "bind.bound"
		}
		return reason
	})
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return &Refusal{Event: refusal.Event, Reasons: refusal.Reasons}
	}
	return err
}

// retold is the refusal with every reason said anew, none twice. Any other
// error is left as it is.
func retold(err error, say func(Reason) Reason) error {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	told := *refusal
	told.Reasons = nil
	for _, reason := range refusal.Reasons {
		if reason = say(reason); !HasReason(told.Reasons, reason.Code) {
			told.Reasons = append(told.Reasons, reason)
		}
	}
	return &told
}

func isHoldCode(kind string) bool {
	return kind == "goes-back" || slices.Contains(HoldKinds(), HoldKind(kind))
}
