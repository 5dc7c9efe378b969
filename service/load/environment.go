package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"quitclaim/service/load/machine"
	"quitclaim/service/load/world"
)

// environment is what every row is measured in.
type environment struct {
	dir      string        // an empty directory on a real disk; whoever runs the rows removes it
	binary   string        // the built product
	database string        // postgres://…; empty: SQLite in dir
	clients  int           // connections with one request under way each
	owners   int           // of the units in a world
	each     time.Duration // how long each side of a comparison works, about
	ledger   int           // entries of the ledger that is audited
	fleet    int           // units in the large fleet; 0: its rows are left out
	progress io.Writer     // a line for every step that takes a while
}

// begin makes a directory of our own in dir, builds the product there, and says
// what the figures will depend on. end removes the directory.
func (e *environment) begin(ctx context.Context, stdout, progress io.Writer) (end func() error, err error) {
	e.progress, e.owners = progress, world.ManyOwners
	if e.dir, err = os.MkdirTemp(e.dir, "quitclaim-load-"); err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	end = func() error { return os.RemoveAll(e.dir) }
	if err := e.build(ctx, stdout); err != nil {
		return nil, errors.Join(err, end())
	}
	return end, nil
}

func (e *environment) build(ctx context.Context, stdout io.Writer) (err error) {
	if e.dir, err = filepath.Abs(e.dir); err != nil {
		return err
	}
	e.binary = filepath.Join(e.dir, "quitclaim")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", e.binary, "quitclaim/service").CombinedOutput(); err != nil {
		return fmt.Errorf("build the product: %w\n%s", err, text)
	}
	on, err := machine.Look(e.dir, e.database)
	if err != nil {
		return err
	}
	on.Write(stdout)
	return nil
}
