// Package print prints labels: the room beside the scanner from which a unit's
// or a certificate's label goes to paper.
//
//	unit, certificate ─► label.Label ─► a document to fetch, or ZPL to a printer
//
// It moves no unit. What it promises is that a job, which has an id that its page
// drew, is printed once: a printer's port says nothing of what came out, so a job
// is sent by one sender and never again by itself. What the printer surely did
// not get may be tried again; what it may have got is in doubt, and somebody
// looks. A reprint is a job of its own, whose labels say that they are copies.
//
// It trusts nobody: whose labels one may print is asked at the job and again
// when it is drawn. It talks to printers that the operator named, by their
// address, and to nothing else.
package print
