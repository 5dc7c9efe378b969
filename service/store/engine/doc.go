// Package engine is the database under the store: connections, the lock on the
// data directory, migrations, the writer that commits in groups, and the pool
// of readers. It knows no table but its own list of migrations.
//
// Place in the flow: store hands every write to DB.Write and every read to
// DB.Read. What happens inside one Write is one savepoint of one transaction;
// the caller is answered only after that transaction was committed.
//
// It trusts the file system to keep what fsync has promised, and nothing
// else: each pragma is asked back on each connection, and the head of the
// ledger moves by compare-and-swap.
package engine
