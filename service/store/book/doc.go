// Package book keeps the ledger in the database: entries, tree hashes, head
// and signed checkpoints, and reads them back for proofs, audit and feed.
//
// Place in the flow: Log is the engine's companion. Append gives an entry its
// index and hashes inside the change's own savepoint; the head moves once per
// commit, in the same transaction, by compare-and-swap.
//
// It trusts service/ledger for every byte and hash. The right edge in memory
// is only ever that of the last commit.
package book
