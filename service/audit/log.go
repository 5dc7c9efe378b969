package audit

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// Checkpoint is the newest signed head of the ledger.
func (a *Audit) Checkpoint(ctx context.Context) ([]byte, error) {
	text, err := a.record.Checkpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	return text, nil
}

// Tile is the hashes of one tile (c2sp.org/tlog-tiles) of the signed tree, and
// whether it is full: a full one never changes. Whatever is no tile, or not
// signed yet, is lifecycle.ErrNotFound.
func (a *Audit) Tile(ctx context.Context, path string) (data []byte, full bool, err error) {
	text, err := a.Checkpoint(ctx)
	if err != nil {
		return nil, false, err
	}
	// Our own signature is checked too: a database that somebody else wrote
	// must not speak through us.
	head, err := ledger.OpenCheckpoint(text, a.ledger)
	if err != nil {
		return nil, false, fmt.Errorf("open our own checkpoint: %w", errStored(err))
	}
	data, err = ledger.ReadTile(path, head.Size, a.hashes(ctx))
	if errors.Is(err, lifecycle.ErrInvalid) {
		return nil, false, fmt.Errorf("no tile: %w", lifecycle.ErrNotFound)
	}
	return data, len(data) == fullTile, err
}

// fullTile is the size of a full tile: 256 hashes of 32 bytes.
const fullTile = 256 * 32

// ProofAt is the inclusion proof of the entry with this index.
func (a *Audit) ProofAt(ctx context.Context, index int64) ([]byte, error) {
	text, err := a.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	proof, err := ledger.Prove(index, text, a.hashes(ctx))
	if err != nil {
		return nil, err
	}
	return proof.Text(), nil
}
