package lifecycle

// Standing is what a certificate is worth today to somebody who holds the box
// in their hands.
type Standing string

const (
	// StandsForSale: it is current, and nobody has bought the unit since.
	StandsForSale Standing = "for-sale"
	// StandsUnproven: it is current, and a cloud that knows the model does not
	// say now that nobody sees through the unit. Unknown is never clear.
	StandsUnproven Standing = "unproven"
	// StandsSold: the unit was sold with it, and nobody has bound it since.
	StandsSold Standing = "sold"
	// StandsBound: the unit was sold with it, and somebody has bound it since;
	// here or, as a cloud says, there. For all we know that is its buyer.
	StandsBound Standing = "bound"
	// StandsSeen: a cloud knows an account of before the return after all.
	StandsSeen Standing = "seen"
	// StandsHeld: a hold stands over the unit.
	StandsHeld Standing = "held"
	// StandsWithdrawn: the unit went back into its reset before anybody bought it.
	StandsWithdrawn Standing = "withdrawn"
	// StandsRetired: the unit was retired, and never sold with it.
	StandsRetired Standing = "retired"
	// StandsPast: the unit has moved on since. It says nothing about today, and
	// always the same: whoever had the unit, and kept the code, follows it no
	// further.
	StandsPast Standing = "past"
)

// Standings lists every standing.
func Standings() []Standing {
	return []Standing{
		StandsForSale, StandsUnproven, StandsSold, StandsBound, StandsSeen, StandsHeld, StandsWithdrawn, StandsRetired, StandsPast,
	}
}

// Verdict is the standing in the words of a scan. Only what may be bought, or
// was bought and is nobody's yet, is clear.
func (s Standing) Verdict() Verdict {
	switch s {
	case StandsForSale, StandsSold:
		return VerdictClear
	case StandsBound:
		return VerdictBound
	case StandsHeld:
		return VerdictHeld
	case StandsSeen, StandsWithdrawn, StandsRetired:
		return VerdictRefused
	}
	return VerdictUnknown
}

// StandingOf says what one of the unit's certificates is worth today. It
// follows the unit from its certificate to the first binding of whoever bought
// it, and no further.
func StandingOf(s Snapshot, c Certificate) Standing {
	newest := s.Certificate != nil && s.Certificate.Code == c.Code
	if !newest || s.Unit.ReturnedAt.After(c.IssuedAt) {
		return StandsPast
	}
	switch s.Unit.State {
	case StateCertified:
		return standsOnShelf(s, c)
	case StateReturned, StateReset:
		return StandsWithdrawn
	case StateRetired:
		if s.Unit.SoldAt.Before(c.IssuedAt) {
			return StandsRetired
		}
	case StateSold, StateBound:
		if s.soldWith(c) {
			return standsWithBuyer(s)
		}
	}
	return StandsPast
}

func standsOnShelf(s Snapshot, c Certificate) Standing {
	switch {
	case !c.StandsAt(s.Unit.Epoch):
		return StandsPast
	case len(s.StandingHolds()) > 0:
		return StandsHeld
	}
	for _, cloud := range s.Model.Clouds {
		probe, asked := s.probeOf(cloud)
		if !s.gone(cloud) && (!asked || !probe.Dark || probe.At.Before(s.Unit.ReturnedAt)) {
			return StandsUnproven
		}
	}
	return StandsForSale
}

// soldWith reports whether the newest sale was of what the certificate says,
// and nobody has let go of the unit since: it is the buyer's, or nobody's. The
// buyer's own hard reset before the first binding changes nothing.
func (s Snapshot) soldWith(c Certificate) bool {
	sale := s.Sale
	if sale == nil || !sale.VoidedAt.IsZero() || sale.From != StateCertified || !c.StandsAt(sale.Epoch-1) {
		return false
	}
	if s.Unit.Epoch != sale.Epoch && s.Unit.EpochBy != EventHardResetSeen {
		return false
	}
	owner, owned := s.Owner()
	if owned {
		return owner.LiveAt.Equal(s.Unit.BoundAt)
	}
	return s.Unit.State == StateSold && s.Unit.BoundAt.IsZero()
}

func standsWithBuyer(s Snapshot) Standing {
	standing := StandsSold
	if s.Unit.State == StateBound {
		standing = StandsBound
	}
	for _, sighting := range s.Sightings {
		if !sighting.GoneAt.IsZero() {
			continue
		}
		standing = StandsBound
		if Sort(s, sighting) == AgeOld {
			return StandsSeen
		}
	}
	if len(s.StandingHolds()) > 0 {
		return StandsHeld
	}
	return standing
}
