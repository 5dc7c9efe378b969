// Package station lets people come and go at a bench or a desk by badge and
// PIN, in two seconds, so that nobody works in somebody else's name.
//
// Place in the flow: a browser → a station, by an admin's one-time code; a
// person who is nobody there → a session by PIN at that station. What proves
// it: the station's cookie (256 random bits), the badge that is scanned (130
// random bits), and the PIN, which only this person knows. Each is worth
// nothing without the others, and nowhere else.
//
// A session by PIN does what hands do (access.Rule.PIN) and ends with its
// station. The next badge ends it; a rest covers it, and the same person's PIN
// goes on where they were.
//
// Nothing here tells who is known: an unknown badge, an ended one, another
// organisation's, a locked PIN and a wrong one get the same answer after the
// same work. It trusts access for throttles and hashing, and the store to use
// up a code once and to count wrong PINs.
package station
