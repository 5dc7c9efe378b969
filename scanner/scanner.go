package scanner

import (
	"context"
	"fmt"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// store is what a scan needs of the record.
type store interface {
	// SnapshotByKey is everything the rules read about the unit of this key.
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	// Snapshot is the same by the unit's id.
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// UnitByCode resolves a public code of some kind.
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
	// ReleaseReceipt resolves the hash of a release receipt's code.
	ReleaseReceipt(ctx context.Context, codeHash string) (lifecycle.ReleaseReceipt, error)
	// ModelByGTIN finds the model that a product number names.
	ModelByGTIN(ctx context.Context, gtin string) (lifecycle.Model, error)
	// RaiseFlag raises a flag, or raises it again.
	RaiseFlag(ctx context.Context, flag lifecycle.Flag) (lifecycle.Flag, error)
}

// Config is what the room stands on. All but PictureTime must be given.
type Config struct {
	Store  store
	Labels labels
	// Rules are this site's: hosts of our labels, serial patterns, separators.
	// Which brand a product number belongs to is looked up at each scan.
	Rules code.Rules
	// Origin is the scheme and host in the QR codes of our labels.
	Origin string
	Now    func() time.Time
	// PictureTime is the longest that a picture is looked at; default 8 s.
	PictureTime time.Duration
}

// Scanner turns payloads into verdicts.
type Scanner struct{ config Config }

// New is the room.
func New(config Config) *Scanner {
	if config.PictureTime == 0 {
		config.PictureTime = pictureTime
	}
	return &Scanner{config}
}

// Question is one scan, or what somebody typed instead.
type Question struct {
	Payload string
	// Key is a brand and serial that were typed, or chosen among the readings
	// of an ambiguous code, instead of a payload.
	Key lifecycle.UnitKey
	// Second is the code on the unit itself, where the box has one too.
	Second  string
	Purpose lifecycle.Purpose
}

// Result is the answer to one scan.
type Result struct {
	Verdict lifecycle.Verdict
	Reasons []lifecycle.Reason // the first is the one sentence
	// Read is what the code says, without its secrets.
	Read code.Reading
	// Unit is the unit on record that the code names; nil: none that this
	// actor may be told about.
	Unit *lifecycle.Unit
	// Model is the name of the model, where the code or the unit names one.
	Model string
	// Return and Sale are the ids of the newest of each, where the actor's own
	// organisation made it.
	Return lifecycle.ReturnID
	Sale   lifecycle.SaleID
	Next   []lifecycle.NextAction
	// AsOf is how fresh the word of the clouds is; zero: none was asked.
	AsOf            time.Time
	SecretsRedacted bool
	// Released is when the unit's owner released it, where a receipt that was
	// scanned says so and it still is as it was released.
	Released time.Time
}

// key is the key of the unit, as on record or else as read.
func (r Result) key() lifecycle.UnitKey {
	if r.Unit != nil {
		return r.Unit.Key
	}
	return r.Read.Key
}

// NextAdmit is what a desk can do with a unit that nobody knows.
const NextAdmit lifecycle.NextAction = "admit"

// Scan reads one payload, or two that should agree, and gives the verdict.
func (s *Scanner) Scan(ctx context.Context, actor lifecycle.Actor, q Question) (Result, error) {
	box, err := s.see(ctx, q)
	if err != nil {
		return Result{}, err
	}
	if q.Second == "" {
		return s.judge(ctx, actor, q.Purpose, box)
	}
	unit, err := s.read(ctx, q.Second)
	if err != nil {
		return Result{}, err
	}
	if apart, agree := compare(box, unit); !agree {
		return apart, nil
	}
	if box.receipt == nil && unit.receipt == nil {
		return s.judge(ctx, actor, q.Purpose, box)
	}
	return s.judgeWith(ctx, actor, q.Purpose, box, unit)
}

// judge asks the rules, and flags a unit that is in other hands than it should.
func (s *Scanner) judge(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, seen sight) (Result, error) {
	if seen.reading.Kind == code.KindReceipt {
		return s.judgeReceipt(ctx, actor, purpose, seen)
	}
	if !seen.reading.Unit() {
		return unreadable(seen), nil
	}
	if !seen.known {
		return unknown(actor, purpose, seen), nil
	}
	return s.judgeKnown(ctx, actor, purpose, seen)
}

// judgeKnown is judge for a unit that is on record.
func (s *Scanner) judgeKnown(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, seen sight) (Result, error) {
	snapshot, now := seen.snapshot, s.now()
	result := base(seen)
	if !lifecycle.Sees(snapshot, actor) {
		// Its state, its model and its papers are not theirs to know.
		answer := lifecycle.Scan(snapshot, purpose, actor, now)
		result.Verdict, result.Reasons, result.Model = answer.Verdict, answer.Reasons, ""
		return result, s.flagOtherStock(ctx, actor, purpose, snapshot.Unit, now)
	}
	result.Unit, result.Model = &snapshot.Unit, snapshot.Model.Name
	if differ(seen.reading.GTIN, snapshot.Unit.GTIN) {
		// A serial is unique within its product number alone (GS1 General
		// Specifications, AI 21): this is another unit than the one on record.
		result.Verdict, result.Reasons = lifecycle.VerdictMismatch, []lifecycle.Reason{{Code: "scanner.other-model"}}
		return result, nil
	}
	answer := lifecycle.Scan(snapshot, purpose, actor, now)
	if purpose == lifecycle.PurposeSale {
		answer = lifecycle.SaleAnswer(snapshot, actor, now)
	}
	result.Verdict, result.Reasons, result.AsOf, result.Next = answer.Verdict, answer.Reasons, answer.AsOf, answer.Next
	if ret := snapshot.Return; ret != nil && ret.Org == actor.Org {
		result.Return = ret.ID
	}
	if sale := snapshot.Sale; sale != nil && sale.Org == actor.Org {
		result.Sale = sale.ID
	}
	return result, nil
}

// flagOtherStock tells the custodian's security officer that their unit was
// scanned elsewhere (rule 13). One flag per place where it turns up.
func (s *Scanner) flagOtherStock(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, unit lifecycle.Unit, now time.Time) error {
	_, err := s.config.Store.RaiseFlag(ctx, lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagOtherStock, Cause: string(actor.Org), Severity: lifecycle.SeverityHigh,
		State: lifecycle.FlagOpen, Org: unit.Custody, FirstAt: now, LastAt: now,
		Evidence: map[string]string{"scanned-by": string(actor.Org), "purpose": string(purpose)},
	})
	if err != nil {
		return fmt.Errorf("flag a unit of other stock: %w", err)
	}
	return nil
}

