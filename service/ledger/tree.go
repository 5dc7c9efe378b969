package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

// ErrNotProven: a proof is well formed and does not prove what it claims.
var ErrNotProven = errors.New("not proven")

// emptyRoot is the root of the empty tree: the hash of nothing (RFC 6962,
// section 2.1).
func emptyRoot() tlog.Hash { return sha256.Sum256(nil) }

// ProveConsistency proves that the tree of the newer size holds the tree of
// the older size as its beginning (RFC 6962, section 2.1.2). It is empty when
// nothing needs proof: from the empty tree, or when both are the same.
func ProveConsistency(older, newer int64, r tlog.HashReader) ([]tlog.Hash, error) {
	if older < 0 || older > newer || newer > maxSize {
		return nil, fmt.Errorf("consistency of %d in %d: %w", older, newer, lifecycle.ErrInvalid)
	}
	if older == 0 || older == newer {
		return nil, nil
	}
	proof, err := tlog.ProveTree(newer, older, r)
	if err != nil {
		return nil, fmt.Errorf("prove consistency of %d in %d: %w", older, newer, err)
	}
	return proof, nil
}

// CheckConsistency reports, as ErrNotProven, that newer is not proven to be a
// continuation of older: entries were altered, removed or put elsewhere
// between the two, or they are not of one log.
func CheckConsistency(older, newer Checkpoint, proof []tlog.Hash) error {
	var err error
	switch {
	case older.Origin != newer.Origin:
		err = fmt.Errorf("origins %q and %q differ", older.Origin, newer.Origin)
	case older.Size == 0:
		if older.Root != emptyRoot() || len(proof) != 0 {
			err = errors.New("not the empty tree")
		}
	default:
		err = tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root)
	}
	if err != nil {
		return fmt.Errorf("%w: size %d continues size %d: %w", ErrNotProven, newer.Size, older.Size, err)
	}
	return nil
}
