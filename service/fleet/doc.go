// Package fleet keeps the record of units: a vendor registers and confirms
// them, and every organisation finds those that concern it, with their state
// and their past.
//
// Place in the flow: not on record → stock (register), and unconfirmed →
// confirmed. What proves it: the vendor's own principal, and with a device key
// everything that the unit will sign later. What was registered shows nowhere
// but to those of rule 13: the custodian, the vendor without anything of
// its customers, and a former custodian what it did itself. For everybody else
// a unit on record is not found, after the same look-ups.
//
// It trusts lifecycle for what may be seen and changed, and the store for its
// one write door.
package fleet
