package book

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Reader is the reading end: stored hashes for proofs and tiles, and the whole
// log for an audit. Each call is a read of its own, so that none stays open
// for long.
type Reader struct {
	// Read runs a read of the database.
	Read func(context.Context, func(*engine.Tx) error) error
	// Ctx is for ReadHashes, whose interface has none.
	Ctx context.Context
}

// ReadHashes implements tlog.HashReader.
func (r Reader) ReadHashes(ids []int64) (list []tlog.Hash, err error) {
	err = r.Read(r.Ctx, func(tx *engine.Tx) error {
		list, err = hashes{tx}.ReadHashes(ids)
		return err
	})
	return list, err
}

const sqlTopEntry = `SELECT idx FROM log_entry WHERE idx IS NOT NULL ORDER BY idx DESC LIMIT 1`

const sqlStrayEntries = `SELECT count(idx) FROM log_entry WHERE idx < 0`

const sqlTopHash = `SELECT stored_idx FROM log_hash ORDER BY stored_idx DESC LIMIT 1`

const sqlStrayHashes = `SELECT count(stored_idx) FROM log_hash WHERE stored_idx < 0`

// Head implements ledger.Source. It looks at the ends of the indexes.
func (r Reader) Head(ctx context.Context) (head ledger.Head, err error) {
	err = r.Read(ctx, func(tx *engine.Tx) error {
		_, errSize := tx.Get(sqlHead, nil, &head.Size)
		_, errSigned := tx.Get(sqlSignedSize, nil, &head.Checkpoint)
		var errEntries, errHashes error
		head.Entries, errEntries = reach(tx, sqlTopEntry, sqlStrayEntries)
		head.Hashes, errHashes = reach(tx, sqlTopHash, sqlStrayHashes)
		return errors.Join(errSize, errEntries, errHashes, errSigned)
	})
	return head, err
}

// reach is one more than the highest number, and one for each row below 0.
func reach(tx *engine.Tx, last, strays string) (n int64, err error) {
	top, stray := int64(-1), int64(0)
	_, errLast := tx.Get(last, nil, &top)
	_, errStray := tx.Get(strays, nil, &stray)
	return max(top, -1) + 1 + stray, errors.Join(errLast, errStray)
}

const sqlEntries = `
SELECT idx, entry, leaf_hash FROM log_entry
WHERE idx >= $1 AND idx < $2
ORDER BY idx`

// Entries implements ledger.Source.
func (r Reader) Entries(ctx context.Context, from, to int64) (list []ledger.Entry, err error) {
	err = r.Read(ctx, func(tx *engine.Tx) error {
		var whole bool
		if list, whole, err = packedEntries(tx, from, to); err != nil || whole {
			return err
		}
		list, err = engine.List(tx, sqlEntries, []any{from, to}, func(scan engine.Scan) (ledger.Entry, error) {
			var e ledger.Entry
			var hash []byte
			err := scan(&e.Index, &e.Bytes, &hash)
			copy(e.Hash[:], hash)
			return e, err
		})
		return err
	})
	return list, err
}

const sqlHashes = `
SELECT stored_idx, hash FROM log_hash
WHERE stored_idx >= $1 AND stored_idx < $2
ORDER BY stored_idx`

// Hashes implements ledger.Source.
func (r Reader) Hashes(ctx context.Context, from, to int64) (list []ledger.StoredHash, err error) {
	err = r.Read(ctx, func(tx *engine.Tx) error {
		var whole bool
		if list, whole, err = packedHashes(tx, from, to); err != nil || whole {
			return err
		}
		list, err = engine.List(tx, sqlHashes, []any{from, to}, func(scan engine.Scan) (ledger.StoredHash, error) {
			var h ledger.StoredHash
			var hash []byte
			err := scan(&h.ID, &hash)
			copy(h.Hash[:], hash)
			return h, err
		})
		return err
	})
	return list, err
}

const sqlCheckpoints = `
SELECT size, note FROM checkpoint
WHERE size >= $1 AND size < $2
ORDER BY size`

// Checkpoints implements ledger.Source.
func (r Reader) Checkpoints(ctx context.Context, from, to int64) ([]ledger.StoredCheckpoint, error) {
	return read(ctx, r, sqlCheckpoints, from, to, func(scan engine.Scan) (ledger.StoredCheckpoint, error) {
		var c ledger.StoredCheckpoint
		err := scan(&c.Size, &c.Text)
		return c, err
	})
}

func read[T any](ctx context.Context, r Reader, query string, from, to int64, scan func(engine.Scan) (T, error)) (list []T, err error) {
	err = r.Read(ctx, func(tx *engine.Tx) error {
		list, err = engine.List(tx, query, []any{from, to}, scan)
		return err
	})
	return list, err
}

const sqlNewestCheckpoint = `SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`

// Newest is the signed text of the newest checkpoint.
func Newest(tx *engine.Tx) ([]byte, error) {
	var note []byte
	found, err := tx.Get(sqlNewestCheckpoint, nil, &note)
	if err != nil {
		return nil, fmt.Errorf("read newest checkpoint: %w", err)
	}
	if !found {
		return nil, fmt.Errorf("checkpoint: %w", lifecycle.ErrNotFound)
	}
	return note, nil
}

// Last is the index of the newest entry, -1 for an empty log.
func Last(tx *engine.Tx) (int64, error) {
	var size int64
	if _, err := tx.Get(sqlHead, nil, &size); err != nil {
		return 0, fmt.Errorf("read the head of the ledger: %w", err)
	}
	return size - 1, nil
}
