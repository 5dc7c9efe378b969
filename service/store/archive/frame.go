package archive

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/fxamacker/cbor/v2"
)

// magic is the first line of the file, before what is compressed (RFC 1952).
const magic = "quitclaim-backup 1\n"

// ErrDamaged: the file is no whole backup. Nothing of it may be used.
var ErrDamaged = errors.New("not a whole backup file")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrDamaged, fmt.Errorf(format, args...))
}

// kind says what a frame holds.
type kind byte

const (
	kindHeader  kind = 'H' // Header, first
	kindTable   kind = 'T' // table, before its rows
	kindRow     kind = 'R' // array of values
	kindEnd     kind = 'E' // count, after them
	kindTrailer kind = 'Z' // trailer, last
)

// maxFrame bounds what a frame can make a reader allocate. The largest value is
// a ledger entry, of at most 1 MiB.
const maxFrame = 16 << 20

// frames writes frames: kind, length (as in encoding/binary), payload in CBOR.
type frames struct {
	zip    *gzip.Writer
	out    *bufio.Writer
	sum    hash.Hash // of every byte of every frame
	encode cbor.EncMode
	length [binary.MaxVarintLen64]byte
}

func newFrames(w io.Writer) (*frames, error) {
	if _, err := io.WriteString(w, magic); err != nil {
		return nil, err
	}
	// The fastest level: most of what is stored are hashes and salts, and gets
	// no smaller.
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	encode, err := cbor.CoreDetEncOptions().EncMode() // RFC 8949, section 4.2.1
	if err != nil {
		return nil, err
	}
	f := &frames{zip: zip, sum: sha256.New(), encode: encode}
	f.out = bufio.NewWriterSize(io.MultiWriter(zip, f.sum), 1<<16)
	return f, nil
}

// put writes a frame, and returns its payload.
func (f *frames) put(k kind, value any) ([]byte, error) {
	payload, err := f.encode.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if len(payload) > maxFrame {
		return nil, fmt.Errorf("a frame of %d bytes, more than %d", len(payload), maxFrame)
	}
	n := binary.PutUvarint(f.length[:], uint64(len(payload)))
	_ = f.out.WriteByte(byte(k)) // its error stays with the writer, to the next
	_, _ = f.out.Write(f.length[:n])
	_, err = f.out.Write(payload)
	return payload, err
}

// digest is the SHA-256 of the frames so far.
func (f *frames) digest() ([]byte, error) {
	err := f.out.Flush()
	return f.sum.Sum(nil), err
}

func (f *frames) close() error { return errors.Join(f.out.Flush(), f.zip.Close()) }

// unframes reads what frames wrote.
type unframes struct {
	raw    *bufio.Reader // of the file
	zip    *gzip.Reader
	in     *bufio.Reader
	sum    hash.Hash
	decode cbor.DecMode
	buffer []byte
}

func newUnframes(r io.Reader) (*unframes, error) {
	raw := bufio.NewReaderSize(r, 1<<16)
	line := make([]byte, len(magic))
	if _, err := io.ReadFull(raw, line); err != nil || string(line) != magic {
		return nil, damaged("it does not begin with %q", magic)
	}
	zip, err := gzip.NewReader(raw)
	if err != nil {
		return nil, damaged("%w", err)
	}
	zip.Multistream(false)
	decode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		IntDec: cbor.IntDecConvertSignedOrFail, MaxArrayElements: 1 << 16, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
	}.DecMode()
	if err != nil {
		return nil, err
	}
	return &unframes{raw: raw, zip: zip, in: bufio.NewReaderSize(zip, 1<<16), sum: sha256.New(), decode: decode}, nil
}

// next reads a frame. The payload is good until the one after it.
func (u *unframes) next() (kind, []byte, error) {
	first, err := u.in.ReadByte()
	if err != nil {
		return 0, nil, damaged("cut off: %w", err)
	}
	size, err := binary.ReadUvarint(u.in)
	if err != nil {
		return 0, nil, damaged("cut off: %w", err)
	}
	if size > maxFrame {
		return 0, nil, damaged("a frame of %d bytes", size)
	}
	if uint64(cap(u.buffer)) < size {
		u.buffer = make([]byte, size)
	}
	payload := u.buffer[:size]
	if _, err := io.ReadFull(u.in, payload); err != nil {
		return 0, nil, damaged("cut off: %w", err)
	}
	return kind(first), payload, nil
}

// count adds a frame to the digest. The trailer is not in it: it states it.
func (u *unframes) count(k kind, payload []byte) {
	var start [1 + binary.MaxVarintLen64]byte
	start[0] = byte(k)
	n := binary.PutUvarint(start[1:], uint64(len(payload)))
	_, _ = u.sum.Write(start[:1+n]) // a hash does not fail
	_, _ = u.sum.Write(payload)
}

func (u *unframes) parse(payload []byte, into any) error {
	if err := u.decode.Unmarshal(payload, into); err != nil {
		return damaged("%w", err)
	}
	return nil
}

// end demands that nothing follows, and that what was read is what was
// compressed: gzip has a checksum of its own.
func (u *unframes) end() error {
	if _, err := u.in.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged("something follows the end, or: %w", err)
	}
	if _, err := u.raw.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged("something follows the end")
	}
	return nil
}
