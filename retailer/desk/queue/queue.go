package queue

import (
	"embed"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Templates has the part "queue", which a View fills.
//
//go:embed templates/*.html
var Templates embed.FS

// View fills the part "queue". All that it says stands in the page, hidden, for
// a script knows no sentences.
type View struct {
	// Operator is who scans; nobody else's session sends what they saved.
	// Empty on the page that is kept for everybody.
	Operator, Station string
	// Batch is where entries go, by Path; empty: each is a return of its own.
	Batch, Path string
	// Condition and Reason hold for the batch. Choose: they are chosen here.
	Condition, Reason   string
	Choose              bool
	Conditions, Reasons []string
	// Here is where a sign-in leads back to.
	Here string
}

// OfDesk is the queue of a page on which each scan is a return of its own.
func OfDesk(p access.Principal) View {
	return View{
		Operator: string(p.Person), Station: string(p.Station), Here: "/desk",
		Path: "/v1/returns/queued", Choose: true, Conditions: lifecycle.Conditions(), Reasons: lifecycle.ReturnReasons(),
	}
}

// OfBatch is the queue of a batch's page, whose path under /desk and under /v1
// is given.
func OfBatch(p access.Principal, batch lifecycle.Batch, path string) View {
	return View{
		Operator: string(p.Person), Station: string(p.Station), Here: "/desk" + path,
		Path: "/v1" + path + "/entries", Batch: string(batch.ID), Condition: batch.Condition, Reason: batch.Reason,
	}
}
