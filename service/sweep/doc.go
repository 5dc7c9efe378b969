// Package sweep looks again at what everybody else believes settled, for as
// long as it matters. One file per job:
//
//	sold-but-bound         a resold or certified unit that a cloud still binds to somebody of before
//	resold-without-return  a unit that changed hands and no desk saw it
//	returned-but-absent    fenced, and calling from its old home, or never received
//	run-out                offers and shares that are over; contests nobody decided
//	stuck-reset            an order that does not end
//	ledger-audit           the log is re-read, entry by entry
//
// robfig/cron says when; the unique (job, slot) row says that it runs once,
// whatever the clocks do. A job changes a unit only through the write door, by
// a fact; everything else that it finds is a flag, which the security officer
// works at /flags.
package sweep
