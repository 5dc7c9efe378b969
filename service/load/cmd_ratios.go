package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"quitclaim/service/load/machine"
	"quitclaim/service/load/table"
)

// ratioSettings are what ratios is told.
type ratioSettings struct {
	env     environment
	only    string
	profile string
}

func parseRatios(args []string) (ratioSettings, error) {
	var s ratioSettings
	flags := newFlags("ratios")
	flags.StringVar(&s.env.dir, "dir", machine.OnDisk(), "directory for the data, on a real disk; what is made in it goes again")
	flags.StringVar(&s.env.database, "database", "", "PostgreSQL server to measure with, postgres://…: databases of our own are made on it; default: SQLite")
	flags.StringVar(&s.only, "only", "", "measure these alone, with commas between: "+strings.Join(measureNames(), ","))
	flags.IntVar(&s.env.clients, "clients", 64, "connections, each with one request under way")
	flags.DurationVar(&s.env.each, "each", 5*time.Second, "how long each side of a comparison works, about")
	flags.IntVar(&s.env.ledger, "ledger", 1_000_000, "entries of the ledger that is audited")
	flags.IntVar(&s.env.fleet, "fleet", 10_000_000, "units in the large fleet; 0: leave its rows out")
	flags.StringVar(&s.profile, "profile", "", "file for a processor profile of what is measured in this process: ledger and fleet")
	err := parse(flags, args, func() []error {
		var mistakes []error
		for _, name := range s.names() {
			mistakes = append(mistakes, mistake(!slices.Contains(measureNames(), name), "only: %q is none of %s", name, strings.Join(measureNames(), ", "))...)
		}
		return slices.Concat(mistakes,
			mistake(s.env.database != "" && !strings.HasPrefix(s.env.database, "postgres://"), "database: it must begin with postgres://"),
			mistake(s.env.dir == "", "dir: a directory is needed"),
			mistake(s.env.clients < 1 || s.env.clients > maxClients, "clients: %d is not within 1 to %d", s.env.clients, maxClients),
			mistake(s.env.each <= 0 || s.env.each > maxDuration, "each: %s is not above 0 and at most %s", s.env.each, maxDuration),
			mistake(s.env.ledger < 1 || s.env.ledger > maxCount, "ledger: %d is not within 1 to %d", s.env.ledger, maxCount),
			mistake(s.env.fleet < 0 || s.env.fleet > 100_000_000, "fleet: %d is not within 0 to 100000000", s.env.fleet))
	})
	return s, err
}

// names are the measurements to make.
func (s ratioSettings) names() []string {
	if s.only == "" {
		return measureNames()
	}
	return strings.Split(s.only, ",")
}

// runRatios is `load ratios`: it builds the product, measures, and prints one
// table. A target that is not met is no error: the table says so.
func runRatios(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	settings, err := parseRatios(args)
	if err != nil {
		return err
	}
	env := settings.env
	end, err := env.begin(ctx, stdout, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	stop, err := profile(settings.profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	begin := time.Now()
	measured, err := rows(ctx, env, settings.names())
	table.Write(stdout, measured)
	fmt.Fprintf(stdout, "measured in %s; load then %s\n", time.Since(begin).Round(time.Second), machine.LoadAverage())
	return err
}

// profile writes a processor profile until it is stopped; without a file,
// nothing.
func profile(file string) (stop func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	out, err := os.Create(file)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), out.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return out.Close()
	}, nil
}
