// Package evidence keeps the pictures that a technician takes of a step, and
// shows the maker's pictures of how a step is done.
//
// Place in the flow: at the bench, between returned and reset. A picture is
// opened by its content, drawn anew by scanner/photo, so that nothing but its
// pixels is left, and kept beside the words of its order: its digest is on the
// ledger. lifecycle.Photograph says whether it is kept. It is shown to whom the
// order is shown to, which the bench decides, and never deleted.
//
// It trusts no picture: what comes out is what it drew itself.
package evidence
