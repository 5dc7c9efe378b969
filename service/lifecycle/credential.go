package lifecycle

import (
	"slices"
	"time"
)

// CredentialsKept is how many credentials of one unit are remembered: several
// times what an honest one makes in its life, one for each epoch and each press
// of its button. Where there is no room left to remember a new one, it proves
// nothing: an unbounded list would let a unit fill our disk, and one that
// forgets its oldest would take what somebody has known for years for new.
const CredentialsKept = 200

// Credential is what is kept of a secret that a unit made, for as long as there
// is a record of the unit: its hash, and when the unit told us of it first.
// What it tells again later is as old as that.
type Credential struct {
	Hash  string    `json:"hash"`  // hex SHA-256
	Epoch Epoch     `json:"epoch"` // the unit's, when it told us first
	At    time.Time `json:"at"`
}

// told finds a credential among those that the unit has told us of. The newest
// of a unit that is on record since before they were kept one by one stands in
// its own row and in its report alone.
func (s Snapshot) told(hash string) (Credential, bool) {
	if kept := slices.IndexFunc(s.Credentials, func(c Credential) bool { return c.Hash == hash }); kept >= 0 {
		return s.Credentials[kept], true
	}
	switch {
	case hash == "":
	case hash == s.Unit.Verifier:
		return Credential{Hash: hash, Epoch: s.Unit.Epoch, At: s.Unit.VerifierAt}, true
	case s.Report != nil && hash == s.Report.Verifier:
		return Credential{Hash: hash, Epoch: min(s.Report.Epoch, s.Unit.Epoch-1), At: s.Report.At}, true
	}
	return Credential{}, false
}

// newestTold is the credential that the unit told us of last; empty: none.
func (s Snapshot) newestTold() string {
	if s.Unit.Verifier == "" && s.Report != nil {
		return s.Report.Verifier
	}
	return s.Unit.Verifier
}

// worth is what a reported credential shows.
type worth struct {
	Credential
	// fresh: the unit told us of it first within the present epoch. Nothing else
	// proves that somebody has the unit (rule 5).
	fresh bool
	// unheard: this report is the first that tells of it.
	unheard bool
	// overfull: there is no room left to remember it.
	overfull bool
}

// weigh says what a credential shows that a unit reports at an instant.
func (s Snapshot) weigh(hash string, at time.Time) worth {
	if known, ok := s.told(hash); ok {
		return worth{Credential: known, fresh: known.Epoch == s.Unit.Epoch}
	}
	w := worth{Credential: Credential{Hash: hash, Epoch: s.Unit.Epoch, At: s.after(at)}}
	w.overfull = len(s.Credentials) >= CredentialsKept
	w.unheard = hash != "" && !w.overfull
	w.fresh = w.unheard
	return w
}

// after is an instant at which something new is told: after the epoch began,
// after what was told before, and after any offer that stands, though a clock
// was put back in between, or another one's is ahead. What proves possession
// came later; no clock must say otherwise.
func (s Snapshot) after(at time.Time) time.Time {
	last := maxTime(s.Unit.EpochAt, s.Unit.VerifierAt)
	for _, offer := range s.Offers {
		if offer.State == OfferPending {
			last = maxTime(last, offer.CreatedAt)
		}
	}
	if at.After(last) {
		return at
	}
	return last.Add(time.Millisecond)
}

// notBeforeTold is an instant that is not before any at which the unit told us of
// a credential, whatever a clock says. An offer begins then: or what the unit
// tells again would count as made after it.
func (s Snapshot) notBeforeTold(at time.Time) time.Time {
	last := maxTime(at, s.Unit.VerifierAt)
	for _, c := range s.Credentials {
		last = maxTime(last, c.At)
	}
	return last
}

// remember keeps the reported credential, and the newest of before where that
// is not kept yet; and calls the security officer to a unit that does what no
// honest one does.
func (d *draft) remember(w worth) {
	if w.Hash == "" {
		return
	}
	newest := d.before.newestTold()
	if before, ok := d.before.told(newest); ok {
		d.recall(before)
	}
	switch {
	case w.overfull:
		d.flag(FlagCredentialFlood, "credential", SeverityHigh, nil)
		return
	case w.unheard || w.Hash == newest:
		// New, or not renewed since the epoch advanced, which the unit is told and
		// no more.
	case w.fresh:
		d.reused(w, SeverityMedium)
	default:
		d.reused(w, SeverityHigh)
	}
	d.recall(w.Credential)
}

// recall adds a credential that has no row yet.
func (d *draft) recall(c Credential) {
	same := func(other Credential) bool { return other.Hash == c.Hash }
	if !slices.ContainsFunc(d.before.Credentials, same) && !slices.ContainsFunc(d.change.Credentials, same) {
		d.change.Credentials = append(d.change.Credentials, c)
	}
}

// reused flags a unit that told us of another credential in between: it is
// defective, or somebody has copied it.
func (d *draft) reused(w worth, severity Severity) {
	d.flag(FlagCredentialReused, "credential", severity, map[string]string{"first": w.At.UTC().Format(time.RFC3339)})
}
