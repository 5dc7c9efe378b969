package lifecycle

import (
	"slices"
	"time"
)

// Attestation is a person's word for a check or for a task of the unit: the
// newest of that person in that order. Earlier ones are on the ledger.
type Attestation struct {
	Order OrderID   `json:"order"`
	Check string    `json:"check"` // a check of the model, or one of the Check… constants
	By    PersonID  `json:"by"`
	At    time.Time `json:"at"`
	Pass  bool      `json:"pass"`
	// Note is a code of what was found, never free text.
	Note string `json:"note,omitempty"`
	// Photos are the hex SHA-256 of the pictures that the person took of it.
	// They stay though the word is taken back.
	Photos []string `json:"photos,omitempty"`
}

// The checks that every model has.
const (
	CheckCodesAgree   = "codes-agree"   // box code and device code name the same unit
	CheckMedia        = "media"         // removable media taken out, or none there
	CheckFirmware     = "firmware"      // the version that the bench reads off the unit
	CheckFactoryReset = "factory-reset" // two people reset a unit that cannot speak
)

// Notes of words that say nothing yet, neither yes nor no. What was begun and
// not finished is no pass.
const (
	NoteStarted   = "started"    // a step that takes its time has begun
	NoteBoxRead   = "box-read"   // the code on the box names this unit; the unit's own is next
	NoteBoxOther  = "box-other"  // the code on the box names another
	NotePhoto     = "photo"      // a picture was taken before anything was said
	NoteTakenBack = "taken-back" // the person took their word back
)

// Said reports whether somebody has said yes or no.
func (a Attestation) Said() bool {
	begun := []string{NoteStarted, NoteBoxRead, NoteBoxOther, NotePhoto, NoteTakenBack}
	return a.Pass || a.Check != "" && !slices.Contains(begun, a.Note)
}

// wordOf is what a person said of a check in the present order.
func wordOf(s Snapshot, check string, by PersonID) (Attestation, bool) {
	for _, a := range s.Attestations {
		if s.Order != nil && a.Order == s.Order.ID && a.Check == check && a.By == by {
			return a, true
		}
	}
	return Attestation{}, false
}

// photographed reports whether anybody has kept a picture of a check.
func photographed(s Snapshot, check string) bool {
	return slices.ContainsFunc(s.Attestations, func(a Attestation) bool {
		return s.Order != nil && a.Order == s.Order.ID && a.Check == check && len(a.Photos) > 0
	})
}

// LastWord is what a person said last in the present order and has not taken
// back.
func LastWord(s Snapshot, by PersonID) (Attestation, bool) {
	var last Attestation
	for _, a := range s.Attestations {
		mine := s.Order != nil && a.Order == s.Order.ID && a.By == by && by != ""
		if mine && a.Note != NoteTakenBack && !a.At.Before(last.At) {
			last = a
		}
	}
	return last, last.Check != ""
}
