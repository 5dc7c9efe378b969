package lifecycletest

import (
	"strings"

	"quitclaim/service/lifecycle"
)

// prior is where a unit was before its last sale.
const prior = "prior"

// Step is the way that an event leads from a state, and whether a new era of
// credentials begins; ok is false where there is none. before is the state
// before the last sale.
func Step(from, before lifecycle.State, event lifecycle.Event) (to lifecycle.State, era, ok bool) {
	for _, way := range strings.Fields(ways(string(event))) {
		leads, found := strings.CutPrefix(way, string(from)+">")
		if !found {
			continue
		}
		leads, era = strings.CutSuffix(leads, "+")
		if leads == prior {
			return before, era, true
		}
		return lifecycle.State(leads), era, true
	}
	return "", false, false
}

// ways is every way there is, in a form that has nothing of the table's: from
// event to places, with a plus where a new era begins.
func ways(event string) string {
	everywhere := "stock>stock sold>sold bound>bound returned>returned reset>reset certified>certified retired>retired"
	return map[string]string{
		"register":        ">stock+",
		"admit":           ">returned+",
		"sell":            "stock>sold+ certified>sold+",
		"void":            "sold>prior",
		"return-sealed":   "sold>prior",
		"bind":            "stock>bound sold>bound",
		"bind-confirmed":  "stock>bound sold>bound",
		"release":         "bound>sold+",
		"transfer":        "bound>bound+",
		"return":          "stock>returned+ sold>returned+ bound>returned+ certified>returned+",
		"cancel":          "returned>sold+",
		"prove":           "returned>reset",
		"certify":         "reset>certified",
		"reopen":          "reset>returned+ certified>returned+",
		"retire":          "stock>retired+ returned>retired+ reset>retired+ certified>retired+",
		"hard-reset-seen": "stock>stock+ sold>sold+ bound>sold+ returned>returned reset>returned+ certified>returned+ retired>retired",
		"binding-seen":    "stock>stock sold>sold bound>bound returned>returned reset>returned+ certified>returned+ retired>retired",
		"bind-pending":    "stock>stock sold>sold",
		"unbind":          "stock>stock sold>sold bound>bound",
		"offer":           "bound>bound", "decline": "bound>bound",
		"share": "bound>bound", "join": "bound>bound", "expire": "bound>bound",
		"vouch": "returned>returned reset>reset", "confirm": "returned>returned reset>reset", "attest": "returned>returned reset>reset",
		"waive": "sold>sold bound>bound returned>returned",
		"ship":  "stock>stock returned>returned reset>reset certified>certified", "receive": "stock>stock returned>returned reset>reset certified>certified",
		"contest":  "sold>sold bound>bound returned>returned reset>reset certified>certified",
		"hold":     strings.TrimSuffix(everywhere, " retired>retired"),
		"lift":     strings.TrimSuffix(everywhere, " retired>retired"),
		"progress": everywhere, "contact-seen": everywhere, "delete": everywhere,
	}[event]
}

// FrozenByHolds lists the events that no hold lets through.
func FrozenByHolds() []lifecycle.Event {
	return []lifecycle.Event{
		lifecycle.EventSell, lifecycle.EventBind, lifecycle.EventBindConfirmed, lifecycle.EventTransfer,
		lifecycle.EventCertify, lifecycle.EventCancel, lifecycle.EventRetire, lifecycle.EventVoid,
		lifecycle.EventReturnSealed, lifecycle.EventShip, lifecycle.EventOffer,
		lifecycle.EventShare, lifecycle.EventJoin, lifecycle.EventDelete,
	}
}
