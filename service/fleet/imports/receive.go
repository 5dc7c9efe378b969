package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"quitclaim/service/access"
	"quitclaim/service/fleet/rows"
	"quitclaim/service/lifecycle"
)

const (
	// MaxBytes is the longest file: ten million rows.
	MaxBytes = 1 << 30
	// partSize is how much of a file one row of the database holds: it is what
	// the embedded database's one writer is kept from others with.
	partSize = 256 << 10
	// maxReference and maxName bound what an organisation calls an import.
	maxReference, maxName = 128, 128
)

// Upload is what is said of a file that comes.
type Upload struct {
	Kind      lifecycle.ImportKind
	Format    lifecycle.ImportFormat // empty: as the file looks
	Reference string
	Name      string
	Layout    lifecycle.ImportLayout // columns that are given, defaults, and whether to try only
	// Ask keeps a file whose columns are not clear, for a person to say which is
	// which; otherwise that is a mistake.
	Ask bool
}

// Receive takes a file in and sets it going. It reads the body as it comes and
// keeps no more than a part of it in memory. A second file under one reference
// must be the same, byte for byte, and is answered with what became of the
// first: lifecycle.ErrKeyReused otherwise.
func (i *Imports) Receive(ctx context.Context, p access.Principal, in Upload, body io.Reader) (lifecycle.Import, error) {
	if err := check(p, in); err != nil {
		return lifecycle.Import{}, err
	}
	select {
	case i.places <- struct{}{}:
		defer func() { <-i.places }()
	default:
		return lifecycle.Import{}, fmt.Errorf("%d files are coming in: %w", maxUploads, lifecycle.ErrBusy)
	}
	was, err := i.config.Store.ImportByReference(ctx, p.Org, in.Reference)
	switch {
	case err == nil && was.State != lifecycle.ImportUploading && was.Digest != "":
		sum := sha256.New()
		return same(was, in, sum, io.TeeReader(body, sum))
	case err != nil && !errors.Is(err, lifecycle.ErrNotFound):
		return lifecycle.Import{}, fmt.Errorf("receive import: %w", err)
	}
	return i.receive(ctx, p, in, body)
}

// check finds the mistakes that need no file.
func check(p access.Principal, in Upload) error {
	var invalid lifecycle.Invalid
	if !may(p, in.Kind) {
		invalid.Add("kind", "import.kind")
	}
	switch in.Format {
	case "", lifecycle.ImportCSV, lifecycle.ImportNDJSON:
	default:
		invalid.Add("format", "import.format")
	}
	if in.Reference == "" {
		invalid.Add("reference", "field.required")
	} else if !printable(in.Reference, maxReference) {
		invalid.Add("reference", "import.reference")
	}
	return invalid.Err()
}

func printable(text string, longest int) bool {
	for _, r := range text {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return len(text) <= longest
}

// same reads the rest of a file that came before, and answers with what became
// of it.
func same(was lifecycle.Import, in Upload, sum hash.Hash, rest io.Reader) (lifecycle.Import, error) {
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return lifecycle.Import{}, fmt.Errorf("read the file: %w", err)
	}
	if digest(sum) != was.Digest || in.Kind != was.Kind {
		return lifecycle.Import{}, fmt.Errorf("reference of another file: %w", lifecycle.ErrKeyReused)
	}
	return was, nil
}

