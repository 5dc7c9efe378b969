package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// judgeReceipt is the answer to a release receipt without the unit. Where it
// still holds it leads to the unit's return; where it is history, or is of a unit
// in other hands, it gives nothing, and tells nothing of the unit.
func (s *Scanner) judgeReceipt(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, seen sight) (Result, error) {
	result := base(seen)
	result.Model = ""
	unit := seen.snapshot.Unit
	switch {
	case purpose != lifecycle.PurposeReturn:
		result.Reasons = seen.reading.Reasons
	case !seen.known:
		result.Reasons = []lifecycle.Reason{{Code: "scanner.receipt-unknown"}}
	case unit.Custody != "" && unit.Custody == actor.Org:
		return s.judgeKnown(ctx, actor, purpose, seen) // this desk took it back on the strength of it
	case !seen.receipt.Stands(seen.snapshot):
		result.Reasons = []lifecycle.Reason{{Code: "scanner.receipt-history"}}
	default:
		result, err := s.judgeKnown(ctx, actor, purpose, seen)
		return released(result, *seen.receipt), err
	}
	return result, nil
}

// judgeWith is the answer to a unit and a receipt that is of the same unit.
func (s *Scanner) judgeWith(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, one, other sight) (Result, error) {
	unit, paper := one, other
	if one.receipt != nil {
		unit, paper = other, one
	}
	result, err := s.judge(ctx, actor, purpose, unit)
	if err != nil || purpose != lifecycle.PurposeReturn || paper.receipt == nil || result.Unit == nil {
		return result, err
	}
	if paper.receipt.Stands(paper.snapshot) {
		return released(result, *paper.receipt), nil
	}
	result.Reasons = append(result.Reasons, lifecycle.Reason{Code: "scanner.receipt-history"})
	return result, nil
}

// released says that the unit's owner let go of it, before what else there is to
// say. A hold is not put aside by any paper.
func released(result Result, receipt lifecycle.ReleaseReceipt) Result {
	if result.Verdict != lifecycle.VerdictClear {
		return result
	}
	result.Released = receipt.At
	result.Reasons = append([]lifecycle.Reason{{Code: "scanner.released"}}, result.Reasons...)
	return result
}

// hashOf is the hex SHA-256 under which the record knows a receipt's code.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// paper reports whether the answer is to a receipt alone, with the unit still to
// be looked at.
func (r Result) paper() bool { return r.Read.Kind == code.KindReceipt && !r.Released.IsZero() }
