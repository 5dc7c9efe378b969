package book

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/store/engine"
)

// Published is a signed checkpoint that the outside has, and where it was read.
type Published struct {
	From string
	Text []byte
}

// ErrForks: the outside has a checkpoint that this database does not continue.
// Whoever appended to it would give the outside two histories of one log
// (reference/trust.md, 2.3).
var ErrForks = errors.New("a published checkpoint is not continued by this database")

// Fork says which checkpoint, and how far the database goes.
type Fork struct {
	From      string // where the checkpoint was read
	Published ledger.Checkpoint
	Text      []byte
	Size      int64 // entries in the database
}

// Missing is how many entries the outside knows of and the database does not
// have; 0: it has as many, and they are others.
func (f *Fork) Missing() int64 { return max(0, f.Published.Size-f.Size) }

// Error says both sizes.
func (f *Fork) Error() string {
	said := fmt.Sprintf("%s at size %d (%s), the database has %d entries", f.Published.Origin, f.Published.Size, f.From, f.Size)
	if f.Missing() == 0 {
		said += " and others among them"
	}
	return ErrForks.Error() + ": " + said
}

// Unwrap is ErrForks.
func (f *Fork) Unwrap() error { return ErrForks }

// Compare holds every published checkpoint against the tree. Of those that it
// does not continue, the one of the largest size is the error, a *Fork.
func Compare(tx *engine.Tx, keys *keyring.Ring, published []Published) error {
	origins, err := Origins(tx)
	if err != nil {
		return err
	}
	if len(origins) > 0 {
		if keys, err = keys.Named(Names(origins)...); err != nil {
			return err
		}
	}
	var size int64
	if _, err := tx.Get(sqlHead, nil, &size); err != nil {
		return fmt.Errorf("read the head of the ledger: %w", err)
	}
	var worst *Fork
	for _, p := range published {
		checkpoint, err := openOurs(p, keys)
		if err != nil {
			return err
		}
		held, err := holds(tx, origins, size, checkpoint)
		if err != nil {
			return fmt.Errorf("published checkpoint (%s): %w", p.From, err)
		}
		if !held && (worst == nil || checkpoint.Size > worst.Published.Size) {
			worst = &Fork{From: p.From, Published: checkpoint, Text: p.Text, Size: size}
		}
	}
	if worst != nil {
		return worst
	}
	return nil
}

// openOurs opens a checkpoint that our key signed. A name that this database has
// never had is one that began after the copy was made.
func openOurs(p Published, keys *keyring.Ring) (ledger.Checkpoint, error) {
	checkpoint, err := ledger.OpenCheckpoint(p.Text, keys.LedgerVerifiers())
	if err == nil {
		return checkpoint, nil
	}
	name, errName := ledger.OriginOf(p.Text)
	if later, errNamed := keys.Named(name); errName == nil && errNamed == nil {
		if checkpoint, errLater := ledger.OpenCheckpoint(p.Text, later.LedgerVerifiers()); errLater == nil {
			return checkpoint, fmt.Errorf("%w: %s at size %d (%s), and that name began after this copy was made: only a newer copy can go on",
				ErrForks, name, checkpoint.Size, p.From)
		}
	}
	return checkpoint, fmt.Errorf("published checkpoint (%s): %w", p.From, err)
}

// holds reports whether the tree holds what was signed, or a new origin owns up
// to having lost it.
func holds(tx *engine.Tx, origins []Origin, size int64, c ledger.Checkpoint) (bool, error) {
	if at := slices.IndexFunc(origins, func(o Origin) bool { return o.Name == c.Origin }); at >= 0 && at+1 < len(origins) {
		// Its origin has ended, with the entry that begins the next: nothing is
		// signed under that name any more, whatever else is found.
		if c.Size > origins[at+1].Since {
			return true, nil
		}
	}
	if c.Size > size {
		return false, nil
	}
	if c.Size == 0 {
		return true, nil
	}
	root, err := tlog.TreeHash(c.Size, hashes{tx})
	if err != nil {
		return false, fmt.Errorf("root at %d: %w", c.Size, err)
	}
	return root == c.Root, nil
}
