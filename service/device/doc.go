// Package device is what a unit says to us: a challenge, and the report that
// answers it. A report is a fact, never refused; it proves a reset, confirms a
// pending binding, or tells that somebody pressed the button.
//
// Place in the flow: the unit asks for a nonce, which carries the epoch; it
// signs nonce, brand, serial, epoch, what happened, its firmware and the hash
// of the credential that it made. In an open order that proves identify and
// factory-reset; outside one a hard reset advances the epoch (rule 6).
//
// It trusts the unit's key, registered at manufacture, and nothing else: not
// the serial, which is printed on the box, nor the address. Whoever does not
// hold the key learns nothing, not even whether the unit exists: every report
// that does not verify gets the same answer, and an unknown unit gets a
// challenge like any other. See service/docs/device.md for the format.
package device
