// Package code reads what is printed on units and boxes: payload bytes in, one
// Reading out. It stands at the very start of the flow; what it returns is all
// that the rest of the house ever sees of a scan.
//
//	payload ─► receive ─► families, surest first ─► settle ─► Reading
//
// It is pure: no clock, no files, and above all no network. A scanned web
// address is never requested (it could point anywhere, and the request alone
// would tell somebody that we hold the unit).
//
// It trusts nothing. Codes on cameras carry secrets in clear (a Matter QR code
// holds the passcode, a HomeKit one the setup code), so Reading.Redacted, not
// the payload, is what may be stored, logged or shown; for anything that is
// not understood it repeats no character of the payload but a site's name. A
// code that fits two readings is never guessed: the reading is ambiguous and
// lists them all.
//
// A new kind of code is one file with one function, and one row in families.
package code
