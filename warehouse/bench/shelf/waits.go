package shelf

import (
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// waits says what a unit at the bench waits for, whoever looks: the unit's own
// tasks, each cloud that is not dark, then what only a person can do.
func waits(s lifecycle.Snapshot, now time.Time) []lifecycle.Reason {
	var reasons []lifecycle.Reason
	if holds := s.StandingHolds(); len(holds) > 0 {
		return []lifecycle.Reason{holds[0].Reason(lifecycle.Actor{})} // nothing else goes on
	}
	switch s.Unit.State {
	case lifecycle.StateReturned:
		reasons = append(reasons, waitsForTasks(s)...)
	case lifecycle.StateReset:
		reasons = append(reasons, waitsForPeople(s, now)...)
	}
	return reasons
}

func waitsForTasks(s lifecycle.Snapshot) []lifecycle.Reason {
	order, ok := s.OpenOrder()
	if !ok {
		return nil
	}
	var reasons []lifecycle.Reason
	var clouds []string
	for _, task := range order.Tasks {
		switch {
		case task.Done():
		case task.Cloud == "":
			reasons = append(reasons, lifecycle.Reason{Code: "bench.waits." + string(task.Verb)})
		case !slices.Contains(clouds, task.Cloud):
			clouds = append(clouds, task.Cloud)
			reasons = append(reasons, lifecycle.Reason{Code: "bench.waits.cloud", Args: map[string]string{"cloud": task.Cloud}})
		}
	}
	return reasons
}

// waitsForPeople is what stands in the way of a validator who has had nothing
// to do with the unit. Who may not is shown to those alone.
func waitsForPeople(s lifecycle.Snapshot, now time.Time) []lifecycle.Reason {
	var reasons []lifecycle.Reason
	for _, reason := range lifecycle.CertifyReasons(s, lifecycle.Actor{}, now) {
		if !IsAboutValidator(reason.Code) {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		return []lifecycle.Reason{{Code: "bench.waits.validator"}}
	}
	return Spoken(s, reasons)
}

// IsAboutValidator reports whether a reason is about who certifies, and none for
// anybody else.
func IsAboutValidator(code string) bool {
	return slices.Contains([]string{
		"certify.machine", "certify.validator-operated", "certify.validator-took-it-back",
		"certify.not-accredited", "certify.self-custody",
	}, code)
}

// Spoken puts what people know into the reasons' parameters: the vendor's words
// for a check instead of its id.
func Spoken(s lifecycle.Snapshot, reasons []lifecycle.Reason) []lifecycle.Reason {
	said := slices.Clone(reasons)
	for i, reason := range said {
		if reason.Code == "certify.check" {
			said[i] = spokenCheck(s, reason.Args["check"])
		}
	}
	return said
}

func spokenCheck(s lifecycle.Snapshot, id string) lifecycle.Reason {
	for _, check := range s.Model.Checklist {
		if check.ID == id {
			return lifecycle.Reason{Code: "certify.check", Args: map[string]string{"check": check.Text}}
		}
	}
	return lifecycle.Reason{Code: "bench.missing." + id} // one of our own checks
}

// Waivable are the clouds that an officer may give up.
func Waivable(s lifecycle.Snapshot, p access.Principal) []string {
	order, open := s.OpenOrder()
	if !open || s.Unit.State != lifecycle.StateReturned || !access.Allowed(p, access.WaiverSign) {
		return nil
	}
	var clouds []string
	for _, task := range order.Tasks {
		if task.Cloud != "" && !task.Done() && !slices.Contains(clouds, task.Cloud) {
			clouds = append(clouds, task.Cloud)
		}
	}
	return clouds
}
