package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/load/drive"
	"quitclaim/service/load/machine"
	"quitclaim/service/load/table"
	"quitclaim/service/store"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const (
	// groupSize is how many entries one change appends, as many as lie under one
	// signature; appenders is how many changes wait at the same time.
	groupSize, appenders = 256, 4
)

// appender is the writing end of a ledger.
type appender interface {
	Append(tx *engine.Tx, r book.Record) (int64, error)
}

// appendRow makes a ledger, by the store's own writer and its own statements.
func appendRow(ctx context.Context, env environment, at place, keys *keyring.Ring) (table.Row, error) {
	groups := (env.ledger + groupSize - 1) / groupSize
	begin := appendEmbedded
	if at.database != "" {
		begin = appendShared
	}
	computed := machine.CPUTime()
	took, err := begin(ctx, at, keys, groups)
	if err != nil {
		return table.Row{}, fmt.Errorf("append: %w", err)
	}
	r := table.Floor(50_000, fmt.Sprintf("ledger, entries in groups of %d", groupSize), table.PerSecond(float64(groups*groupSize)/took.Seconds()))
	r.Note = fmt.Sprintf("%d of 1 kB, each group on disk before its answer; %.0f µs of processor time each",
		groups*groupSize, float64((machine.CPUTime()-computed).Microseconds())/float64(groups*groupSize))
	return r, nil
}

// appendEmbedded appends to an embedded database, whose writer gives each entry
// its place at once.
func appendEmbedded(ctx context.Context, at place, keys *keyring.Ring, groups int) (time.Duration, error) {
	made, err := openRecords(ctx, at, keys)
	if err != nil {
		return 0, err
	}
	if err := made.Close(); err != nil { // it has made the tables
		return 0, err
	}
	log := &book.Log{
		Keys: keys, Now: clock, Bell: &book.Bell{}, NewID: newEntryID,
	}
	db, err := openTables(ctx, engine.Config{Dir: at.dir, Companion: log})
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	err = appendGroups(ctx, db, log, groups)
	took := time.Since(begin)
	return took, errors.Join(err, db.Close())
}

// appendShared writes entries as one replica does, to a server on which another
// gives them their places: it is done when the last one has its own.
func appendShared(ctx context.Context, at place, keys *keyring.Ring, groups int) (time.Duration, error) {
	records, err := openRecords(ctx, at, keys)
	if err != nil {
		return 0, err
	}
	db, err := openTables(ctx, engine.Config{Dir: filepath.Join(at.dir, "replica"), URL: at.database})
	if err != nil {
		return 0, errors.Join(err, records.Close())
	}
	before, err := records.Head(ctx)
	begin := time.Now()
	if err == nil {
		err = appendGroups(ctx, db, book.Outbox{NewID: newEntryID}, groups)
	}
	for head := before; err == nil && head < before+int64(groups*groupSize); head, err = records.Head(ctx) {
		drive.Rest(ctx, lookAgain)
		if err = ctx.Err(); err != nil {
			break
		}
	}
	took := time.Since(begin)
	return took, errors.Join(err, db.Close(), records.Close())
}

// lookAgain is how often the head is read while entries wait for their places.
const lookAgain = 10 * time.Millisecond

func newEntryID() string { return "ent_" + newID() }

func openRecords(ctx context.Context, at place, keys *keyring.Ring) (*store.Store, error) {
	return at.open(ctx, store.Config{
		Keys: keys, Now: clock, NewID: func(prefix string) string { return prefix + "_" + newID() },
	})
}

// openTables opens the tables with nothing above them but the ledger.
func openTables(ctx context.Context, config engine.Config) (db *engine.DB, err error) {
	config.Readers, config.Log = 2*appenders, slog.New(slog.DiscardHandler)
	if config.Migrations, err = migrations(ctx); err != nil {
		return nil, err
	}
	return engine.Open(ctx, config)
}

// migrations are those that the product was built with: the engine compares
// the schema that it finds with them.
func migrations(ctx context.Context) (fs.FS, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "quitclaim/service/store").Output()
	if err != nil {
		return nil, fmt.Errorf("find the migrations: %w", err)
	}
	return os.DirFS(filepath.Join(strings.TrimSpace(string(out)), "migrations")), nil
}

// appendGroups appends n groups of entries.
func appendGroups(ctx context.Context, db *engine.DB, to appender, n int) error {
	body := []byte(`{"load":"` + strings.Repeat("x", 1000) + `"}`)
	group := func(tx *engine.Tx) error {
		for range groupSize {
			if _, err := to.Append(tx, book.Record{At: clock(), Kind: "load", Subject: "load", Event: "append", Body: body}); err != nil {
				return err
			}
		}
		return nil
	}
	var left atomic.Int64
	left.Store(int64(n))
	failures := make([]error, appenders)
	var all sync.WaitGroup
	for i := range appenders {
		all.Go(func() {
			for failures[i] == nil && left.Add(-1) >= 0 {
				failures[i] = db.Write(ctx, group)
			}
		})
	}
	all.Wait()
	return errors.Join(failures...)
}
