package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"quitclaim/service/store"
	"quitclaim/service/store/book"
)

// places is a list of files and addresses where the outside keeps checkpoints
// of ours, as a flag.
type places []string

// String is the list as Set reads it.
func (p *places) String() string { return strings.Join(*p, ",") }

// Set reads a list with commas between.
func (p *places) Set(text string) error {
	*p = nil
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			return errors.New("an empty place")
		}
		*p = append(*p, part)
	}
	return nil
}

const (
	// publishedPatience is how long a start waits for one address.
	publishedPatience = 5 * time.Second
	// maxCheckpoint bounds what is read there: three lines, and a signature for
	// each witness.
	maxCheckpoint = 64 << 10
)

// read reads them all. What cannot be read is in the error.
func (p places) read(ctx context.Context) (list []book.Published, err error) {
	for _, place := range p {
		text, errPlace := readPlace(ctx, place)
		if errPlace != nil {
			err = errors.Join(err, fmt.Errorf("published checkpoint: %w", errPlace))
			continue
		}
		list = append(list, book.Published{From: place, Text: text})
	}
	return list, err
}

func readPlace(ctx context.Context, place string) ([]byte, error) {
	if !strings.HasPrefix(place, "https://") && !strings.HasPrefix(place, "http://") {
		return os.ReadFile(place)
	}
	ctx, stop := context.WithTimeout(ctx, publishedPatience)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", place, response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxCheckpoint))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", place, err)
	}
	return text, nil
}

// publishedAtStart is what a start compares the database with, besides what was
// shown from its own directory. A shop must be able to open while a witness is
// away, so what cannot be read is a warning; where nothing at all says what was
// shown, it is an error.
func publishedAtStart(ctx context.Context, config Config, log *slog.Logger) ([]book.Published, error) {
	list, err := config.Published.read(ctx)
	if err == nil {
		return list, nil
	}
	if _, errShown := os.Stat(filepath.Join(config.Data, store.PublishedName)); errShown != nil && len(list) == 0 {
		return nil, fmt.Errorf("nothing says what the outside has seen of the ledger (%w): %w", errShown, err)
	}
	log.WarnContext(ctx, "a published checkpoint could not be read; the others say that the ledger may go on", "error", err)
	return list, nil
}

// errFork is a start that was refused, with what to do about it.
type errFork struct {
	fork *book.Fork
	data string
	file string // the backup that was to be restored; empty: the database is there
}

// refused makes of an error that says so the one for the operator.
func refused(err error, data, file string) error {
	var fork *book.Fork
	if errors.As(err, &fork) {
		return errFork{fork, data, file}
	}
	return err
}

// Unwrap is the store's own error.
func (e errFork) Unwrap() error { return e.fork }

// Error is the whole advice.
func (e errFork) Error() string {
	published, size := e.fork.Published, e.fork.Size
	missing := fmt.Sprintf("%d entries, index %d to %d", e.fork.Missing(), size, published.Size-1)
	if e.fork.Missing() == 0 {
		missing = "nothing, but its entries are others than those that were signed"
	}
	from := ""
	if e.file != "" {
		from = " --from " + e.file
	}
	return fmt.Sprintf(`this ledger must not go on: the outside has a checkpoint of it that this database does not continue.

  published  %s, size %d (%s)
  database   %d entries
  missing    %s

Whatever is appended here would give the outside two histories of one log, which to an auditor is
a forgery. Nothing was appended. There are two ways out:

  1. Put back a database that has these entries, the original or a newer backup:
       quitclaim restore --from FILE --data DIRECTORY
  2. They are lost for good: let the ledger go on under a new origin, which says so for all to see:
       quitclaim restore%s --new-origin %s --data %s --published %s
     Then tell your auditors the new name. What happened in the gap has happened all the same:
     compare with the tills before anybody trusts a verdict.`, published.Origin, published.Size, e.fork.From, size, missing, from, nextOrigin(published.Origin), e.data, e.fork.From)
}

// nextOrigin proposes a name: log, log/2, log/3.
func nextOrigin(origin string) string {
	if at := strings.LastIndex(origin, "/"); at >= 0 {
		if n, err := strconv.Atoi(origin[at+1:]); err == nil {
			return fmt.Sprintf("%s/%d", origin[:at], n+1)
		}
	}
	return origin + "/2"
}
