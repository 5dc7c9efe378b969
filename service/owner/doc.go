// Package owner is an owner's side: sold → bound by a bind, bound → sold by a
// release, bound → bound by a transfer; a stolen mark, a contest, and the
// undoing of a return that never was.
//
//	the unit makes a credential ─► its owner shows it ─► bind, accept, cancel
//
// What proves possession is a credential made on the unit after the last
// advance (rule 5); only its SHA-256 is compared and kept. Once a binding is
// live the built-in cloud links the account, outside the transaction: link.go.
//
// A unit is looked for among the person's own bindings, never by its key, so
// that a former owner, a stranger and who made a serial up take the same way
// to the same 404: find.go. The one door that begins with a key is bind, and
// what it tells is in lifecycle/tell.go. It trusts nobody's word for an address either:
// an offer to one that nobody has looks like any other.
package owner
