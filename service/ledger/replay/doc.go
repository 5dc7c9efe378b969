// Package replay rebuilds every unit from the leaves of the ledger alone and
// compares it with the tables (trust.md, I28): what `quitclaim verify` does to a
// database, and the simulation after its crashes.
//
// It trusts the ledger, which ledger.Audit has checked before, and nothing that
// the tables say.
package replay
