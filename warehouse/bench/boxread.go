package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// boxReadFor is how long the code of a box waits for the code of its unit.
// Whoever comes back from a break begins with the box again.
const boxReadFor = 10 * time.Minute

// boxRead reports whether a word says that a box was read a moment ago.
func (b *Bench) boxRead(word lifecycle.Attestation) bool {
	read := word.Note == lifecycle.NoteBoxRead || word.Note == lifecycle.NoteBoxOther
	return read && !word.Pass && b.Now().Sub(word.At) < boxReadFor
}

// Take takes what was scanned while a unit lies on the bench with a step
// open: the codes of its box and of itself one after the other, the version of
// its firmware, or the code of another unit, which takes its place. It gives
// the unit to show, and the step of it that the person is still at.
func (b *Bench) Take(ctx context.Context, key lifecycle.UnitKey, step, payload string) (lifecycle.UnitKey, string, error) {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return key, "", err
	}
	if step == lifecycle.CheckFirmware && strings.Trim(payload, "0123456789.") == "" && strings.Contains(payload, ".") {
		return key, "", b.AttestUnit(ctx, key, Word{Task: lifecycle.CheckFirmware, Pass: true, Note: payload})
	}
	reading, err := b.Read(ctx, payload)
	if err != nil {
		return key, step, fmt.Errorf("read code: %w", err)
	}
	if step == lifecycle.CheckCodesAgree && s.Order != nil && reading.Unit() {
		return b.codeRead(ctx, s, reading)
	}
	found, err := b.Find(ctx, payload)
	if found.Equal(key) {
		return found, step, err
	}
	return found, "", err
}

// codeRead takes the first code as the box's and the second as the unit's own.
func (b *Bench) codeRead(ctx context.Context, s lifecycle.Snapshot, reading code.Reading) (lifecycle.UnitKey, string, error) {
	key := s.Unit.Key
	fits, err := b.IsOf(ctx, s, reading)
	if err != nil {
		return key, "", err
	}
	box, begun := b.boxWord(ctx, s)
	if !begun {
		note := lifecycle.NoteBoxOther
		if fits {
			note = lifecycle.NoteBoxRead
		}
		_, err := b.attest(ctx, s, lifecycle.CheckCodesAgree, false, note)
		return key, lifecycle.CheckCodesAgree, err
	}
	boxFits := box.Note == lifecycle.NoteBoxRead
	if !boxFits && !fits {
		// Both name another unit: somebody went on to the next one.
		other, err := b.UnitOf(ctx, reading)
		if err == nil && shelf.At(other, access.From(ctx).Org) == nil {
			return other.Unit.Key, "", nil
		}
		return key, lifecycle.CheckCodesAgree, lifecycle.Mistake("payload", "bench.other-unit")
	}
	_, err = b.attest(ctx, s, lifecycle.CheckCodesAgree, boxFits && fits, "")
	return key, "", err
}

// boxWord is what this person read off the box a moment ago.
func (b *Bench) boxWord(ctx context.Context, s lifecycle.Snapshot) (lifecycle.Attestation, bool) {
	for _, word := range s.Attestations {
		mine := word.Order == s.Order.ID && word.By == access.From(ctx).Person
		if mine && word.Check == lifecycle.CheckCodesAgree && b.boxRead(word) {
			return word, true
		}
	}
	return lifecycle.Attestation{}, false
}
