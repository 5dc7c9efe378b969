package ledger

import "fmt"

// Code says what kind of thing an audit found wrong.
type Code string

// What an audit can find. Finding.Index is the index of the entry, of the
// entry that wrote the stored hash, or the size of the checkpoint.
const (
	// EntryAltered: the entry's bytes do not have the leaf hash that the log holds.
	EntryAltered Code = "entry-altered"
	// EntryMalformed: the entry is what was logged, and is no leaf that we can read.
	EntryMalformed Code = "entry-malformed"
	// EntryMissing: no entry has this index.
	EntryMissing Code = "entry-missing"
	// EntryDuplicate: a second entry has this index.
	EntryDuplicate Code = "entry-duplicate"
	// EntryDisorder: an entry came out of order.
	EntryDisorder Code = "entry-disorder"
	// LeafHashAltered: the hash beside the entry is wrong, entry and tree agree.
	LeafHashAltered Code = "leaf-hash-altered"
	// HashAltered: a stored hash of the tree is not what its entries give.
	HashAltered Code = "hash-altered"
	// HashMissing: a stored hash of the tree is not there.
	HashMissing Code = "hash-missing"
	// HashStray: a stored hash came twice or out of order.
	HashStray Code = "hash-stray"
	// CheckpointRoot: the log signed another root for this size.
	CheckpointRoot Code = "checkpoint-root"
	// CheckpointSize: a checkpoint is stored under a size that it does not state.
	CheckpointSize Code = "checkpoint-size"
	// CheckpointSignature: a known key's signature is false.
	CheckpointSignature Code = "checkpoint-signature"
	// CheckpointKey: no known key of the log has signed.
	CheckpointKey Code = "checkpoint-key"
	// CheckpointMalformed: the checkpoint cannot be read.
	CheckpointMalformed Code = "checkpoint-malformed"
	// CheckpointAhead: the log signed a larger size than it has now; it was cut
	// back, or restored from an old copy.
	CheckpointAhead Code = "checkpoint-ahead"
	// CheckpointOrigin: the log was called otherwise when it had this size.
	CheckpointOrigin Code = "checkpoint-origin"
	// OriginBroken: the entry that begins a new origin does not say which one
	// ended here, with which checkpoint.
	OriginBroken Code = "origin-broken"
	// CheckpointStray: a checkpoint came out of order.
	CheckpointStray Code = "checkpoint-stray"
	// HeadEntries: the head's size is not the number of entries.
	HeadEntries Code = "head-entries"
	// HeadHashes: the number of stored hashes is not that of a tree of the
	// head's size.
	HeadHashes Code = "head-hashes"
	// HeadShort: the log is shorter than what an earlier audit has seen.
	HeadShort Code = "head-short"
)

// Finding is one thing that is wrong.
type Finding struct {
	Index  int64
	Code   Code
	Detail string // for the reader, in English
}

// String is "index 17: entry-altered: ...".
func (f Finding) String() string { return fmt.Sprintf("index %d: %s: %s", f.Index, f.Code, f.Detail) }

// maxFindings bounds a report's memory; a log that was overwritten whole has
// as many findings as rows.
const maxFindings = 10_000

// Report is the outcome of an audit.
type Report struct {
	From        int64     // index of the first entry read
	Edge        Edge      // the tree up to where the audit came; Resume goes on here
	Size        int64     // the head's size when the audit began
	Checkpoints int64     // checkpoints read
	Signed      int64     // size of the newest checkpoint that holds; entries after it are not signed yet
	Restarts    []Restart // new origins that the audit came by
	Findings    []Finding // everything wrong, in the order of reading, up to 10,000
	Omitted     int64     // findings beyond those
}

// OK reports that nothing is wrong with what was read.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// Done reports that the audit came to the end of the log.
func (r Report) Done() bool { return r.Edge.Size() >= r.Size }

func (r *Report) find(index int64, code Code, format string, args ...any) {
	if len(r.Findings) == maxFindings {
		r.Omitted++
		return
	}
	r.Findings = append(r.Findings, Finding{Index: index, Code: code, Detail: fmt.Sprintf(format, args...)})
}
