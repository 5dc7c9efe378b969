// Package sale is the till: stock, certified → sold, and sold → the state
// before, by a void of the same day.
//
//	scan ─► verdict ─► Check (signed, 60 s) ─► Sell ─► sold ─► Void
//
// What proves that a unit may be sold is lifecycle.Sell's guard, which runs
// inside the sale's own transaction (rule 4); a check only says what that
// guard would have said a moment ago. A refusal names every reason.
//
// It trusts the clouds' recorded probes no longer than a day, the till's clock
// not at all, and the receipt number never further than its keyed hash.
package sale
