// Package bench is the warehouse's room: a returned unit is worked through its
// reset here, certified, and sent on.
//
// Place in the flow: returned → reset → certified. The technician compares box
// and unit, deals with media, firmware and the model's checklist, and lets the
// unit report its own reset; clouds are the business of service/reset, whose
// progress shows here. What proves it is the snapshot alone: the rules are
// lifecycle.Attest, Certify, Reopen, Retire, Ship, Receive, Waive, PlaceHold
// and LiftHold. A certificate's bytes come from warehouse/certificate.
//
// It trusts the principal of the request, and of a second person only what the
// injected check of their own password says. A scanned code is read by the
// injected reader and never stored, shown or logged as it came.
package bench
