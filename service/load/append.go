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
	"quitclaim/service/store"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const (
	// groupSize is how many entries one change appends, as many as lie under one
	// signature; appenders is how many changes wait at the same time.
	groupSize, appenders = 256, 4
)

// appendRow makes a ledger, by the store's own writer and its own statements.
func appendRow(ctx context.Context, env environment, at place, keys *keyring.Ring) (row, error) {
	db, log, err := openLedger(ctx, at, keys)
	if err != nil {
		return row{}, err
	}
	groups := (env.ledger + groupSize - 1) / groupSize
	took, err := appendGroups(ctx, db, log, groups)
	if err = errors.Join(err, db.Close()); err != nil {
		return row{}, fmt.Errorf("append: %w", err)
	}
	r := floor(50_000, fmt.Sprintf("ledger, entries in groups of %d", groupSize), perSecond(float64(groups*groupSize)/took.Seconds()))
	r.note = fmt.Sprintf("%d of 1 kB, each group on disk before its answer", groups*groupSize)
	return r, nil
}

// openLedger opens the tables with nothing above them but the ledger.
func openLedger(ctx context.Context, at place, keys *keyring.Ring) (*engine.DB, *book.Log, error) {
	newPrefixed := func(prefix string) string { return prefix + "_" + newID() }
	made, err := at.open(ctx, store.Config{Keys: keys, Now: clock, NewID: newPrefixed})
	if err != nil {
		return nil, nil, err
	}
	if err := made.Close(); err != nil {
		return nil, nil, err
	}
	migrations, err := migrations(ctx)
	if err != nil {
		return nil, nil, err
	}
	log := &book.Log{
		Keys: keys, Now: clock, Bell: &book.Bell{},
		NewID: func() string { return newPrefixed("ent") },
	}
	db, err := engine.Open(ctx, engine.Config{
		Dir: at.dir, Readers: 2, Migrations: migrations, Companion: log, Log: slog.New(slog.DiscardHandler),
	})
	return db, log, err
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

// appendGroups appends n groups of entries, and is how long that took.
func appendGroups(ctx context.Context, db *engine.DB, log *book.Log, n int) (time.Duration, error) {
	body := []byte(`{"load":"` + strings.Repeat("x", 1000) + `"}`)
	var left atomic.Int64
	left.Store(int64(n))
	failures := make([]error, appenders)
	var all sync.WaitGroup
	begin := time.Now()
	for i := range appenders {
		all.Go(func() {
			for failures[i] == nil && left.Add(-1) >= 0 {
				failures[i] = db.Write(ctx, func(tx *engine.Tx) error {
					for range groupSize {
						if _, err := log.Append(tx, book.Record{At: clock(), Kind: "load", Subject: "load", Event: "append", Body: body}); err != nil {
							return err
						}
					}
					return nil
				})
			}
		})
	}
	all.Wait()
	return time.Since(begin), errors.Join(failures...)
}
