package book

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/store/engine"
)

// signEvery is how many entries may wait for a signature under load; beside
// it a checkpoint is signed every second (DESIGN, reference/trust.md 2.3).
const signEvery = 256

// errForked: the ledger in the database is not the one that we wrote.
var errForked = errors.New("somebody else wrote to the ledger")

// errNoHead: the row that says how long the ledger is has gone.
var errNoHead = errors.New("no head")

// Log is the writing end. It belongs to the engine's writer goroutine, but for
// Wait.
type Log struct {
	// Keys sign, in the name that the configuration has for the ledger until the
	// database says another.
	Keys  *keyring.Ring
	NewID func() string
	Now   func() time.Time
	Bell  *Bell
	// Published is what the outside has. A start on a database that does not
	// continue it is refused before anything is appended or signed.
	Published []Published

	// Shared says that others sequence too, in turns.
	Shared bool

	compared bool // Published, with what the database had at the start

	loaded  bool
	edge    ledger.Edge // as committed
	next    ledger.Edge // with what the present transaction appended
	signed  int64       // size of the newest checkpoint, as committed
	signing int64       // size of the one that the present transaction stores
	added   []any       // its hashes, as they will be written: index, hash, index, hash…
}

// Begin implements engine.Companion.
func (l *Log) Begin(tx *engine.Tx) error {
	moved := !l.loaded
	if l.loaded && l.Shared {
		var err error
		if moved, err = l.moved(tx); err != nil {
			return err
		}
	}
	if moved {
		if err := l.load(tx); err != nil {
			return fmt.Errorf("load the head of the ledger: %w", err)
		}
	}
	l.next, l.signing, l.added = l.edge, l.signed, nil
	return nil
}

// moved reports whether somebody else has sequenced or signed since we did.
func (l *Log) moved(tx *engine.Tx) (bool, error) {
	size, signed, err := ends(tx)
	return size != l.edge.Size() || signed != l.signed, err
}

const sqlHead = `SELECT size FROM log_head WHERE log_id = 1`

const sqlSignedSize = `SELECT size FROM checkpoint ORDER BY size DESC LIMIT 1`

// ends are how long the log is, and how much of it the newest checkpoint covers.
func ends(tx *engine.Tx) (size, signed int64, err error) {
	if found, err := tx.Get(sqlHead, nil, &size); err != nil || !found {
		return 0, 0, fmt.Errorf("read the head of the ledger: %w", errors.Join(err, missing(found)))
	}
	if _, err := tx.Get(sqlSignedSize, nil, &signed); err != nil {
		return 0, 0, fmt.Errorf("read the newest checkpoint's size: %w", err)
	}
	return size, signed, nil
}

func missing(found bool) error {
	if found {
		return nil
	}
	return errNoHead
}

// load reads the log's end and checks it. What does not fit together while
// another process writes has been read before and after its commit, and is read
// again.
func (l *Log) load(tx *engine.Tx) error {
	size, signed, err := ends(tx)
	if err != nil {
		return err
	}
	err = l.loadAt(tx, size, signed)
	if err == nil || !l.Shared {
		return err
	}
	if sizeNow, signedNow, errNow := ends(tx); errNow == nil && (sizeNow != size || signedNow != signed) {
		return fmt.Errorf("another process writes to the ledger: %w", engine.ErrConflict)
	}
	return err
}

func (l *Log) loadAt(tx *engine.Tx, size, signed int64) error {
	if err := l.readNames(tx); err != nil {
		return err
	}
	if !l.compared {
		if err := Compare(tx, l.Keys, l.Published); err != nil {
			return err
		}
		l.compared = true
	}
	edge, err := ledger.ReadEdge(size, hashes{tx})
	if err != nil {
		return err
	}
	if err := l.check(tx, size, signed); err != nil {
		return err
	}
	l.edge, l.signed, l.loaded = edge, signed, true
	return nil
}

// Savepoint implements engine.Companion.
func (l *Log) Savepoint() (undo func()) {
	next, signing, added := l.next, l.signing, l.added
	return func() { l.next, l.signing, l.added = next, signing, added }
}

const sqlAddEntry = `
INSERT INTO log_entry (entry_id, kind, subject, event, at, state, epoch, leaf_hash, entry, idx)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// Append writes an event as the next entry and returns its index.
func (l *Log) Append(tx *engine.Tx, r Record) (int64, error) {
	entry, err := r.encode(l.NewID)
	if err != nil {
		return 0, err
	}
	index := l.place(entry.hash)
	if _, err := tx.Exec(sqlAddEntry, append(entry.columns(), index)...); err != nil {
		return 0, fmt.Errorf("write ledger entry %d: %w", index, err)
	}
	return index, l.named(tx, index, r)
}

// place makes an entry's hash the next leaf of the tree, and returns its index.
// What that adds to the tree is written before the commit, for many at once.
func (l *Log) place(leaf tlog.Hash) int64 {
	index, stored := l.next.Size(), l.next.HashCount()
	next, added := l.next.Append(leaf)
	for i, h := range added {
		l.added = append(l.added, stored+int64(i), h[:])
	}
	l.next = next
	return index
}

const sqlMoveHead = `UPDATE log_head SET size = $1 WHERE log_id = 1 AND size = $2`

// BeforeCommit implements engine.Companion: it moves the head over what was
// appended, and signs when it is time.
func (l *Log) BeforeCommit(tx *engine.Tx, idle bool) error {
	if l.next.Size() != l.edge.Size() {
		if err := l.addHashes(tx); err != nil {
			return err
		}
		rows, err := tx.Exec(sqlMoveHead, l.next.Size(), l.edge.Size())
		if err != nil {
			return fmt.Errorf("move the head of the ledger: %w", err)
		}
		if rows != 1 {
			return fmt.Errorf("the head of the ledger is not at %d: %w", l.edge.Size(), l.overtaken())
		}
	}
	unsigned := l.next.Size() - l.signed
	if unsigned >= signEvery || idle && unsigned > 0 {
		return l.Sign(tx)
	}
	return nil
}

// overtaken: somebody else wrote. What we hold in memory is worth nothing now.
func (l *Log) overtaken() error {
	l.loaded = false
	if l.Shared {
		return engine.ErrConflict
	}
	return errForked
}

const sqlAddCheckpoint = `INSERT INTO checkpoint (size, at, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// Sign stores a checkpoint of everything appended so far.
func (l *Log) Sign(tx *engine.Tx) error {
	checkpoint := ledger.Checkpoint{Origin: l.Keys.Origin(), Size: l.next.Size(), Root: l.next.Root()}
	text, err := checkpoint.Sign(l.Keys.Ledger())
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	if _, err := tx.Exec(sqlAddCheckpoint, checkpoint.Size, l.Now().UnixMilli(), text); err != nil {
		return fmt.Errorf("store checkpoint: %w", err)
	}
	l.signing = checkpoint.Size
	return nil
}

// Committed implements engine.Companion.
func (l *Log) Committed() {
	grown := l.next.Size() != l.edge.Size()
	l.edge, l.signed = l.next, l.signing
	if grown {
		l.Bell.Ring()
	}
}

// Forget makes the next Begin read the head anew: whether what was appended is
// committed is not known.
func (l *Log) Forget() { l.loaded = false }

// Dirty implements engine.Companion.
func (l *Log) Dirty() bool { return l.edge.Size() > l.signed }

// Size is the number of entries, with what the present transaction appended.
func (l *Log) Size() int64 { return l.next.Size() }
