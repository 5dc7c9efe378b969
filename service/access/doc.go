// Package access says who may do what. It holds the principals, the actions,
// and the one table that joins them; passwords and tokens; the throttle in
// front of sign-in; and the idempotency record that rides on a request's
// context from service/web to the store.
//
// Place in the flow: service/web turns a cookie or a token into a Principal
// and asks Check before any handler runs. Rooms pass Principal.Actor to the
// lifecycle rules, which decide about the one unit. What is not in the table
// is denied.
//
// It trusts the Authenticator behind service/web to have looked the principal
// up, and nothing that a client says about itself.
package access
