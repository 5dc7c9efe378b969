// Package second is what takes two people at the bench: to end a unit for ever,
// to give up a cloud that was shut down, and to vouch for the reset of a unit
// which cannot report it.
//
//	one person, signed in ─► another's own password, on the same screen ─► done
//
// What proves that they are two is the rule (lifecycle.Retire, Waive and
// AttestTogether), which has both of their ids. It trusts of the second person
// what the injected check of their password says, and keeps no digest of it.
package second
