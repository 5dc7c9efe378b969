package imports

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quitclaim/service/fleet/rows"
	"quitclaim/service/lifecycle"
)

// parts reads a file that lies in the store, part by part.
type parts struct {
	ctx  context.Context //nolint:containedctx // io.Reader has none
	from uploads
	id   lifecycle.ImportID
	size int64
	at   int64
	rest []byte // of the present part
}

// read opens the file of an import at an offset.
func (i *Imports) read(ctx context.Context, job lifecycle.Import, offset int64) io.Reader {
	return &parts{ctx: ctx, from: i.config.Store, id: job.ID, size: job.Bytes, at: offset}
}

// Read implements io.Reader.
func (p *parts) Read(to []byte) (int, error) {
	if len(p.rest) == 0 {
		if p.at >= p.size {
			return 0, io.EOF
		}
		part, err := p.from.ImportPart(p.ctx, p.id, p.at/partSize)
		if err != nil {
			return 0, fmt.Errorf("read the file: %w", err)
		}
		begin := p.at % partSize
		if begin >= int64(len(part)) {
			return 0, fmt.Errorf("part %d is cut short: %w", p.at/partSize, errParts)
		}
		p.rest = part[begin:]
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	p.at += int64(n)
	return n, nil
}

// errParts: the file that lies in the store is not the one that came.
var errParts = errors.New("the parts of the file do not fit")

// reader reads the records of an import from an offset, at which the one with
// this number begins.
func (i *Imports) reader(ctx context.Context, job lifecycle.Import, offset, row int64) rows.Reader {
	open := func(at int64) io.Reader { return i.read(ctx, job, at) }
	if job.Format == lifecycle.ImportNDJSON {
		return rows.NewNDJSON(open, job.Layout.Header, offset, row)
	}
	delimiter := byte(',')
	if job.Layout.Delimiter != "" {
		delimiter = job.Layout.Delimiter[0]
	}
	return rows.NewCSV(open, delimiter, offset, row)
}
