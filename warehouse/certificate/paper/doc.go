// Package paper is a reset certificate as a page of paper: the fields that NIST
// SP 800-88 asks of a certificate of sanitization, one to an item (revision 1,
// section 4.8 and appendix G; revision 2 keeps it, section 4.6), from the same
// Record that programs get as JSON.
//
// Place in the flow: after warehouse/bench has certified a unit. A certificate
// says what was proven; a paper says it in the order that an auditor expects.
// What we do not know is said to be not known: which of Clear and Purge a vendor's
// reset amounts to, where it was done and whom to call. Those lines are left for
// ink, and nobody's name is printed.
//
// It is pure. The words come from the message files; the record holds codes.
package paper