func digest(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

func (i *Imports) receive(ctx context.Context, p access.Principal, in Upload, body io.Reader) (lifecycle.Import, error) {
	sum := sha256.New()
	raw := io.TeeReader(body, sum)
	text, err := rows.Text(raw)
	if errors.Is(err, rows.ErrEncoding) {
		return lifecycle.Import{}, lifecycle.Mistake("file", "import.encoding")
	}
	if err != nil {
		return lifecycle.Import{}, fmt.Errorf("read the file: %w", err)
	}
	part := make([]byte, partSize)
	n, err := fill(text, part)
	if err != nil {
		return lifecycle.Import{}, err
	}
	job, err := i.plan(ctx, p, in, part[:n])
	if err != nil {
		return job, err
	}
	if job, err = i.config.Store.OpenImport(ctx, job); err != nil {
		return job, fmt.Errorf("receive import: %w", err)
	}
	if job.State != lifecycle.ImportUploading { // it came by another door meanwhile
		return same(job, in, sum, raw)
	}
	for number := int64(0); n > 0; number++ {
		if err := i.config.Store.PutImportPart(ctx, job, number, part[:n]); err != nil {
			return job, fmt.Errorf("receive import: %w", err)
		}
		job.Bytes += int64(n)
		if n < len(part) {
			break
		}
		if n, err = fill(text, part); err != nil {
			return job, err
		}
	}
	if _, err := io.Copy(io.Discard, raw); err != nil { // nothing is left, but for its error
		return job, fmt.Errorf("read the file: %w", err)
	}
	return i.begin(ctx, p, in, job, digest(sum))
}

// plan is the import that a file becomes, by its first part.
func (i *Imports) plan(ctx context.Context, p access.Principal, in Upload, head []byte) (lifecycle.Import, error) {
	looked, err := rows.Look(head, in.Format)
	if err != nil && errors.Is(err, io.EOF) {
		err = lifecycle.Mistake("file", "import.empty")
	}
	if err != nil {
		return lifecycle.Import{}, err
	}
	layout := in.Layout
	layout.Header, layout.Start, layout.FirstRow = looked.Header, looked.Start, looked.FirstRow
	if looked.Delimiter != 0 {
		layout.Delimiter = string(rune(looked.Delimiter))
	}
	given := layout.Columns
	layout.Columns = guess(in.Kind, looked.Header)
	for name, column := range given {
		layout.Columns[name] = column
	}
	if err := i.checkLayout(ctx, p, in.Kind, looked.Header, &layout); err != nil && !in.Ask {
		return lifecycle.Import{}, err
	}
	return lifecycle.Import{
		ID: lifecycle.ImportID("imp_" + i.config.NewID()), Org: p.Org, Reference: in.Reference, Kind: in.Kind, Format: looked.Format,
		Actor: p.Actor(), Name: cut(in.Name, maxName), Layout: layout,
	}, nil
}

// begin says that the file is whole, and what comes next.
func (i *Imports) begin(ctx context.Context, p access.Principal, in Upload, job lifecycle.Import, sum string) (lifecycle.Import, error) {
	job.Digest = sum
	switch err := i.checkLayout(ctx, p, job.Kind, job.Layout.Header, &job.Layout); {
	case err != nil && !errors.Is(err, lifecycle.ErrInvalid):
		return job, err
	case err != nil:
		job.State, job.Offset = lifecycle.ImportColumns, job.Layout.Start
	case in.Layout.DryRun:
		job = again(job, lifecycle.ImportChecking)
	default:
		job = again(job, lifecycle.ImportRunning)
	}
	job, err := i.config.Store.CloseImport(ctx, job)
	if err != nil {
		return job, fmt.Errorf("receive import: %w", err)
	}
	i.nudge()
	return job, nil
}

// fill reads until the part is full or the file ends.
func fill(in io.Reader, part []byte) (int, error) {
	n, err := io.ReadFull(in, part)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return n, fmt.Errorf("read the file: %w", err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) && n < len(part) {
		// ReadFull says so of a short last part, and net/http of a body that broke
		// off: only the second says it again.
		var one [1]byte
		if _, err := in.Read(one[:]); err != nil && !errors.Is(err, io.EOF) {
			return n, fmt.Errorf("read the file: %w", err)
		}
	}
	return n, nil
}

// cut shortens a text to at most n bytes of whole characters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 { // within a character (RFC 3629, section 3)
		n--
	}
	return text[:n]
}
