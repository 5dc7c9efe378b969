//go:build race

package simulation

// slow is by how much fewer seeds are lived through: the race detector takes
// its time.
const slow = 3
