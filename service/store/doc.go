// Package store keeps everything that must outlive the process: SQLite by
// default, with SQL that PostgreSQL takes too.
//
// Place in the flow: rooms call Advance with a rule of lifecycle. Advance loads
// the unit's snapshot, lets the rule decide, and writes the change, its ledger
// entry and the idempotency row in one transaction. Nothing else writes a
// unit's state. Changes is the one feed of what was committed, in that order.
//
// One file per table or concern. Child packages: engine (connections, lock,
// migrations, the writer that commits in groups), facts (the tables about one
// unit), catalog (organisations and models), book (the ledger's tables), archive
// (backups). The roof imports store, and of the others what they answer with.
//
// It trusts the rules to be pure, the keyring to keep its keys, and the disk to
// keep what fsync has promised.
package store
