package certificate

import (
	"bytes"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"quitclaim/service/lifecycle"
)

// formatVersion is the first element of the payload.
const formatVersion = 1

// payload is the statement as signed: a CBOR array (RFC 8949) of exactly these
// elements in core deterministic encoding (section 4.2.1). An array and not a
// map, because the keys would cost the 15 bytes that decide between a QR code
// of version 10 and one of version 11. Format 1 is frozen; another list of
// elements needs another version.
type payload struct {
	_             struct{} `cbor:",toarray"`
	Version       uint64
	Code          []byte // 16 bytes
	Issuer        string
	Brand         string
	Serial        string
	Model         string
	Device        []byte // 8 bytes
	Epoch         uint64
	At            uint64 // seconds since 1970-01-01T00:00:00Z
	Method        string
	Firmware      string
	Grade         uint64 // 1 device-signed, 2 probed, 3 attested
	Accreditation string
	SelfCustody   bool
	Waived        []string // never null
}

func encodePayload(c Certificate) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	code, err := parseBase32(string(c.Code))
	if err != nil {
		return nil, err
	}
	if len(code) != 16 {
		return nil, invalid("a code of %d bytes, not 16", len(code))
	}
	return marshal(payload{
		Version: formatVersion, Code: code, Issuer: c.Issuer, Brand: c.Unit.Brand, Serial: c.Unit.Serial,
		Model: c.Model, Device: c.Device[:], Epoch: uint64(c.Epoch), At: uint64(c.At.Unix()),
		Method: string(c.Method), Firmware: c.Firmware, Grade: gradeNumber(c.Grade),
		Accreditation: c.Accreditation, SelfCustody: c.SelfCustody, Waived: append([]string{}, c.Waived...),
	})
}

// decodePayload takes exactly what encodePayload writes. Whatever the decoder
// would forgive, such as a longer length prefix than needed, fails when the
// result is encoded again.
func decodePayload(data []byte) (Certificate, error) {
	mode, err := cbor.DecOptions{
		IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden, MaxNestedLevels: 4, MaxArrayElements: 16,
	}.DecMode()
	if err != nil {
		return Certificate{}, fmt.Errorf("certificate: decoder: %w", err)
	}
	var p payload
	if err := mode.Unmarshal(data, &p); err != nil {
		return Certificate{}, fmt.Errorf("certificate: %w: %w", lifecycle.ErrInvalid, err)
	}
	if p.Version != formatVersion {
		return Certificate{}, invalid("version %d is unknown", p.Version)
	}
	if len(p.Code) != 16 || len(p.Device) != 8 || p.At > 1<<40 || p.Epoch > 1<<62 {
		return Certificate{}, invalid("code, device, time or epoch out of bounds")
	}
	c := Certificate{
		Code: NewCode([16]byte(p.Code)), Issuer: p.Issuer, Unit: lifecycle.UnitKey{Brand: p.Brand, Serial: p.Serial},
		Model: p.Model, Device: [8]byte(p.Device), Epoch: lifecycle.Epoch(p.Epoch), At: time.Unix(int64(p.At), 0).UTC(),
		Method: lifecycle.ResetKind(p.Method), Firmware: p.Firmware, Grade: gradeOf(p.Grade),
		Accreditation: p.Accreditation, SelfCustody: p.SelfCustody,
	}
	if len(p.Waived) > 0 {
		c.Waived = p.Waived
	}
	again, err := encodePayload(c)
	if err != nil {
		return Certificate{}, err
	}
	if !bytes.Equal(again, data) {
		return Certificate{}, invalid("not in canonical CBOR")
	}
	return c, nil
}

func marshal(p payload) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("certificate: encoder: %w", err)
	}
	data, err := mode.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("certificate: encode: %w", err)
	}
	return data, nil
}

// gradeNumber is a grade's number in the payload, 0 for an unknown one. The
// numbers are part of the format.
func gradeNumber(grade lifecycle.Grade) uint64 {
	switch grade {
	case lifecycle.GradeDeviceSigned:
		return 1
	case lifecycle.GradeProbed:
		return 2
	case lifecycle.GradeAttested:
		return 3
	}
	return 0
}

func gradeOf(number uint64) lifecycle.Grade {
	for _, grade := range lifecycle.Grades() {
		if gradeNumber(grade) == number {
			return grade
		}
	}
	return ""
}
