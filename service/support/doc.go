// Package support is what a vendor's support agents do: nothing of an owner's
// without that owner's consent (DESIGN rule 12).
//
//	the agent asks, or types the owner's code ─► the owner signs, service/owner/consent
//	─► the agent says what for ─► the ledger has it ─► the unit is shown ─► the owner is told
//
// A question is answered alike whether there is an owner, a unit, or neither;
// nobody is found by their name or address here, for no method takes one. An
// access is decided in one transaction with its ledger entry, and shows nothing
// before that entry has its place: where the ledger fails there is no access. It
// holds for a quarter of an hour and is looked at again at each answer and four
// times a second while a view is open, so a consent that ends is over at once.
//
// It trusts the store's word on whether a consent stands, and no clock but the
// service's own. Who owns a unit is nowhere in what it reads.
package support
