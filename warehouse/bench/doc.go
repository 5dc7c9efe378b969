// Package bench is the warehouse's room: a returned unit is worked through its
// reset here.
//
// Place in the flow: returned → reset, and back again where a validator doubts.
// The technician compares box and unit, deals with media, firmware and the
// model's checklist, and lets the unit report its own reset; clouds are the
// business of service/reset, whose progress shows here. What proves it is the
// snapshot alone: the rules are lifecycle.Attest, Unsay, Reopen, PlaceHold and
// LiftHold.
//
// What lies here is shelf's to find; certify signs, shipment sends on, second is
// what takes two people, contest and evidence are what their names say. All of
// them are walked through in this package's tests.
//
// It trusts the principal of the request. A scanned code is read by the injected
// reader and never stored, shown or logged as it came.
package bench
