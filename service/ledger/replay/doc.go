// Package replay rebuilds every unit from the leaves of the ledger alone and
// compares it with the tables (trust.md, I28): what `quitclaim verify` does to a
// database, beside a running server or without one, and the simulation after its
// crashes.
//
// It trusts the ledger, which ledger.Audit checks, and nothing that the tables
// say. Of an entry without a place it believes no more than that somebody could
// write it: rows may agree with it, but it must have its place in the end.
package replay
