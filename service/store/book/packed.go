package book

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/store/engine"
)

// An audit reads three million rows for a million entries, and what each row
// costs on its way through driver and database/sql is more than hashing it. So
// a range is asked for as one row, its values joined, and taken apart here. A
// range that is not whole (a row is missing, a hash has another length) is not
// believed: it is then read row by row, and the audit
// says what is wrong with which.

const sqlPackedEntries = `
SELECT count(idx), string_agg(CAST(idx AS TEXT) || ' ' || CAST(length(entry) AS TEXT), ','),
  string_agg(leaf_hash, $3), string_agg(entry, $3)
FROM (
  SELECT idx, leaf_hash, entry FROM log_entry
  WHERE idx >= $1 AND idx < $2
  ORDER BY idx) part`

// The ids are unique, so that so many within the range are all of it.
const sqlPackedHashes = `
SELECT count(stored_idx), string_agg(hash, $3)
FROM (
  SELECT stored_idx, hash FROM log_hash
  WHERE stored_idx >= $1 AND stored_idx < $2
  ORDER BY stored_idx) part`

// packedEntries reads the entries [from, to), or reports that they are not
// whole.
func packedEntries(tx *engine.Tx, from, to int64) ([]ledger.Entry, bool, error) {
	var count int64
	var numbers, hashes, rest []byte
	_, err := tx.Get(sqlPackedEntries, []any{from, to, []byte{}}, &count, &numbers, &hashes, &rest)
	if err != nil {
		return nil, false, fmt.Errorf("read entries from %d: %w", from, err)
	}
	if !whole(to-from, count, hashes) {
		return nil, false, nil
	}
	list := make([]ledger.Entry, 0, count)
	for row := range strings.SplitSeq(string(numbers), ",") {
		number, length, _ := strings.Cut(row, " ")
		size, err := strconv.Atoi(length)
		if err != nil || number != strconv.FormatInt(from+int64(len(list)), 10) || size > len(rest) {
			return nil, false, nil
		}
		list = append(list, ledger.Entry{
			Index: from + int64(len(list)), Bytes: rest[:size:size], Hash: tlog.Hash(hashes[:tlog.HashSize]),
		})
		rest, hashes = rest[size:], hashes[tlog.HashSize:]
	}
	return list, len(rest) == 0, nil
}

// packedHashes reads the stored hashes [from, to), or reports that they are not
// whole.
func packedHashes(tx *engine.Tx, from, to int64) ([]ledger.StoredHash, bool, error) {
	var count int64
	var hashes []byte
	if _, err := tx.Get(sqlPackedHashes, []any{from, to, []byte{}}, &count, &hashes); err != nil {
		return nil, false, fmt.Errorf("read hashes from %d: %w", from, err)
	}
	if !whole(to-from, count, hashes) {
		return nil, false, nil
	}
	list := make([]ledger.StoredHash, count)
	for i := range list {
		list[i] = ledger.StoredHash{ID: from + int64(i), Hash: tlog.Hash(hashes[i*tlog.HashSize:][:tlog.HashSize])}
	}
	return list, true, nil
}

// whole reports whether every row of a range is there, with a hash.
func whole(rows, count int64, hashes []byte) bool {
	return rows > 0 && count == rows && int64(len(hashes)) == rows*tlog.HashSize
}
