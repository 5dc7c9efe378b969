package main

import (
	"io"
	"time"
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
