package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// sight is what a scan at this desk shows: the reading, and the unit on record
// that it names. The payload goes no further than this.
type sight struct {
	reading  code.Reading
	known    bool // snapshot is of the unit
	snapshot lifecycle.Snapshot
	// apart says why box and unit do not belong together; empty: they do.
	apart   []lifecycle.Reason
	secrets bool
}

// see reads what was scanned, or typed instead, and looks the unit up.
func (r *Room) see(ctx context.Context, in Scanned) (sight, error) {
	if in.Key != (lifecycle.UnitKey{}) {
		return r.seeTyped(ctx, in.Key)
	}
	seen, err := r.seeOne(ctx, in.Payload)
	if err != nil || in.Second == "" {
		return seen, err
	}
	other, err := r.seeOne(ctx, in.Second)
	if err != nil {
		return seen, err
	}
	agree, reasons := code.Compare(seen.compared(), other.compared())
	other.secrets = other.secrets || seen.secrets
	if other.reading.Kind == code.KindReceipt {
		seen.secrets = other.secrets
		other = seen // a receipt beside a unit is no unit
	}
	if !agree {
		other.apart = reasons
	}
	return other, nil // what is on the unit is the unit, and not what is on its box
}

// seeTyped is for a key that somebody typed. People type setup codes where a
// serial is asked for; those are not kept.
func (r *Room) seeTyped(ctx context.Context, key lifecycle.UnitKey) (sight, error) {
	if typed := code.Parse(key.Serial, code.Rules{}); typed.SecretsRedacted {
		return sight{reading: typed, secrets: true}, nil
	}
	return r.find(ctx, sight{reading: code.Reading{Kind: code.KindSerial, Key: key, Serial: key.Serial, Redacted: key.Serial}})
}

func (r *Room) seeOne(ctx context.Context, payload string) (seen sight, err error) {
	if seen.reading, err = r.config.Read(ctx, payload); err != nil {
		return seen, fmt.Errorf("read scanned code: %w", err)
	}
	seen.secrets = seen.reading.SecretsRedacted
	return r.find(ctx, seen)
}

// find looks up the unit that the reading names, if it names one.
func (r *Room) find(ctx context.Context, seen sight) (_ sight, err error) {
	switch reading := seen.reading; {
	case reading.Kind == code.KindLabel:
		var unit lifecycle.Unit
		if unit, err = r.config.Units.UnitByCode(ctx, "label", reading.Label); err == nil {
			seen.snapshot, err = r.config.Units.Snapshot(ctx, unit.ID)
		}
	case reading.Kind == code.KindReceipt:
		return r.findReceipt(ctx, seen)
	case reading.Unit() && reading.Key != lifecycle.UnitKey{}:
		seen.snapshot, err = r.config.Units.SnapshotByKey(ctx, reading.Key)
	default:
		return seen, nil
	}
	if errors.Is(err, lifecycle.ErrNotFound) {
		return seen, nil
	}
	if err != nil {
		return seen, fmt.Errorf("find scanned unit: %w", err)
	}
	seen.known = true
	return seen, nil
}

// findReceipt looks up which unit a release receipt is about. The unit is not
// known by it: nobody has it in their hands for having its receipt.
func (r *Room) findReceipt(ctx context.Context, seen sight) (sight, error) {
	sum := sha256.Sum256([]byte(seen.reading.Receipt))
	released, err := r.config.Units.ReleaseReceipt(ctx, hex.EncodeToString(sum[:]))
	if err == nil {
		seen.snapshot, err = r.config.Units.Snapshot(ctx, released.Unit)
	}
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return seen, fmt.Errorf("find receipt: %w", err)
	}
	return seen, nil
}

// compared is the reading as it is held against another: what a label does not
// say, the record knows.
func (s sight) compared() code.Reading {
	reading := s.reading
	if s.known && reading.Kind == code.KindLabel || s.snapshot.Unit.ID != "" && reading.Kind == code.KindReceipt {
		reading.Kind = code.KindSerial
		reading.Key, reading.Serial, reading.GTIN = s.snapshot.Unit.Key, s.snapshot.Unit.Key.Serial, s.snapshot.Unit.GTIN
	}
	return reading
}

// describe writes into the entry what the code says. A verdict stands there
// only where the code alone decides it.
func (s sight) describe(entry *lifecycle.BatchEntry) {
	entry.Key, entry.Shown, entry.SecretsRedacted = s.reading.Key, s.reading.Redacted, s.secrets
	switch {
	case len(s.apart) > 0:
		entry.Verdict, entry.Reasons = lifecycle.VerdictMismatch, s.apart
		if lifecycle.HasReason(s.apart, "code.cannot-compare") {
			entry.Verdict = lifecycle.VerdictUnknown
		}
	case !s.known:
		entry.Verdict, entry.Reasons = lifecycle.VerdictUnknown, s.reading.Reasons
		if len(entry.Reasons) == 0 {
			entry.Reasons = []lifecycle.Reason{{Code: "scan.unknown"}}
		}
	}
}
