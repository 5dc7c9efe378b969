package lifecycle

// Verdict is the one word a scan answers with. Unknown is never clear.
type Verdict string

const (
	VerdictClear    Verdict = "clear"    // go on
	VerdictBound    Verdict = "bound"    // still connected to an owner
	VerdictRefused  Verdict = "refused"  // a rule says no
	VerdictUnknown  Verdict = "unknown"  // nobody knows it, or it could not be read
	VerdictMismatch Verdict = "mismatch" // two codes name two units
	VerdictHeld     Verdict = "held"     // a hold stands: keep it
)

// Purpose is what a scan is for.
type Purpose string

const (
	PurposeReturn Purpose = "return" // a customer brings it back
	PurposeSale   Purpose = "sale"   // a till wants to sell it
	PurposeBench  Purpose = "bench"  // a technician wants to work on it
)

// Purposes lists every purpose.
func Purposes() []Purpose { return []Purpose{PurposeReturn, PurposeSale, PurposeBench} }
