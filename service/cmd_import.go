package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// importFlags are what `quitclaim import` is told.
type importFlags struct {
	file, data, address     string
	kind, reference, format string
	brand, model            string
	columns                 columnFlags
	dryRun                  bool
}

// columnFlags is a list of field=column.
type columnFlags map[string]string

// String is the list as Set reads it, for one.
func (c columnFlags) String() string { return "" }

// Set reads one field=column.
func (c columnFlags) Set(text string) error {
	field, column, found := strings.Cut(text, "=")
	if !found || field == "" || column == "" {
		return fmt.Errorf("%q is not FIELD=COLUMN", text)
	}
	c[field] = column
	return nil
}

func parseImport(args []string) (importFlags, error) {
	f := importFlags{columns: columnFlags{}}
	flags := flag.NewFlagSet("quitclaim import FILE", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data, address := serverFlags(flags)
	flags.StringVar(&f.kind, "kind", "units", "units (a vendor registers them) or sales (a shop reports them)")
	flags.StringVar(&f.reference, "reference", "", "your name for this file; sent twice, it counts once; default: kind and digest of the file")
	flags.StringVar(&f.format, "format", "", "csv or ndjson; default: as the file looks")
	flags.StringVar(&f.brand, "brand", "", "brand of every row, where no column says it")
	flags.StringVar(&f.model, "model", "", "model of every row, where no column says it")
	flags.Var(f.columns, "column", "FIELD=COLUMN, where a column's name does not say what it is; may be given again")
	flags.BoolVar(&f.dryRun, "dry-run", false, "look at every row and write nothing")
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		f.file, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return f, verbUsage(flags)
		}
		return f, err
	}
	if f.file == "" && flags.NArg() == 1 {
		f.file = flags.Arg(0)
	} else if flags.NArg() > 0 {
		return f, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if f.file == "" {
		return f, errors.New("name one file: quitclaim import FILE")
	}
	f.data, f.address = *data, *address
	return f, nil
}

// runImport is `quitclaim import FILE`: it sends the file to the running server
// and shows how far it is, until it is over. Whoever runs it again with the same
// file goes on watching the same import: nothing is sent or written twice.
func runImport(ctx context.Context, args []string, stdout io.Writer) error {
	f, err := parseImport(args)
	if err != nil {
		return err
	}
	client, err := newClient(f.data, f.address)
	if err != nil {
		return err
	}
	file, err := os.Open(f.file)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return fmt.Errorf("read %s: %w", f.file, err)
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	if f.reference == "" {
		f.reference = f.kind + "-" + digest
		if f.dryRun {
			f.reference = "dry-run-" + f.reference
		}
	}
	job, err := client.importOf(ctx, f.reference)
	if err != nil {
		return err
	}
	if job.ID == "" || job.State == "uploading" || job.Digest != digest {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read %s: %w", f.file, err)
		}
		if job, err = client.sendImport(ctx, f, file); err != nil {
			return err
		}
	}
	return client.followImport(ctx, job, stdout)
}

// importAnswer is an import as the server tells it.
type importAnswer struct {
	ID, State, Digest, Failure, Reference string
	Percent                               int
	Row, Rows, Added, Known, Wrong        int64
	Errors                                int64
}

// importOf finds the import of a reference; one without an id is none.
func (c *client) importOf(ctx context.Context, reference string) (importAnswer, error) {
	var found struct{ Items []importAnswer }
	err := c.get(ctx, "/v1/imports?reference="+url.QueryEscape(reference), &found)
	if err != nil || len(found.Items) == 0 {
		return importAnswer{}, err
	}
	return found.Items[0], nil
}

func (c *client) get(ctx context.Context, path string, out any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	return c.do(request, out)
}

// sendImport sends the file, for as long as that takes.
func (c *client) sendImport(ctx context.Context, f importFlags, file io.Reader) (job importAnswer, err error) {
	query := url.Values{"kind": {f.kind}, "reference": {f.reference}, "name": {filepath.Base(f.file)}}
	for name, value := range map[string]string{"format": f.format, "all_brand": f.brand, "all_model": f.model} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for field, column := range f.columns {
		query.Set("column."+field, column)
	}
	if f.dryRun {
		query.Set("dry_run", "true")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/v1/imports?"+query.Encode(), file)
	if err != nil {
		return job, fmt.Errorf("write request: %w", err)
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	patient := *c
	unlimited := *c.http
	unlimited.Timeout, patient.http = 0, &unlimited
	return job, patient.do(request, &job)
}

// maxPrinted is how many errors are printed; all of them are in the file that
// the server has.
const maxPrinted = 20

// followImport says how far an import is until nothing moves it on.
func (c *client) followImport(ctx context.Context, job importAnswer, stdout io.Writer) (err error) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	path, told := "/v1/imports/"+url.PathEscape(job.ID), ""
	for {
		line := fmt.Sprintf("%s: %d %%, %d rows, %d written, %d known, %d with mistakes", job.State, job.Percent, job.Rows, job.Added, job.Known, job.Wrong)
		if line != told {
			fmt.Fprintln(stdout, line)
			told = line
		}
		if job.State != "uploading" && job.State != "checking" && job.State != "running" {
			break
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("import %s goes on without us; run the same command to see it: %w", job.ID, ctx.Err())
		}
		if err := c.get(ctx, path, &job); err != nil {
			return err
		}
	}
	if err := c.printErrors(ctx, path, job, stdout); err != nil {
		return err
	}
	if job.State == "failed" || job.State == "cancelled" {
		return fmt.Errorf("import %s is %s", job.ID, job.State)
	}
	if job.Wrong > 0 {
		return fmt.Errorf("%d rows have mistakes: %s/imports/%s/errors.csv", job.Wrong, c.url, job.ID)
	}
	return nil
}

func (c *client) printErrors(ctx context.Context, path string, job importAnswer, stdout io.Writer) error {
	if job.Errors == 0 {
		return nil
	}
	var list struct {
		Items []struct {
			Row            int64
			Column, Detail string
		}
	}
	if err := c.get(ctx, fmt.Sprintf("%s/errors?limit=%d", path, maxPrinted), &list); err != nil {
		return err
	}
	for _, e := range list.Items {
		fmt.Fprintf(stdout, "row %d, %s: %s\n", e.Row, e.Column, e.Detail)
	}
	if more := job.Errors - int64(len(list.Items)); more > 0 {
		fmt.Fprintf(stdout, "and %d more\n", more)
	}
	return nil
}
