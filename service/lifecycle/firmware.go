package lifecycle

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxFirmwareBytes is the longest firmware that we serve ourselves; a longer
// one stands behind its vendor's own link.
const MaxFirmwareBytes = 64 << 20

// maxFirmwareNotes bounds what a vendor says of a version in one language.
const maxFirmwareNotes = 2000

// FirmwareKey is a vendor's key by which the firmware of a model is signed.
type FirmwareKey struct {
	Model   ModelID   `json:"model"`
	ID      string    `json:"id"`     // the first 8 bytes of the public half's SHA-256, hex
	Public  []byte    `json:"public"` // Ed25519, 32 bytes
	Name    string    `json:"name"`
	By      PersonID  `json:"by"`
	At      time.Time `json:"at"`
	EndedAt time.Time `json:"ended_at,omitzero"` // from when it signs nothing more
}

// Firmware is one version of a model's firmware, as its vendor published it.
type Firmware struct {
	Model     ModelID `json:"model"`
	Version   string  `json:"version"` // dotted numbers
	SHA256    string  `json:"sha256"`  // hex, of the file
	Key       string  `json:"key"`
	Signature []byte  `json:"signature"` // Ed25519, of Statement
	// Notes say what it mends, by language; "" where the vendor has one for all.
	Notes map[string]string `json:"notes"`
	// Minimum: from now on no older one is certified.
	Minimum bool `json:"minimum,omitempty"`
	// Link is where the vendor serves it; empty: we do.
	Link        string    `json:"link,omitempty"`
	Bytes       int64     `json:"bytes,omitempty"` // of the file that we serve, once it is whole
	By          PersonID  `json:"by"`
	At          time.Time `json:"at"`
	WithdrawnAt time.Time `json:"withdrawn_at,omitzero"`
	WithdrawnBy PersonID  `json:"withdrawn_by,omitempty"`
}

// Withdrawn reports whether its vendor took it back.
func (f Firmware) Withdrawn() bool { return !f.WithdrawnAt.IsZero() }

// Path is where its file is found: the vendor's link, or our own path by its
// hash; empty while we have no file of it.
func (f Firmware) Path() string {
	switch {
	case f.Link != "":
		return f.Link
	case f.Bytes > 0:
		return "/firmware/" + string(f.Model) + "/" + f.SHA256
	}
	return ""
}

// Statement is what the vendor's key signs. It names brand, model and version
// beside the file, so that a signature is good for nothing else.
func (f Firmware) Statement(m Model) []byte {
	return []byte("quitclaim/firmware/v1\n" + m.Brand + "\n" + m.Name + "\n" + f.Version + "\n" + f.SHA256 + "\n")
}

// SignedBy reports whether the signature is this key's.
func (f Firmware) SignedBy(m Model, key FirmwareKey) bool {
	return len(key.Public) == ed25519.PublicKeySize && len(f.Signature) == ed25519.SignatureSize &&
		ed25519.Verify(key.Public, f.Statement(m), f.Signature)
}

// Note is what it mends, in the reader's language or else in any.
func (f Firmware) Note(language string) string {
	for _, of := range []string{language, "", "en"} {
		if text := f.Notes[of]; text != "" {
			return text
		}
	}
	first := ""
	for of := range f.Notes {
		if first == "" || of < first {
			first = of
		}
	}
	return f.Notes[first]
}

// CheckVersion finds every mistake in what a vendor enters, and the key that
// signed it. Keys and known are those of the model.
func CheckVersion(f Firmware, m Model, keys []FirmwareKey, known []Firmware) (Firmware, error) {
	var invalid Invalid
	unless := func(right bool, field, code string) {
		if !right {
			invalid.Add(field, code)
		}
	}
	readable := len(f.Version) <= 32 && FirmwareAtLeast(f.Version, f.Version) && f.Version != ""
	unless(readable, "version", "model.firmware")
	for _, other := range known {
		unless(!sameFirmware(other.Version, f.Version), "version", "firmware.known")
	}
	unless(!f.Minimum || FirmwareAtLeast(f.Version, m.MinFirmware), "minimum", "firmware.minimum-older")
	digest, err := hex.DecodeString(f.SHA256)
	unless(err == nil && len(digest) == 32 && f.SHA256 == strings.ToLower(f.SHA256), "sha256", "firmware.sha256")
	f.Key = ""
	for _, key := range keys {
		if key.EndedAt.IsZero() && f.SignedBy(m, key) {
			f.Key = key.ID
		}
	}
	unless(f.Key != "", "signature", "firmware.signature")
	unless(f.Link == "" || isSecureLink(f.Link), "link", "firmware.link")
	unless(len(f.Notes) > 0, "notes", "field.required")
	for language, text := range f.Notes {
		unless(utf8.RuneCountInString(text) <= maxFirmwareNotes && len(language) <= 8, "notes", "firmware.notes-long")
	}
	return f, invalid.Err()
}

// sameFirmware: 1.2 and 1.2.0 are one version, of which there is one file.
func sameFirmware(a, b string) bool { return FirmwareAtLeast(a, b) && FirmwareAtLeast(b, a) }

// isSecureLink reports whether a link can be followed by anybody: https, a host,
// nobody's password.
func isSecureLink(link string) bool {
	address, err := url.Parse(link)
	return err == nil && len(link) <= 500 && address.Scheme == "https" && address.Host != "" && address.User == nil
}

// NewestFirmware is the newest version that stands.
func NewestFirmware(list []Firmware) (Firmware, bool) {
	var newest Firmware
	found := false
	for _, f := range list {
		if !f.Withdrawn() && (!found || FirmwareAtLeast(f.Version, newest.Version)) {
			newest, found = f, true
		}
	}
	return newest, found
}

// NewerFirmware is the newest version that stands, if the unit has an older one
// or nobody knows which.
func NewerFirmware(list []Firmware, have string) (Firmware, bool) {
	newest, found := NewestFirmware(list)
	if !found || FirmwareAtLeast(have, newest.Version) {
		return Firmware{}, false
	}
	return newest, true
}

// FirmwareReader is a unit whose owner is to hear of a newer firmware.
type FirmwareReader struct {
	Unit  UnitID
	Key   UnitKey
	Owner PersonID
	Has   string // as last reported
}
