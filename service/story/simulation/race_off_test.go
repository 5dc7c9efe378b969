//go:build !race

package simulation

// slow is by how much fewer seeds are lived through.
const slow = 1
