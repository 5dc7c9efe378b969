// Package release is how an owner lets go of a unit: bound → sold. First what
// would end and what would remain is asked of every cloud and shown; then one
// confirmation ends everything at once, whether the unit is at hand, offline,
// broken or lost; and a receipt says so to whoever it is shown to.
//
//	preflight ─► release: fence, cut order, receipt code ─► /R/<code>, the desk
//
// What proves it: the release's own change, on the ledger. What the clouds have
// ended since is proven by the order's tasks, which service/reset works off. The
// receipt names no person, and says nothing of what came after: its owner has it
// for ever, and the unit may be somebody else's tomorrow. Whether it still
// stands, a desk alone is told, by scanning it.
//
// It trusts its parent to find a person's own units, and no cloud: what a cloud
// does not say in time is "not known".
package release
