package fleet

import (
	"time"

	"quitclaim/service/lifecycle"
)

// Receipt is the number on every receipt of a fleet's sales.
const Receipt = "R-2026-0001"

// Fleet is a data directory with many units in it, once it is filled. Only who is
// needed to work with them is on record: owners are ids without a person.
type Fleet struct {
	Dir            string
	Units, Watched int
	Now            time.Time // when it is filled

	Vendor, Retailer, Warehouse lifecycle.OrgID
	Clerk                       lifecycle.PersonID
	Technician, Validator       lifecycle.PersonID
	Model                       lifecycle.Model
	ReceiptHash                 string // of Receipt, as it is stored
	// Account is what the built-in cloud keeps of an account.
	Account func(account string) string
}
