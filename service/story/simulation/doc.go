// Package simulation runs the real rooms and the real store against a world
// that a seed decides: clocks that jump, clouds that lie, lose, delay, repeat
// and reorder, cameras that vanish, desks that scan twice, tills that sell too
// early, workers that are overtaken, and a process that dies at any commit.
//
// Whatever happens goes through the scheduler, one slice at a time, and after
// each slice the watch asks what must hold: the invariants of lifecycle, that
// the leaves of the ledger make the tables (I28), and that what was
// acknowledged is there. A seed replays exactly: service/docs/testing.md.
//
// It stands beside the house: it wires what the roof wires, and nothing imports
// it.
package simulation
