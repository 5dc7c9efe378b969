// Package cloud is what we ask of the clouds that know a unit: one interface,
// whose verbs are the tasks of a reset order, the meaning of each answer, and
// the kinds in which asking can fail.
//
// Place in the flow: the return fences a unit in our own rows first; then
// service/reset works the order off against each cloud through this interface.
// An adapter is a sub-package; cloudtest.Run is what every adapter must pass.
//
// A cloud is trusted with nothing. Its yes to a request proves nothing: only
// what a later read shows does, and a read that fails says nothing at all.
// Adapters hash account names with a key before they hand them out, and put
// neither names nor bodies nor credentials into errors.
package cloud
