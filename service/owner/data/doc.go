// Package data is what a person can do about everything that is kept of them:
// take a copy, and have it erased.
//
// Place in the flow: any state → the same with an export; an owner with nothing
// open → nobody, with an erasure. What proves it: a session whose person has
// just verified themselves.
//
//	obligations.go   what is still open, and what of it stands in the way
//	erase.go         bindings end first, then the key of everything personal goes
//	export.go        one section after the other, never all of it in memory
//
// An export holds what is theirs and nothing of others: the other side of a
// transfer is another person. It trusts the store to forget in one transaction,
// and to refuse while a binding of theirs stands.
package data
