// Package lifecycle is the domain: what a unit is, the states it can be in,
// and the rules by which it moves between them. It is pure. Time, ids and
// every persisted fact come in as arguments; what is to be written goes out
// as a Change. The store loads a Snapshot, calls one of the commands of this
// package inside its transaction, and writes the Change: see Decide.
//
// One table (table.go) says which event leads from which state to which. One
// file per command holds its guard. Facts (facts.go) are never refused. A
// refusal carries every reason at once, as codes; the sentences live in the
// message files.
//
// It imports the standard library only and trusts nothing but its arguments.
package lifecycle
