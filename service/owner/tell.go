package owner

import (
	"errors"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// What a refusal tells depends on who hears it.

// toOwner puts a refusal into the words of the unit's owner: the sentences of
// holds are written for desks.
func toOwner(err error) error {
	return retold(err, func(reason lifecycle.Reason) lifecycle.Reason {
		if kind, held := strings.CutPrefix(reason.Code, "hold."); held && isHoldKind(kind) {
			reason.Code = "owner.hold." + kind
		}
		return reason
	})
}

// Told is toOwner for a part of this room.
func (o *Owner) Told(err error) error { return toOwner(err) }

// toOutsider is for somebody who is not the owner and has the unit in their
// hands, or an offer of it: what state it is in and why it is held is not
// theirs to know, and nothing says whose it is (rule 5).
func toOutsider(err error) error {
	err = retold(err, func(reason lifecycle.Reason) lifecycle.Reason {
		kind, held := strings.CutPrefix(reason.Code, "hold.")
		if held && isHoldKind(kind) || reason.Code == "bind.claimed" {
			return lifecycle.Reason{Code: "owner.held"}
		}
		if reason.Code == "bind.owned" {
			reason.Code = "bind.bound"
		}
		return reason
	})
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return &lifecycle.Refusal{Event: refusal.Event, Reasons: refusal.Reasons}
	}
	return err
}

// retold is the refusal with every reason said anew, none twice. Any other
// error is left as it is.
func retold(err error, say func(lifecycle.Reason) lifecycle.Reason) error {
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	told := *refusal
	told.Reasons = nil
	for _, reason := range refusal.Reasons {
		if reason = say(reason); !lifecycle.HasReason(told.Reasons, reason.Code) {
			told.Reasons = append(told.Reasons, reason)
		}
	}
	return &told
}

// ToOwner is a refusal in the words of the unit's owner, ToOutsider in those of
// somebody who has an offer of it or a share: for the parts of this room.
func ToOwner(err error) error { return toOwner(err) }

// ToOutsider says no more than whoever is not the owner may know.
func ToOutsider(err error) error { return toOutsider(err) }

func isHoldKind(kind string) bool {
	return kind == "goes-back" || slices.Contains(lifecycle.HoldKinds(), lifecycle.HoldKind(kind))
}

// only reports whether the refusal has this reason and no other.
func only(err error, code string) bool {
	var refusal *lifecycle.Refusal
	return errors.As(err, &refusal) && len(refusal.Reasons) == 1 && refusal.Has(code)
}

// refused is a refusal with one reason.
func refused(event lifecycle.Event, code string) error {
	return &lifecycle.Refusal{Event: event, Reasons: []lifecycle.Reason{{Code: code}}}
}
