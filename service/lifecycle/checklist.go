package lifecycle

import (
	"slices"
	"time"
)

// CheckProof is what proves a step of a checklist.
type CheckProof string

const (
	// ProofWord: a person says so.
	ProofWord CheckProof = ""
	// ProofPhoto: a person says so, and a picture of it is kept.
	ProofPhoto CheckProof = "photo"
	// ProofReport: the unit says so itself, in a signed report of this order.
	// Nobody's word does instead.
	ProofReport CheckProof = "report"
)

// CheckProofs lists what can prove a step.
func CheckProofs() []CheckProof { return []CheckProof{ProofWord, ProofPhoto, ProofReport} }

// MaxHold is the longest time that a step may ask for.
const MaxHold = 10 * time.Minute

// Check is one step of a model's checklist.
type Check struct {
	ID   string `json:"id"`   // [a-z0-9-]{1,32}
	Text string `json:"text"` // what the technician does, in the vendor's words
	// Texts are the same words in other languages, by language tag.
	Texts map[string]string `json:"texts,omitempty"`
	// Optional: no certificate waits for it.
	Optional bool `json:"optional,omitempty"`
	// HoldSeconds is how long something must be held, or waited for, between
	// the start of the step and its end; 0: no time.
	HoldSeconds int        `json:"hold_s,omitempty"`
	ProvenBy    CheckProof `json:"proven_by,omitempty"`
	// Picture is the hex SHA-256 of the vendor's picture of the step.
	Picture string `json:"picture,omitempty"`
}

// Hold is how long the step takes at least.
func (c Check) Hold() time.Duration { return time.Duration(c.HoldSeconds) * time.Second }

// In is what the technician does in the words of a language, or else in the
// vendor's own.
func (c Check) In(language string) string {
	if text := c.Texts[language]; text != "" {
		return text
	}
	return c.Text
}

// Check finds a step of the model's checklist.
func (m Model) Check(id string) (Check, bool) {
	at := slices.IndexFunc(m.Checklist, func(c Check) bool { return c.ID == id })
	if at < 0 {
		return Check{}, false
	}
	return m.Checklist[at], true
}

// RequiredChecks lists what the bench must attest for every unit of a model,
// in the order in which it is done.
func RequiredChecks(model Model) []string {
	checks := []string{CheckCodesAgree}
	if model.RemovableMedia {
		checks = append(checks, CheckMedia)
	}
	for _, check := range model.Checklist {
		if !check.Optional {
			checks = append(checks, check.ID)
		}
	}
	return checks
}

// Passed reports whether a check of the present order is done: the newest word
// on it, of anybody, is a pass, or the unit has said so itself where its model
// wants that.
func Passed(s Snapshot, check string) bool {
	if step, ok := s.Model.Check(check); ok && step.ProvenBy == ProofReport {
		return reported(s)
	}
	return NewestWord(s, check).Pass
}

// reported is whether the unit's own signed report proved the reset in this
// order. What it said since, of anything else, takes nothing away.
func reported(s Snapshot) bool {
	if s.Order == nil {
		return false
	}
	task, ok := s.Order.Task(TaskID("", VerbFactoryReset))
	return ok && task.State == TaskProven && task.Grade == GradeDeviceSigned
}

// NewestWord is the last thing that anybody said of a check in the present
// order, zero where nobody said anything. Of two words at the same instant the worse one counts.
func NewestWord(s Snapshot, check string) Attestation {
	var newest Attestation
	for _, a := range s.Attestations {
		if s.Order == nil || a.Order != s.Order.ID || a.Check != check || a.At.Before(newest.At) {
			continue
		}
		if a.At.Equal(newest.At) && !newest.Pass && newest.Check != "" {
			continue
		}
		newest = a
	}
	return newest
}
