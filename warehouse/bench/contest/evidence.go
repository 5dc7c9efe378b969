package contest

import (
	"slices"
	"strconv"
	"time"

	"quitclaim/service/lifecycle"
)

// Evidence is one thing that the record says about the end which is objected
// to: a message code with its parameters, and for whom it speaks.
type Evidence struct {
	lifecycle.Reason
	// For is "return" where it speaks for the return, "owner" where it speaks for
	// whoever objects, and empty where it only has to be known.
	For string
	// Digests are of pictures, SHA-256 in hex.
	Digests []string
}

// endOf is the return that is objected to; nil where a hard reset ended it.
func endOf(s lifecycle.Snapshot, hold lifecycle.Hold) *lifecycle.Return {
	if s.Return != nil && s.Return.FormerOwner == hold.PlacedBy.Person && !s.Return.At.After(hold.PlacedAt) {
		return s.Return
	}
	return nil
}

// evidence lists what the record has, the strongest first.
func evidence(s lifecycle.Snapshot, hold lifecycle.Hold) []Evidence {
	var list []Evidence
	add := func(speaks, code string, args map[string]string) {
		list = append(list, Evidence{Reason: lifecycle.Reason{Code: "contest.evidence." + code, Args: args}, For: speaks})
	}
	if ret := endOf(s, hold); ret != nil {
		switch ret.Authority {
		case lifecycle.AuthoritySaleMatch:
			add("return", "receipt", nil)
		case lifecycle.AuthorityDevicePresent:
			add("return", "unit-was-there", nil)
		case lifecycle.AuthorityOwnerRelease:
			add("return", "released", nil)
		case lifecycle.AuthorityNone:
			add("owner", "no-right", nil)
		}
		if ret.CustomerPresent {
			add("", "customer-present", nil)
		}
		if ret.Second != "" {
			add("", "two-clerks", nil)
		}
		if !ret.CancelledAt.IsZero() {
			add("owner", "cancelled", at(ret.CancelledAt))
		}
	} else {
		add("", "hard-reset", nil)
	}
	if stolen := slices.ContainsFunc(s.StandingHolds(), func(h lifecycle.Hold) bool { return h.Kind == lifecycle.HoldStolen }); stolen {
		add("owner", "stolen", nil)
	}
	if sale := s.Sale; sale != nil && sale.VoidedAt.IsZero() {
		add("", "sale", at(sale.SoldAt))
	}
	if !s.Unit.ContactAt.IsZero() && s.Unit.ContactAt.After(hold.PlacedAt) {
		add("", "spoke-since", at(s.Unit.ContactAt))
	}
	return append(list, pictures(s)...)
}

func pictures(s lifecycle.Snapshot) []Evidence {
	digests := lifecycle.PhotosOf(s)
	if len(digests) == 0 {
		return nil
	}
	return []Evidence{{
		Reason:  lifecycle.Reason{Code: "contest.evidence.pictures", Args: map[string]string{"n": strconv.Itoa(len(digests))}},
		Digests: digests,
	}}
}

func at(t time.Time) map[string]string {
	return map[string]string{"at": t.UTC().Format(time.RFC3339)}
}
