// Package demo builds the small world of `quitclaim demo`: a vendor, two
// retailers, an accredited warehouse, their staff, twenty owners and 200 units
// with a past.
//
// Every unit gets to its state by the same commands as in real life, with
// dates in the past, through the same write door: nothing is put into a table
// by hand, so the ledger of the demo verifies like any other. Two units have a
// past that a sweep must find: one was resold while an old account link stayed
// in the built-in cloud, one changed hands without any return.
package demo
