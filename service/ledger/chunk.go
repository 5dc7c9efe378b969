package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// chunkSize is how many entries an audit reads at once. Two chunks are in
// memory at a time: one read, one hashed.
const chunkSize = 512

// chunk is one stretch of a stored log.
type chunk struct {
	from, to    int64 // entries [from, to)
	entries     []Entry
	hashes      []StoredHash
	checkpoints []StoredCheckpoint // sizes (from, to], and from itself in the first chunk
	err         error              // ends the sequence
}

// readChunks reads [from, to) ahead of its receiver, so that database and
// hashing each have a core. There is at least one chunk. The channel is closed
// when the reader has let go of the source, at the latest soon after ctx ends.
func readChunks(ctx context.Context, source Source, from, to int64) <-chan chunk {
	out := make(chan chunk)
	go func() {
		defer close(out)
		// The size at which an earlier audit ended may have been signed since.
		firstSize := from
		for {
			next := readChunk(ctx, source, from, min(from+chunkSize, to), firstSize)
			select {
			case out <- next:
			case <-ctx.Done():
				return
			}
			if next.err != nil || next.to >= to {
				return
			}
			from, firstSize = next.to, next.to+1
		}
	}()
	return out
}

// readChunk asks for the three kinds of rows at once: reading, not hashing, is
// what an audit of a database takes its time for.
func readChunk(ctx context.Context, source Source, from, to, firstSize int64) chunk {
	c := chunk{from: from, to: to}
	var (
		reads sync.WaitGroup
		errs  [3]error
	)
	reads.Go(func() { c.entries, errs[0] = source.Entries(ctx, from, to) })
	reads.Go(func() { c.hashes, errs[1] = source.Hashes(ctx, tlog.StoredHashCount(from), tlog.StoredHashCount(to)) })
	reads.Go(func() { c.checkpoints, errs[2] = source.Checkpoints(ctx, firstSize, to+1) })
	reads.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		c.err = fmt.Errorf("read the log from %d to %d: %w", from, to, err)
	}
	return c
}