// base is what every result says of its reading.
func base(seen sight) Result {
	return Result{
		Verdict: lifecycle.VerdictUnknown, Read: seen.reading, Model: seen.model,
		SecretsRedacted: seen.reading.SecretsRedacted,
	}
}

// unreadable is the answer to a code that names no unit.
func unreadable(seen sight) Result {
	result := base(seen)
	result.Reasons = seen.reading.Reasons
	return result
}

// unknown is the answer to a unit that is not on record, or to half a key.
func unknown(actor lifecycle.Actor, purpose lifecycle.Purpose, seen sight) Result {
	result := base(seen)
	result.Reasons = append(result.Reasons, seen.reading.Reasons...)
	if seen.reading.Key == (lifecycle.UnitKey{}) {
		if len(result.Reasons) == 0 {
			result.Reasons = []lifecycle.Reason{{Code: "scan.unknown"}} // a label that we never gave out
		}
		return result
	}
	result.Reasons = append([]lifecycle.Reason{{Code: "scan.unknown"}}, result.Reasons...)
	desk := actor.Has(lifecycle.RoleClerk) || actor.Has(lifecycle.RoleTechnician)
	if desk && actor.Org != "" && purpose == lifecycle.PurposeReturn {
		result.Next = []lifecycle.NextAction{NextAdmit}
	}
	return result
}

// now is the present as the record keeps it: UTC, whole milliseconds.
func (s *Scanner) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }
