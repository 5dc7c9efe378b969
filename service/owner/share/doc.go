// Package share is how an owner lets somebody of the household see a unit:
// bound → bound. The owner invites a person, by mail address or by a code that
// is shown face to face; who accepts is a member until the share's end, if it
// has one, or until either of them ends it.
//
//	the owner invites ─► the member accepts ─► sees ─► its date, its owner or they end it
//
// A share is a binding of kind member at the owner's epoch, so it dies with the
// owner's binding, whatever ends that, and never travels with a transfer. A
// member can see and leave: every other door of the unit is an owner's, and is
// to them as to a stranger. Its end needs no sweep: lifecycle.Binding.Shows asks
// for the instant.
//
// It trusts nobody's word for an address: an invitation to one that nobody has
// looks like any other, and waits as long. How the owner calls whom they share
// with is sealed for the owner.
package share
