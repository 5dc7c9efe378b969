// Package signin lets people in: the first set-up, invitations, sign-up of
// owners, sign-in, sign-out, and what a person may change about themselves.
//
// Place in the flow: nobody → a person with a session or a token. What proves
// it: a one-time link, or an address and its password. From then on Entrance
// answers service/web, at each request anew, whom a session or a token stands
// for; a disabled person and an ended token are nobody from the next request.
//
// Nothing here tells who is known: an unknown address, a wrong password and a
// disabled person get the same answer after the same work, and so do a new
// and a known address that sign up.
//
// It trusts access for passwords and throttles, and the store to use up a link
// once and to change a person in one transaction.
package signin
