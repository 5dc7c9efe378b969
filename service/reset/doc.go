// Package reset is the worker: returned → reset. It works reset orders off,
// cloud by cloud and verb by verb, until every task is proven.
//
// Place in the flow: a return opens an order in the same transaction that
// fences the unit, and with it one piece of work per cloud and one for the
// order itself. The worker claims work by lease, reads what the cloud shows,
// asks for what is missing, and comes again. What proves a task is never the
// cloud's yes, which only makes it asked, but a later read in which the effect
// shows (effect.go). When all are done, the order's own piece of work issues
// lifecycle.Prove, so a crash at any point is healed by the next claim.
//
// What clouds are to delete of an owner's time that is over is work as well, of
// its own date and of no order (delete.go): on the ledger before a cloud is
// asked, never under a hold, done when a look shows nothing left.
//
// It trusts its clock and the store, and no cloud: an adapter may lie, hang,
// repeat, fall over or be gone, and costs its own attempt at most. Results are
// fenced twice: by the attempt of the lease, and by the tasks as they were
// when the attempt began.
package reset
