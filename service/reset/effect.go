package reset

import (
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// The codes of what proved a task: Task.Proof.
const (
	proofInventory    = "inventory-stored"
	proofNoPartner    = "no-partner-left"
	proofUnbound      = "inventory-empty"
	proofNoneOlder    = "none-older-left"
	proofOutOfReach   = "recordings-out-of-reach"
	proofCredential   = "credential-newer"
	proofNoSession    = "no-session-left"
	proofNotice       = "notice-accepted"
	proofDeleted      = lifecycle.ProofByItsWord
	proofNothingKept  = "nothing-kept"
	proofDark         = "dark-after-delay"
	proofPreflightFor = "preflight-" // and the cloud's eligibility
)

// look is what a cloud showed at one moment.
type look struct {
	at        time.Time
	inventory cloud.Inventory
	probe     cloud.Probe
	probed    bool // the probe was asked; before anything was, there is no need
	// before bounds what must be gone: the order's own bound, or later.
	before time.Time
	// ours are the account hashes of our own live bindings.
	ours []string
}

// links is everything that either read reports.
func (l look) links() []cloud.Link { return slices.Concat(l.inventory.Links, l.probe.Links) }

// old reports whether a link is one that has to go. A link without a date is,
// unless its account is one of ours: what could not be told apart is not
// proven gone.
func (l look) old(link cloud.Link) bool {
	if link.Since.IsZero() && slices.Contains(l.ours, link.AccountHash) {
		return false
	}
	return link.OlderThan(l.before)
}

// shows reports whether the effect of a verb can be seen, and by what.
func (l look) shows(verb lifecycle.Verb, order lifecycle.Order) (proof string, ok bool) {
	switch verb {
	case lifecycle.VerbRevoke:
		partner := func(link cloud.Link) bool { return link.Kind == lifecycle.BindingPartner && l.old(link) }
		return proofNoPartner, !slices.ContainsFunc(l.links(), partner)
	case lifecycle.VerbUnbind:
		if len(l.links()) == 0 {
			return proofUnbound, true
		}
		return proofNoneOlder, !slices.ContainsFunc(l.links(), l.old)
	case lifecycle.VerbDetach:
		return proofOutOfReach, l.probed && !l.probe.Recordings.OlderThan(l.before)
	case lifecycle.VerbRotate:
		made := l.probe.CredentialAt
		return proofCredential, l.probed && !made.IsZero() && !made.Before(order.Before)
	case lifecycle.VerbCut:
		return proofNoSession, l.probed && !l.probe.Sessions.OlderThan(l.before)
	}
	return "", false
}

// bound is the instant before which everything must be gone. A cut order's own
// bound leaves a new owner alone. While the order of a return is open nobody
// may be bound at all: what came after its bound must go too, so the bound
// moves behind the newest thing seen. That is a date of the cloud's own clock,
// hence right however wrong that clock is.
func (l look) bound(order lifecycle.Order) time.Time {
	bound := order.Before
	if order.Kind != lifecycle.OrderReset {
		return bound
	}
	seen := []time.Time{l.probe.Sessions.Newest, l.probe.Recordings.Newest}
	for _, link := range l.links() {
		seen = append(seen, link.Since)
	}
	for _, instant := range seen {
		if !instant.Before(bound) {
			bound = instant.Add(time.Millisecond).Truncate(time.Millisecond)
		}
	}
	return bound
}

// dark is the probe as the snapshot keeps it.
func (l look) dark(cloudName string) *lifecycle.Probe {
	return &lifecycle.Probe{
		Cloud: cloudName, At: l.at, Dark: l.probe.Dark() && len(l.inventory.Links) == 0,
		CredentialRefused: l.probe.CredentialRefused,
	}
}

// sightings is what an inventory changes in what is known: new links, links
// that came back or begin at another date, links that are gone. The first
// sight of an account stays its date, for rule 10 asks who was there before.
func (l look) sightings(known []lifecycle.Sighting, cloudName string) []lifecycle.Sighting {
	var changed []lifecycle.Sighting
	for _, link := range oldestOfEach(l.inventory.Links) {
		sighting := lifecycle.Sighting{
			Cloud: cloudName, AccountHash: link.AccountHash, Kind: link.Kind,
			Since: link.Since.UTC().Truncate(time.Millisecond), SeenAt: l.at,
		}
		at := slices.IndexFunc(known, func(s lifecycle.Sighting) bool { return same(s, sighting) })
		if at >= 0 {
			if known[at].GoneAt.IsZero() && known[at].Since.Equal(sighting.Since) {
				continue
			}
			sighting.SeenAt = known[at].SeenAt
		}
		changed = append(changed, sighting)
	}
	for _, s := range known {
		if s.Cloud == cloudName && s.GoneAt.IsZero() && !l.inventory.Has(s.AccountHash, s.Kind) {
			s.GoneAt = l.at
			changed = append(changed, s)
		}
	}
	return changed
}

func same(a, b lifecycle.Sighting) bool {
	return a.Cloud == b.Cloud && a.AccountHash == b.AccountHash && a.Kind == b.Kind
}

// oldestOfEach keeps one link of each account and kind: the oldest counts.
func oldestOfEach(links []cloud.Link) []cloud.Link {
	var kept []cloud.Link
	for _, link := range links {
		at := slices.IndexFunc(kept, func(k cloud.Link) bool { return k.AccountHash == link.AccountHash && k.Kind == link.Kind })
		switch {
		case at < 0:
			kept = append(kept, link)
		case link.OlderThan(kept[at].Since):
			kept[at] = link
		}
	}
	return kept
}
