package paper

import (
	"encoding/hex"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// Standard names what the fields are of.
const Standard = "NIST SP 800-88r2"

// Record is what the paper says. Its JSON is the paper for programs; a field that
// nobody knows is null there, and named in NotKnown.
type Record struct {
	Standard string                    `json:"standard"`
	Code     lifecycle.CertificateCode `json:"code"`
	Current  bool                      `json:"current"` // it stands at the unit's present epoch

	// The media: a camera is one item, with what is soldered into it.
	Manufacturer   string `json:"manufacturer"`
	Brand          string `json:"brand"`
	Model          string `json:"model"`
	Serial         string `json:"serial"`
	PropertyNumber string `json:"property_number"` // the code of our own label
	RemovableMedia bool   `json:"removable_media"` // the model takes a card, which the bench dealt with
	Source         string `json:"source"`          // "return"
	ReturnedAt     Time   `json:"returned_at"`

	// The sanitization.
	Category    *string             `json:"category"` // Clear, Purge or Destroy: never ours to say
	Method      lifecycle.ResetKind `json:"method"`
	Tool        string              `json:"tool"` // "own-reset": the unit's own function
	ToolVersion string              `json:"tool_version"`
	Verified    lifecycle.Grade     `json:"verification"`
	Waived      []string            `json:"waived"`
	Destination string              `json:"destination"` // "resale"

	// Who and when. The same organisation stands for both people.
	Organisation  string          `json:"organisation"`
	Accreditation string          `json:"accreditation"`
	SelfCustody   bool            `json:"self_custody"`
	Epoch         lifecycle.Epoch `json:"epoch"`
	IssuedAt      Time            `json:"issued_at"`
	Place         *string         `json:"place"`
	Contact       *string         `json:"contact"`
	PerformedBy   Signature       `json:"performed_by"`
	VerifiedBy    Signature       `json:"verified_by"`

	// The electronic signature, which is over all of the certificate.
	Key     string `json:"key"`     // id of the key that signed
	Text    string `json:"text"`    // the whole certificate, as its QR code says it
	Address string `json:"address"` // of the public check

	NotKnown []string `json:"not_known"`
}

// Signature is one of the two people, by role. Name and title are for ink.
type Signature struct {
	Role  string  `json:"role"`
	Name  *string `json:"name"`
	Title *string `json:"title"`
}

// Time is an instant in JSON: RFC 3339, UTC; null when zero.
type Time time.Time

// MarshalJSON writes the instant.
func (t Time) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return []byte(time.Time(t).UTC().Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

// Source is what a record is made of.
type Source struct {
	Issued   lifecycle.Certificate
	Snapshot lifecycle.Snapshot
	// Manufacturer and Organisation are whole names: the certificate's own are
	// shortened.
	Manufacturer, Organisation string
	PropertyNumber             string
	Host, Address              string
}

// New is the record of a certificate.
func New(s Source) (Record, error) {
	stated, key, err := certificate.Parse(s.Issued.Bytes)
	if err != nil {
		return Record{}, err
	}
	unit := s.Snapshot.Unit
	r := Record{
		Standard: Standard, Code: stated.Code, Current: s.Issued.StandsAt(unit.Epoch) && unit.State == lifecycle.StateCertified,
		Manufacturer: s.Manufacturer, Brand: stated.Unit.Brand, Model: stated.Model, Serial: stated.Unit.Serial,
		PropertyNumber: s.PropertyNumber, RemovableMedia: s.Snapshot.Model.RemovableMedia, Source: "return",
		Method: stated.Method, Tool: "own-reset", ToolVersion: stated.Firmware, Verified: stated.Grade,
		Waived: append([]string{}, stated.Waived...), Destination: "resale",
		Organisation: s.Organisation, Accreditation: stated.Accreditation, SelfCustody: stated.SelfCustody, Epoch: stated.Epoch,
		IssuedAt: Time(stated.At), PerformedBy: Signature{Role: "technician"}, VerifiedBy: Signature{Role: "validator"},
		Key: hex.EncodeToString(key[:]), Text: certificate.Text(s.Host, s.Issued.Bytes), Address: s.Address,
		NotKnown: []string{"category", "place", "contact", "performed_by.name", "performed_by.title", "verified_by.name", "verified_by.title"},
	}
	// The newest return may be of a later epoch than this certificate.
	if back := s.Snapshot.Return; back != nil && back.Epoch <= stated.Epoch && !back.At.After(stated.At) {
		r.ReturnedAt = Time(back.At)
	} else {
		r.NotKnown = append(r.NotKnown, "returned_at")
	}
	if stated.Firmware == "" {
		r.NotKnown = append(r.NotKnown, "tool_version")
	}
	return r, nil
}
