package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// command is one verb of the tool.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"prepare", "make organisations, people and units on a running server", runPrepare},
		{"run", "put a server under load, and say how long it took to answer", runRun},
		{"ratios", "measure everything of DESIGN section 8 that has been built, beside bare programs", runRatios},
		{"capacity", "measure what a unit, a return and a verdict use up, and reckon what a fleet needs", runCapacity},
		{"bare", "serve an empty handler behind the product's middleware (ratios starts it)", runBare},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run picks the command and turns its error into an exit code: 0 well, 1
// failed, 2 called wrongly.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	for _, command := range commands() {
		if command.name != name {
			continue
		}
		err := command.run(ctx, args[1:], stdout, stderr)
		var help errUsage
		switch {
		case err == nil:
			return 0
		case errors.As(err, &help):
			fmt.Fprint(stdout, help.text)
			return 0
		}
		fmt.Fprintf(stderr, "load %s: %v\n", name, err)
		if errors.Is(err, errCalledWrongly) {
			return 2
		}
		return 1
	}
	fmt.Fprintf(stderr, "load: no command %q\n\n", name)
	for _, command := range commands() {
		fmt.Fprintf(stderr, "  %-8s %s\n", command.name, command.summary)
	}
	return 2
}
