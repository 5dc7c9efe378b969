package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"quitclaim/service/load/drive"
)

// statement is one that a return ran in its transaction.
type statement struct {
	query string
	args  []any
}

// recorder hears what the store writes and keeps it, return by return. One
// client at a time: what is heard until it has its answer is its return's.
type recorder struct {
	// shared: the database is PostgreSQL, where a sequencer writes beside the
	// returns. Its statements are another transaction's, and no return's.
	shared bool

	mu     sync.Mutex // guards what follows
	open   []statement
	change bool // something ran in a savepoint: no checkpoint of a quiet moment
	kept   []statement
	list   [][]statement
}

// trace is the store's Trace. A bare program has one change in a transaction,
// and so no use for savepoints.
func (r *recorder) trace(query string, args []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := statement{query, slices.Clone(args)}
	verb, _, _ := strings.Cut(query, " ")
	switch {
	case verb == "RELEASE" || r.shared && (verb == "BEGIN" || verb == "COMMIT" || sequences(query)):
	case r.shared:
		r.kept = append(r.kept, heard)
	case verb == "BEGIN":
		r.open, r.change = nil, false
	case verb == "SAVEPOINT":
		r.change = true
	case verb == "COMMIT":
		if r.change {
			r.kept = append(r.kept, r.open...)
		}
	default:
		r.open = append(r.open, heard)
	}
}

// sequences reports whether only the ledger's sequencer runs such a statement.
func sequences(query string) bool {
	return slices.ContainsFunc([]string{
		"log_head", "log_hash", "checkpoint", "idx IS NULL", "pg_try_advisory_xact_lock", "pg_notify",
	}, func(word string) bool { return strings.Contains(query, word) })
}

// recording is a source whose requests are recorded.
type recording struct {
	drive.Source
	recorder *recorder
}

// Next implements drive.Source.
func (r recording) Next(client int) (drive.Posting, func(int), bool) {
	p, done, more := r.Source.Next(client)
	return p, func(status int) {
		r.recorder.mu.Lock()
		r.recorder.list = append(r.recorder.list, r.recorder.kept)
		r.recorder.kept = nil
		r.recorder.mu.Unlock()
		done(status)
	}, more
}

// record has the desk do what the source says, one after the other, in a place
// that is ours to spoil, and is what the store did for each.
func record(ctx context.Context, at place, from drive.Source) ([][]statement, error) {
	heard := &recorder{shared: at.database != ""}
	s, err := openShell(ctx, at, heard.trace)
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.serve(serving) }()
	to, err := drive.NewTarget(s.url, answerFor)
	if err != nil {
		stop()
		return nil, errors.Join(err, <-ended)
	}
	heard.mu.Lock()
	heard.open, heard.kept = nil, nil // of the opening
	heard.mu.Unlock()
	r := drive.Run(ctx, to, recording{from, heard}, drive.Plan{Clients: 1})
	stop()
	return heard.list, errors.Join(r.Err(), <-ended)
}
