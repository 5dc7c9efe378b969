package lifecycle_test

import (
	"bytes"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
)

// plantedBug is one way in which the rules, or the ledger, could be broken,
// and the invariant that must notice.
type plantedBug struct {
	rules rules
	write func([]byte) []byte
	want  string
	near  []string // the moves after which it shows
}

// lean reports whether the plain model alone finds it.
func (b plantedBug) lean() bool { return b.want != "pure" && b.want != "I28" }

// after lets the real rules answer and spoils the answer.
func after(event lifecycle.Event, spoil func(lifecycle.Snapshot, *lifecycle.Change)) rules {
	return func(s lifecycle.Snapshot, c decider) (lifecycle.Change, error) {
		change, err := c.Decide(s)
		if err == nil && change.Event == event {
			spoil(s, &change)
		}
		return change, err
	}
}

// before shows the real rules another snapshot than there is; the unit that
// comes out keeps what the rules did not touch.
func before(blind func(s *lifecycle.Snapshot, c decider)) rules {
	return func(s lifecycle.Snapshot, c decider) (lifecycle.Change, error) {
		blind(&s, c)
		return c.Decide(s)
	}
}

func plantedBugs() map[string]plantedBug {
	return map[string]plantedBug{
		"a return that does not advance the epoch": {want: "I2", rules: after(lifecycle.EventReturn, func(s lifecycle.Snapshot, c *lifecycle.Change) {
			c.Unit.Epoch = s.Unit.Epoch
		})},
		"a hard reset that goes back in epochs": {want: "I2", rules: after(lifecycle.EventHardResetSeen, func(s lifecycle.Snapshot, c *lifecycle.Change) {
			c.Unit.Epoch = s.Unit.Epoch - 1
		})},
		"a contact that advances the epoch": {want: "I2", rules: after(lifecycle.EventContactSeen, func(s lifecycle.Snapshot, c *lifecycle.Change) {
			c.Unit.Epoch++
		})},
		"a return that leaves the owner": {want: "I2", rules: after(lifecycle.EventReturn, func(_ lifecycle.Snapshot, c *lifecycle.Change) {
			c.Bindings = nil
		})},
		"a transfer that leaves the old owner": {want: "I2", rules: after(lifecycle.EventTransfer, func(_ lifecycle.Snapshot, c *lifecycle.Change) {
			c.Bindings = c.Bindings[len(c.Bindings)-1:]
		})},
		"a bind beside an owner": {want: "I2: bind", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Bind); ok && s.Unit.State == lifecycle.StateBound {
				s.Bindings, s.Unit.State = nil, lifecycle.StateSold
			}
		})},
		"a cancel that revives the owner": {want: "I1", rules: after(lifecycle.EventCancel, func(s lifecycle.Snapshot, c *lifecycle.Change) {
			for _, b := range s.Bindings {
				if b.EndedBy == lifecycle.EventReturn && b.Kind == lifecycle.BindingOwner {
					b.State, b.Epoch = lifecycle.BindingLive, c.Unit.Epoch
					c.Bindings = []lifecycle.Binding{b}
				}
			}
		})},
		"any credential binds": {want: "I4", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if bind, ok := c.(lifecycle.Bind); ok && s.Unit.Verifier != "" {
				s.Unit.Verifier = bind.ProofHash
			}
		})},
		"a credential told again counts as new": {want: "I4", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if heard, ok := c.(lifecycle.Heard); ok && heard.Report.Kind == lifecycle.ResetNone {
				s.Report, s.Credentials = nil, nil
			}
		})},
		"a credential of before, told again after another, counts as new": {want: "I4", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if heard, ok := c.(lifecycle.Heard); ok && heard.Report.Kind == lifecycle.ResetNone {
				s.Credentials = nil // the newest alone is known
			}
		})},
		"a reset that is shown by a credential of before": {want: "I6", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if heard, ok := c.(lifecycle.Heard); ok && heard.Report.Kind == lifecycle.ResetHard {
				s.Report, s.Credentials, s.Unit.Verifier, s.Unit.VerifierAt = nil, nil, "", time.Time{}
			}
		})},
		"a release that gives up another's claim": {want: "I1", rules: after(lifecycle.EventRelease, func(_ lifecycle.Snapshot, c *lifecycle.Change) {
			c.Unit.Claim = ""
		})},
		"a ledger that forgets what was told": {want: "I28", write: func(text []byte) []byte {
			return bytes.Replace(text, []byte(`"credentials":`), []byte(`"confidences":`), 1)
		}},
		"a credential of before the offer transfers": {want: "I4", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if transfer, ok := c.(lifecycle.Transfer); ok && s.Unit.Verifier != "" {
				s.Unit.VerifierAt = transfer.At
			}
		})},
		"a reset that is proven by nothing": {want: "I6", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Prove); ok && s.Order != nil {
				s.Order = allProven(*s.Order)
			}
		})},
		"a validator who worked on it": {want: "I6", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Certify); ok {
				s.Attestations = slices.Clone(s.Attestations)
				for i := range s.Attestations {
					s.Attestations[i].By = "psn_stranger"
				}
			}
		})},
		"a step that takes no time": {want: "hold", near: []string{"bench", "life goes on"}, rules: before(func(s *lifecycle.Snapshot, c decider) {
			s.Model.Checklist = slices.Clone(s.Model.Checklist)
			for i := range s.Model.Checklist {
				s.Model.Checklist[i].HoldSeconds = 0
			}
		})},
		"a step without its picture": {want: "photo", near: []string{"bench", "life goes on"}, rules: before(func(s *lifecycle.Snapshot, c decider) {
			s.Model.Checklist = slices.Clone(s.Model.Checklist)
			for i := range s.Model.Checklist {
				s.Model.Checklist[i].ProvenBy = lifecycle.ProofWord
			}
		})},
		"a word taken back that stands": {want: "I6", rules: after(lifecycle.EventAttest, func(_ lifecycle.Snapshot, c *lifecycle.Change) {
			c.Attestations[0].Pass = c.Attestations[0].Pass || c.Attestations[0].Note == lifecycle.NoteTakenBack
		})},
		"a ledger that forgets the pictures": {want: "I28", write: func(text []byte) []byte {
			return bytes.Replace(text, []byte(`"photos":`), []byte(`"images":`), 1)
		}},
		"a certificate without any right": {want: "I6", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Certify); ok && s.Return != nil {
				ret := *s.Return
				ret.Authority = lifecycle.AuthoritySaleMatch
				s.Return = &ret
			}
		})},
		"a certificate that outlives a reopen": {want: "I6", rules: after(lifecycle.EventReopen, func(s lifecycle.Snapshot, c *lifecycle.Change) {
			if s.Certificate != nil {
				certificate := *s.Certificate
				certificate.ContinuedTo = c.Unit.Epoch
				c.Certificate = &certificate
			}
		})},
		"a returned unit that is sold": {want: "I2: sell", rules: func(s lifecycle.Snapshot, c decider) (lifecycle.Change, error) {
			from := s.Unit.State
			if _, ok := c.(lifecycle.Sell); ok && from == lifecycle.StateReturned {
				s.Unit.State = lifecycle.StateStock
			}
			return c.Decide(s)
		}},
		"a certified unit that is sold unasked": {want: "I6", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Sell); ok {
				s.Model.Clouds = nil
			}
		})},
		"a sale under a hold": {want: "hold", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Sell); ok {
				s.Holds = nil
			}
		})},
		"a deletion under a hold": {want: "hold", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.BeginDeletion); ok {
				s.Holds = nil
			}
		})},
		"a deletion before its date": {want: "rule 9", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if begin, ok := c.(lifecycle.BeginDeletion); ok {
				s.Deletions = slices.Clone(s.Deletions)
				for i := range s.Deletions {
					s.Deletions[i].DueAt, s.Deletions[i].NotBefore = begin.At, time.Time{}
				}
			}
		})},
		"a share that has no end": {want: "I5", rules: after(lifecycle.EventJoin, func(_ lifecycle.Snapshot, c *lifecycle.Change) {
			c.Bindings[len(c.Bindings)-1].Until = time.Time{}
		})},
		"an invitation that anybody takes": {want: "I5", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if _, ok := c.(lifecycle.Join); ok {
				s.Bindings = slices.Clone(s.Bindings)
				for i := range s.Bindings {
					if s.Bindings[i].State == lifecycle.BindingPending {
						s.Bindings[i].Account = ""
					}
				}
			}
		})},
		"a transfer that takes the shares along": {want: "I", rules: after(lifecycle.EventTransfer, func(s lifecycle.Snapshot, c *lifecycle.Change) {
			for i := range c.Bindings {
				if b := &c.Bindings[i]; b.Kind == lifecycle.BindingMember && !b.LiveAt.IsZero() {
					b.State, b.EndedAt, b.EndedBy, b.Epoch = lifecycle.BindingLive, time.Time{}, "", c.Unit.Epoch
				}
			}
		})},
		"a contest that one person decides": {want: "hold", rules: before(func(s *lifecycle.Snapshot, c decider) {
			if rule, ok := c.(lifecycle.RuleContest); ok {
				s.Holds = slices.Clone(s.Holds)
				for i := range s.Holds {
					s.Holds[i].Ruling = lifecycle.Ruling{Outcome: rule.Outcome, Reason: rule.Reason, ProposedBy: "psn_nobody", ProposedAt: rule.At}
				}
			}
		})},
		"a fact that is refused": {want: "facts", rules: func(s lifecycle.Snapshot, c decider) (lifecycle.Change, error) {
			if _, ok := c.(lifecycle.Heard); ok && len(s.StandingHolds()) > 0 {
				return lifecycle.Change{}, &lifecycle.Refusal{Event: lifecycle.EventContactSeen, State: s.Unit.State}
			}
			return c.Decide(s)
		}},
		"a rule that writes into its snapshot": {want: "pure", rules: after(lifecycle.EventProgress, func(s lifecycle.Snapshot, _ *lifecycle.Change) {
			if s.Order != nil {
				s.Order.Tasks[0].Proof += "!"
			}
		})},
		"a ledger that forgets the credential": {want: "I28", write: func(text []byte) []byte {
			return bytes.Replace(text, []byte(`"verifier":`), []byte(`"forgotten":`), 1)
		}},
		"a ledger that forgets the tasks": {want: "I28", write: func(text []byte) []byte {
			return bytes.Replace(text, []byte(`"tasks":`), []byte(`"chores":`), 1)
		}},
	}
}

func allProven(order lifecycle.Order) *lifecycle.Order {
	order.Tasks = slices.Clone(order.Tasks)
	for i := range order.Tasks {
		order.Tasks[i].State = lifecycle.TaskProven
	}
	return &order
}
