package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// command is one subcommand of the binary.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "serve (also without a name)", runServe},
		{"demo", "serve a small, believable world with simulated cameras", runDemo},
		{"import", "import units or sales from a file, and show how far it is", runImport},
		{"sweep", "run one sweep job now: quitclaim sweep sold-but-bound", runSweep},
		{"verify", "re-read the ledger from the file and say what is wrong", runVerify},
		{"verify-certificate", "check a certificate offline against pinned keys", runVerifyCertificate},
		{"backup", "write everything to one file, beside a running server", runBackup},
		{"restore", "make a database of a backup, or begin a new origin", runRestore},
		{"user", "invite a person", runUser},
		{"token", "make a bearer token", runToken},
		{"bounce", "take in a mail server's report about a mail, from its standard input", runBounce},
		{"untold", "list what nobody could be told of; --again tries it again", runUntold},
		{"camera", "a simulated camera that speaks like a real one", runCamera},
		{"check", "check configuration and schema, change nothing", runCheck},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run picks the subcommand and turns its error into an exit code: 0 well, 1
// failed, 2 called wrongly, 75 to be tried again by a mail server.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name, rest := "serve", args
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, rest = args[0], args[1:]
	}
	for _, command := range commands() {
		if command.name != name {
			continue
		}
		err := command.run(ctx, rest, stdout)
		var help errUsage
		switch {
		case err == nil:
			return 0
		case errors.As(err, &help):
			fmt.Fprint(stdout, help.text)
			return 0
		}
		fmt.Fprintf(stderr, "quitclaim %s: %v\n", name, err)
		if errors.Is(err, errTryAgain) {
			return exitTryAgain
		}
		if errors.Is(err, errCalledWrongly) {
			return 2
		}
		return 1
	}
	fmt.Fprintf(stderr, "quitclaim: no command %q\n\n", name)
	for _, command := range commands() {
		fmt.Fprintf(stderr, "  %-20s %s\n", command.name, command.summary)
	}
	return 2
}

func logLevel(name string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		return level, fmt.Errorf("log-level: %q is not debug, info, warn or error", name)
	}
	return level, nil
}

func newLogger(config Config, out io.Writer) *slog.Logger {
	level, err := logLevel(config.LogLevel)
	if err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if config.LogJSON {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}
