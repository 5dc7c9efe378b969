package ledger

import (
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

const (
	leafMagic = "QCL\x01" // "quitclaim leaf", format 1

	// SaltSize is the length of a leaf's salt in bytes. Without a salt a
	// serial could be guessed from the public leaf hash.
	SaltSize = 32

	// MaxEntry bounds the bytes of one leaf. Only hashes are published as
	// tiles, so the 65,535 bytes of a C2SP entry bundle do not bind us; an
	// import writes a whole chunk of rows into one leaf.
	MaxEntry = 1 << 20

	maxText  = 255                 // a text's length is one byte
	lastMsec = 253_402_300_799_999 // 9999-12-31T23:59:59.999Z, the last instant of RFC 3339
)

// Leaf is one event as the log keeps it.
type Leaf struct {
	ID      string         // of this entry, unique in the log
	At      time.Time      // UTC, whole milliseconds
	Kind    string         // what the subject is: "unit", "org", ...
	Subject string         // opaque id of the unit or whatever else it happened to
	Event   string         // "return", "certify", ...
	Body    []byte         // canonical JSON; opaque here, personal data never in clear
	Salt    [SaltSize]byte // from crypto/rand, never reused
}

// Encode returns the leaf in format 1, the bytes that the log hashes:
//
//	magic    4 bytes  "QCL" 0x01
//	salt    32 bytes
//	at       8 bytes  milliseconds since 1970-01-01T00:00:00Z, to the year 9999
//	id       1 byte length n, n bytes
//	kind     1 byte length n, n bytes
//	subject  1 byte length n, n bytes
//	event    1 byte length n, n bytes
//	body     4 bytes length n, n bytes
//
// Integers are unsigned and big-endian. The four texts are 1 to 255 bytes of
// printable ASCII. Nothing follows the body. Every leaf has exactly one
// encoding. Format 1 is frozen: a change would break every proof ever given,
// so a new format gets a new number.
func (l Leaf) Encode() ([]byte, error) {
	msec := l.At.UnixMilli()
	if msec < 0 || msec > lastMsec || !l.At.Equal(time.UnixMilli(msec)) {
		return nil, fmt.Errorf("leaf time %v is not a whole millisecond from 1970 to 9999: %w", l.At, lifecycle.ErrInvalid)
	}
	size := len(leafMagic) + SaltSize + 8 + 4 + len(l.ID) + len(l.Kind) + len(l.Subject) + len(l.Event) + 4 + len(l.Body)
	if size > MaxEntry {
		return nil, fmt.Errorf("leaf of %d bytes, more than %d: %w", size, MaxEntry, lifecycle.ErrInvalid)
	}
	out := make([]byte, 0, size)
	out = append(out, leafMagic...)
	out = append(out, l.Salt[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(msec))
	for _, text := range [...]string{l.ID, l.Kind, l.Subject, l.Event} {
		if !isText(text) {
			return nil, fmt.Errorf("leaf text %q is not 1 to 255 printable ASCII characters: %w", text, lifecycle.ErrInvalid)
		}
		out = append(out, byte(len(text)))
		out = append(out, text...)
	}
	out = binary.BigEndian.AppendUint32(out, uint32(len(l.Body)))
	return append(out, l.Body...), nil
}

// DecodeLeaf reads the bytes of one leaf. It accepts exactly what Encode
// writes and nothing else: another format, a byte too many or too few, or a
// text that Encode would refuse is lifecycle.ErrInvalid. The leaf shares no
// memory with entry.
func DecodeLeaf(entry []byte) (Leaf, error) {
	view, err := parseLeaf(entry)
	if err != nil {
		return Leaf{}, err
	}
	return Leaf{
		ID:      string(view.texts[0]),
		At:      time.UnixMilli(int64(view.msec)).UTC(),
		Kind:    string(view.texts[1]),
		Subject: string(view.texts[2]),
		Event:   string(view.texts[3]),
		Body:    append([]byte{}, view.body...),
		Salt:    [SaltSize]byte(view.salt),
	}, nil
}

// LeafHash is the hash of an entry as the tree has it: SHA-256 of 0x00 and the
// entry (RFC 6962, section 2.1).
func LeafHash(entry []byte) tlog.Hash { return tlog.RecordHash(entry) }

// leafView is a parsed leaf that still points into the entry, so that an audit
// of millions allocates nothing.
type leafView struct {
	salt  []byte
	msec  uint64
	texts [4]cryptobyte.String // id, kind, subject, event
	body  []byte
}

func parseLeaf(entry []byte) (leafView, error) {
	var (
		view  leafView
		magic []byte
		size  uint32
	)
	if len(entry) > MaxEntry {
		return leafView{}, malformedLeaf("too long")
	}
	in := cryptobyte.String(entry)
	if !in.ReadBytes(&magic, len(leafMagic)) || string(magic) != leafMagic {
		return leafView{}, malformedLeaf("unknown format")
	}
	if !in.ReadBytes(&view.salt, SaltSize) || !in.ReadUint64(&view.msec) || view.msec > lastMsec {
		return leafView{}, malformedLeaf("salt or time")
	}
	for i := range view.texts {
		if !in.ReadUint8LengthPrefixed(&view.texts[i]) || !isText(view.texts[i]) {
			return leafView{}, malformedLeaf("text")
		}
	}
	if !in.ReadUint32(&size) || uint64(size) != uint64(len(in)) {
		return leafView{}, malformedLeaf("body length")
	}
	view.body = in
	return view, nil
}

func malformedLeaf(what string) error {
	return fmt.Errorf("malformed leaf: %s: %w", what, lifecycle.ErrInvalid)
}

func isText[T string | cryptobyte.String](text T) bool {
	if len(text) == 0 || len(text) > maxText {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
