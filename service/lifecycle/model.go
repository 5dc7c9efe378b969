package lifecycle

import (
	"strconv"
	"strings"
)

// ResetPolicy is what a hard reset outside an open order does to the owner.
type ResetPolicy string

const (
	// ResetReleases: whoever can press the button may have the unit.
	ResetReleases ResetPolicy = "release"
	// ResetLocks: the owner keeps a claim; nobody else may bind.
	ResetLocks ResetPolicy = "lock"
)

// Model is what a vendor lays down for all units of one kind.
type Model struct {
	ID     ModelID `json:"id"`
	Vendor OrgID   `json:"vendor"`
	Brand  string  `json:"brand"`
	Name   string  `json:"name"`
	GTIN   string  `json:"gtin,omitempty"`

	ResetPolicy ResetPolicy `json:"reset_policy"`
	// SaleImplied lets an owner bind a unit whose sale nobody recorded.
	SaleImplied bool `json:"sale_implied,omitempty"`
	// MinFirmware is the oldest firmware that may be certified, dotted
	// numbers; empty: any.
	MinFirmware string `json:"min_firmware,omitempty"`
	// RequiredGrade is the weakest proof of the reset that may be certified.
	RequiredGrade Grade `json:"required_grade"`
	// RemovableMedia says that the unit takes a memory card, which the bench
	// must deal with.
	RemovableMedia bool `json:"removable_media,omitempty"`
	// Clouds are the names of the clouds that may know a unit of this model.
	Clouds []string `json:"clouds"`
	// Checklist is what the bench does by hand, in order.
	Checklist []Check `json:"checklist,omitempty"`
}

// Accreditation is a vendor's word that an organisation may certify a model.
type Accreditation struct {
	Org   OrgID   `json:"org"`
	Model ModelID `json:"model"`
	// SelfCustody allows an organisation to certify what it took back itself;
	// it is marked on the certificate and sampled.
	SelfCustody bool `json:"self_custody,omitempty"`
}

// FirmwareAtLeast compares dotted versions number by number; a missing number
// counts as 0. A version that is not dotted numbers is older than everything:
// what could not be read is never a pass.
func FirmwareAtLeast(version, minimum string) bool {
	if minimum == "" {
		return true
	}
	have, haveOK := firmwareNumbers(version)
	want, wantOK := firmwareNumbers(minimum)
	if !haveOK || !wantOK {
		return false
	}
	for i := 0; i < max(len(have), len(want)); i++ {
		h, w := numberAt(have, i), numberAt(want, i)
		if h != w {
			return h > w
		}
	}
	return true
}

func firmwareNumbers(version string) ([]int, bool) {
	parts := strings.Split(version, ".")
	numbers := make([]int, len(parts))
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, false
		}
		numbers[i] = n
	}
	return numbers, true
}

func numberAt(numbers []int, i int) int {
	if i < len(numbers) {
		return numbers[i]
	}
	return 0
}
