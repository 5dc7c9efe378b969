package lifecycle

import "fmt"

// AskPresence puts a new presence code on a screen beside the unit. The desk's
// own code is gone with its screen by the time the unit lies on a bench, often
// in another house.
type AskPresence struct {
	Command
	// PresenceHash is the hex SHA-256 of the code that the screen will show.
	PresenceHash string
}

// Decide answers with a return that waits for the unit to sign the new code.
// Nothing else changes: the authority is better only once the unit has signed.
func (c AskPresence) Decide(s Snapshot) (Change, error) {
	if s.Return == nil || c.Actor.Org == "" || s.Unit.Custody != c.Actor.Org {
		return Change{}, fmt.Errorf("ask presence for another's return: %w", ErrNotFound)
	}
	d := begin(s, EventVouch, c.Command)
	d.refuseUnless(c.PresenceHash != "", "presence.code")
	d.refuseUnless(s.Return.Authority == AuthorityNone, "presence.not-needed")
	asked := *s.Return
	asked.PresenceHash = c.PresenceHash
	d.change.Return = &asked
	return d.finish()
}
