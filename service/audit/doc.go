// Package audit is what outsiders check: whether a certificate is current, and
// that the ledger was never altered.
//
// Place in the flow: certified → sold. A buyer scans the certificate on the
// box and lands on /C; an auditor follows /log from one checkpoint to the
// next. Nobody signs in, nothing is changed.
//
// It says of a unit what is printed on its box and whether that still holds,
// and nothing about people: neither who owned it nor who worked on it. An
// unknown code gets the constant 404. It trusts the certificate key for what a
// certificate says, and serves no tile beyond what the ledger key has signed.
package audit
