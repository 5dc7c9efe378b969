// Package facts keeps the tables about one unit: every persisted fact that a
// rule reads. Load makes a lifecycle.Snapshot of them, Write puts a
// lifecycle.Change into them; one file per table holds its statements.
//
// Place in the flow: store.Advance calls Load, the rule, and Write inside one
// transaction. Nothing else writes these tables but what is bookkeeping by
// design: probes, watches, work, challenges.
//
// It trusts its caller to have decided. The constraints in the migrations
// repeat the invariants, so a mistake in a rule fails here instead of being
// kept.
package facts
