// Package ledger is the transparency log of everything that happens to a
// unit: leaf bytes, Merkle tree, signed checkpoints, proofs, audit.
//
// Place in the flow: store.Advance writes the leaf of a change in the change's
// own transaction; the store's sequencer appends it to the Edge and signs a
// Checkpoint; outsiders read checkpoint, tiles and proofs, and Audit reads
// everything again.
//
// The package is pure: no SQL, no clock, no randomness. What it reads it asks
// of a tlog.HashReader or a Source, and it believes neither of them: only a
// checkpoint that opens under a key which the caller brought along is
// trusted. Everything outward is RFC 6962 hashing in C2SP formats, so that
// nobody needs our code to check us. service/docs/ledger.md is the whole
// format in words.
package ledger
