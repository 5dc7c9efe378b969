// Package world is what the load tool works in: organisations, people and units
// that it made on a running server, and the scenarios that use them up.
//
// Place in the flow: prepare makes a world through the public API and keeps it in
// a file; run and the measurements take what they send out of it. The file holds
// tokens, and is trusted to belong to whoever can read it.
package world
