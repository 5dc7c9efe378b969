// Package desk is the return desk: sold, bound → returned, and back again
// where it was a mistake.
//
//	verdict ─► TakeBack ─► one transaction: fence, order, ledger entry
//	                        │ the screen follows the order, task by task
//	                        ▼
//	             Vouch, Cancel, or on to the bench
//
// A return fences first; its authority decides what follows (rule 1). What
// proves that nobody sees through the unit any more are the order's tasks,
// which service/reset and service/device prove, not this room: it shows them,
// and says per cloud what is true (rule 2).
//
// It trusts the clerk to hold the unit, and not much more: returns that nobody
// stands behind are capped, typed serials are typed twice, and who signs for
// one over the cap does so with their own password.
package desk
