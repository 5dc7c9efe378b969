package archive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/store/engine"
)

// Header is the first frame: what the backup is of.
type Header struct {
	MadeAt int64 // milliseconds since 1970
	Engine string
	// Migrations are those that the database had run, in order.
	Migrations []engine.Migration
	// Origins are the ledger's names, oldest first; the last is in force.
	Origins []string
	// Size is the number of entries that have their place in the ledger, and
	// Checkpoint the newest signed one among them; empty for none.
	Size       int64
	Checkpoint []byte
}

// Made is when the backup was begun.
func (h Header) Made() time.Time { return time.UnixMilli(h.MadeAt).UTC() }

// count is what there was of a table.
type count struct {
	Name   string
	Rows   int64
	Digest []byte // sum of its rows' SHA-256, whatever their order
}

// trailer is the last frame.
type trailer struct {
	Tables []count
	Root   tlog.Hash // of the tree of Header.Size
	SHA256 []byte    // of all frames before this one
}

// Report is what a backup holds.
type Report struct {
	Header
	Root   tlog.Hash
	Tables []string
	Rows   int64  // of all
	Bytes  int64  // of the file
	SHA256 string // of the file, in hex

	// Left are tables of the backup that no migration makes: a restore leaves
	// them in the file.
	Left []string

	counts []count
}

// digest adds up the hashes of rows, modulo 2^256: the engines do not return
// rows in the same order, and sorting them all would cost more than the rest.
type digest struct{ sum [4]uint64 }

func (d *digest) add(row []byte) {
	hash := sha256.Sum256(row)
	var carry uint64
	for i := range d.sum {
		var word uint64
		for _, b := range hash[8*i : 8*i+8] {
			word = word<<8 | uint64(b)
		}
		d.sum[i], carry = bits.Add64(d.sum[i], word, carry)
	}
}

func (d *digest) bytes() []byte {
	out := make([]byte, 0, 32)
	for _, word := range d.sum {
		for shift := 56; shift >= 0; shift -= 8 {
			out = append(out, byte(word>>shift))
		}
	}
	return out
}

// ErrType: a value is not of its column's type, which SQLite does not mind. Only
// somebody who wrote past us can have put it there, and another engine would not
// take it back.
var ErrType = errors.New("a value of another type than its column's")

// conform brings what a driver returned into the type that the column has, or
// says that it is of no type that a backup keeps.
func conform(column engine.Column, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case int64:
		if column.Type == engine.TypeInt {
			return v, nil
		}
	case bool:
		if column.Type == engine.TypeBool {
			return v, nil
		}
	case string:
		if column.Type == engine.TypeText && utf8.ValidString(v) {
			return v, nil
		}
	case []byte:
		switch column.Type {
		case engine.TypeBytes:
			return v, nil
		case engine.TypeText:
			return conform(column, string(v))
		}
	}
	return nil, fmt.Errorf("column %s of type %s holds a %T: %w", column.Name, column.Type, value, ErrType)
}
