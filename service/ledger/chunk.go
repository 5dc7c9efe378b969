package ledger

import (
	"context"
	"fmt"

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

func readChunk(ctx context.Context, source Source, from, to, firstSize int64) chunk {
	c := chunk{from: from, to: to}
	c.entries, c.err = source.Entries(ctx, from, to)
	if c.err == nil {
		c.hashes, c.err = source.Hashes(ctx, tlog.StoredHashCount(from), tlog.StoredHashCount(to))
	}
	if c.err == nil {
		c.checkpoints, c.err = source.Checkpoints(ctx, firstSize, to+1)
	}
	if c.err != nil {
		c.err = fmt.Errorf("read the log from %d to %d: %w", from, to, c.err)
	}
	return c
}
