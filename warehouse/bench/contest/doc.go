// Package contest is where two people decide what a former owner objects to:
// the security officers of whoever has the unit, its vendor's while a customer
// has it (rule 8).
//
//	contested ─► one proposes ─► another confirms, or objects ─► upheld, or rejected
//
// Until then desk, till and bench keep the unit and do not work on it; the hold
// sees to that. Upheld, the hold stays until a desk hands the unit over
// (lifecycle.Cancel); rejected, it is lifted. A decision has 14 days; the sweep
// contest-late says so when they are over.
//
// What they go by is the record: the return and its authority, the sale, what
// the unit itself said, the pictures, and the former owner's own words, which
// are opened for them alone. It trusts the principal of the request.
package contest
