package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

// Certify certifies a reset: rule 3.
type Certify struct {
	Command
	Code CertificateCode
	// Sign makes the signed bytes of the statement. It must be a pure function
	// of its arguments, as Ed25519 (RFC 8032) is.
	Sign func(Snapshot, Certificate) ([]byte, error)
}

// Decide answers with the unit certified, or with everything that is missing.
func (c Certify) Decide(s Snapshot) (Change, error) {
	if c.Actor.Org == "" || s.Unit.Custody != c.Actor.Org {
		return Change{}, fmt.Errorf("certify at another's bench: %w", ErrNotFound)
	}
	d := begin(s, EventCertify, c.Command)
	d.reasons = append(d.reasons, certifyReasons(s, c.Actor, c.At)...)
	if len(d.reasons) > 0 {
		return d.finish()
	}
	certificate := c.statement(s)
	signed, err := c.Sign(s, certificate)
	if err != nil {
		return Change{}, fmt.Errorf("sign certificate: %w", err)
	}
	certificate.Bytes = signed
	d.change.Certificate = &certificate
	// The authority of the return settled whose it is, and no hold says
	// otherwise: a claim that a lock left would only keep its next owner out.
	d.change.Unit.Claim = ""
	return d.finish()
}

func (c Certify) statement(s Snapshot) Certificate {
	operators := operatorsOf(s)
	grade, _ := resetGrade(s)
	accreditation, _ := accreditationOf(s, c.Actor.Org)
	var waived []string
	for _, task := range s.Order.Tasks {
		if task.State == TaskWaived {
			waived = append(waived, task.ID)
		}
	}
	return Certificate{
		Code: c.Code, Epoch: s.Unit.Epoch, ContinuedTo: s.Unit.Epoch, Grade: grade, Org: c.Actor.Org,
		SelfCustody: accreditation.SelfCustody && s.Return.Org == c.Actor.Org,
		Operator:    operators[0], Validator: c.Actor.Person, Clerk: s.Return.Clerk,
		Firmware: s.Unit.Firmware, Waived: waived, IssuedAt: c.At,
	}
}

// CertifyReasons lists what still stands between a unit and its certificate,
// for the bench to show before anybody presses the button.
func CertifyReasons(s Snapshot, validator Actor, now time.Time) []Reason {
	reasons := certifyReasons(s, validator, now)
	for _, hold := range s.StandingHolds() {
		reasons = append(reasons, hold.Reason(validator))
	}
	return reasons
}

func certifyReasons(s Snapshot, validator Actor, now time.Time) []Reason {
	if s.Return == nil || s.Order == nil || s.Order.Kind != OrderReset || s.Order.Epoch != s.Unit.Epoch {
		return []Reason{{Code: "certify.no-order"}}
	}
	reasons := authorityReasons(s, now)
	reasons = append(reasons, proofReasons(s)...)
	return append(reasons, peopleReasons(s, validator)...)
}

func authorityReasons(s Snapshot, now time.Time) []Reason {
	if s.Unit.Unconfirmed {
		return []Reason{{Code: "certify.unconfirmed"}}
	}
	// What an organisation sent back out of its own stock has no customer
	// whose right would have to be shown.
	if s.Return.From == StateStock || s.Return.From == StateCertified {
		return nil
	}
	switch s.Return.Authority {
	case AuthorityOwnerRelease, AuthoritySaleMatch:
		return nil
	case AuthorityDevicePresent:
		if until := s.Return.At.Add(ContestWindow); now.Before(until) {
			return []Reason{{Code: "certify.contest-window", Args: map[string]string{"until": until.UTC().Format(time.RFC3339)}}}
		}
		return nil
	}
	return []Reason{{Code: "certify.authority"}}
}

func proofReasons(s Snapshot) []Reason {
	var reasons []Reason
	if s.Return.Condition == "dead" && !s.Unit.ContactAt.After(s.Return.At) {
		reasons = append(reasons, Reason{Code: "certify.dead"})
	}
	for _, task := range s.Order.Tasks {
		if !task.Done() {
			reasons = append(reasons, Reason{Code: "certify.task-open", Args: map[string]string{"task": task.ID}})
		}
	}
	if grade, ok := resetGrade(s); !ok || !grade.AtLeast(s.Model.RequiredGrade) {
		reasons = append(reasons, Reason{Code: "certify.grade", Args: map[string]string{"have": string(grade), "want": string(s.Model.RequiredGrade)}})
	}
	if !FirmwareAtLeast(s.Unit.Firmware, s.Model.MinFirmware) {
		reasons = append(reasons, Reason{Code: "certify.firmware", Args: map[string]string{"have": s.Unit.Firmware, "want": s.Model.MinFirmware}})
	}
	for _, check := range RequiredChecks(s.Model) {
		if !Passed(s, check) {
			reasons = append(reasons, Reason{Code: "certify.check", Args: map[string]string{"check": check}})
		}
	}
	return reasons
}

// resetGrade is how the factory reset was proven. Two people's word holds
// while both stand by it.
func resetGrade(s Snapshot) (Grade, bool) {
	task, ok := s.Order.Task(TaskID("", VerbFactoryReset))
	if task.Grade == GradeAttested && len(witnesses(s)) < 2 {
		return task.Grade, false
	}
	return task.Grade, ok && task.State == TaskProven
}

// witnesses are the people who attest, and have not taken back, that they
// reset the unit.
func witnesses(s Snapshot) []PersonID {
	var people []PersonID
	for _, a := range s.Attestations {
		if a.Order == s.Order.ID && a.Check == CheckFactoryReset && a.Pass {
			people = append(people, a.By)
		}
	}
	return people
}

// peopleReasons: clerk, operators and validator are pairwise different people,
// and the validator's organisation is accredited by the vendor.
func peopleReasons(s Snapshot, validator Actor) []Reason {
	var reasons []Reason
	if !validator.IsPerson() {
		reasons = append(reasons, Reason{Code: "certify.machine"})
	}
	operators := operatorsOf(s)
	if len(operators) == 0 {
		reasons = append(reasons, Reason{Code: "certify.no-operator"})
	}
	if slices.Contains(operators, validator.Person) {
		reasons = append(reasons, Reason{Code: "certify.validator-operated"})
	}
	if slices.Contains(operators, s.Return.Clerk) {
		reasons = append(reasons, Reason{Code: "certify.clerk-operated"})
	}
	if s.Return.Clerk == "" {
		reasons = append(reasons, Reason{Code: "certify.no-clerk"})
	}
	if s.Return.Clerk == validator.Person {
		reasons = append(reasons, Reason{Code: "certify.validator-took-it-back"})
	}
	accreditation, ok := accreditationOf(s, validator.Org)
	switch {
	case !ok:
		reasons = append(reasons, Reason{Code: "certify.not-accredited"})
	case s.Return.Org == validator.Org && !accreditation.SelfCustody:
		reasons = append(reasons, Reason{Code: "certify.self-custody"})
	}
	return reasons
}

// operatorsOf are the people who attested anything for the present order.
func operatorsOf(s Snapshot) []PersonID {
	var people []PersonID
	for _, a := range s.Attestations {
		if a.Order == s.Order.ID && !slices.Contains(people, a.By) {
			people = append(people, a.By)
		}
	}
	return people
}

func accreditationOf(s Snapshot, org OrgID) (Accreditation, bool) {
	for _, a := range s.Accreditations {
		if a.Org == org && org != "" {
			return a, true
		}
	}
	return Accreditation{}, false
}
