// Package builtin is the adapter of the cloud that we run ourselves: accounts,
// sessions and recordings in tables of their own, behind a door of their own.
//
// It is a cloud like any other. Its links are not our bindings and know
// nothing of epochs: the fence does not end them, an unbind does, and only
// after a propagation delay. So unbinding and probing it proves something, and
// an old link that was forgotten in it is a real finding.
//
// It trusts its door and its clock. It cannot try a credential, so it never
// says that one was refused.
package builtin
