// Package shelf is what lies at a bench, or is on its way to it: finding a unit
// by what was scanned, listing what waits and why, and doing one thing with each
// unit of a list.
//
// Place in the flow: beneath every room of the bench, from returned to certified
// and on the road. It changes nothing itself: rooms do, by the one write door,
// and what is true of a unit is its snapshot.
//
// It trusts the principal of the context. A unit at another's bench is as good
// as unknown, and a scanned code goes no further than its reading.
package shelf
