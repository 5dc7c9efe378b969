package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/store"
	"quitclaim/service/store/archive"
)

const backupUsage = `usage: quitclaim backup --to FILE [flags]

Writes everything in the database to one file, as it was at one moment, beside a running server and
on either engine. The file is read back, its ledger hashed again and held against the newest signed
checkpoint, before it gets its name. The keys in DATA/keys are not in it: keep a copy of them apart.

  --to FILE          where to; it must not be there yet
  --data DIR         the data directory (default "data", QUITCLAIM_DATA)
  --database URL     the PostgreSQL database, where there is one (QUITCLAIM_DATABASE)
  --key FILE|TEXT    the ledger's public key, where DATA/keys is not at hand
`

// location is where a store is, as commands that work beside a server are told.
type location struct{ data, database string }

func (l *location) bind(flags *flag.FlagSet) {
	flags.StringVar(&l.data, "data", envOr(environmentName("data"), "data"), "")
	flags.StringVar(&l.database, "database", os.Getenv(environmentName("database")), "")
}

// parseOnly reads flags where nothing else may follow.
func parseOnly(flags *flag.FlagSet, args []string, help string) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return errUsage{help}
		}
		return errors.Join(err, errCalledWrongly)
	}
	if flags.NArg() > 0 {
		return errors.Join(fmt.Errorf("unexpected argument %q", flags.Arg(0)), errCalledWrongly)
	}
	return nil
}

// runBackup is `quitclaim backup`.
func runBackup(ctx context.Context, args []string, stdout io.Writer) error {
	var at location
	flags := flag.NewFlagSet("quitclaim backup", flag.ContinueOnError)
	at.bind(flags)
	to := flags.String("to", "", "")
	key := flags.String("key", "", "")
	if err := parseOnly(flags, args, backupUsage); err != nil {
		return err
	}
	if *to == "" {
		return errors.Join(errors.New("name the file: --to FILE"), errCalledWrongly)
	}
	keys, err := backupKeys(at.data, *key)
	if err != nil {
		return err
	}
	records, err := store.Open(ctx, store.Config{Dir: at.data, Database: at.database, ReadOnly: true, Now: clock, Readers: 1})
	if err != nil {
		return err
	}
	defer func() { _ = records.Close() }() // nothing was written
	began := clock()
	report, err := records.Backup(ctx, *to, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d rows of %d tables, %d bytes, in %s\n", *to, report.Rows, len(report.Tables), report.Bytes, clock().Sub(began))
	printLedger(stdout, report)
	fmt.Fprintf(stdout, "The keys are not in it. Keep a copy of %s apart, once.\n", filepath.Join(at.data, "keys"))
	return nil
}

func printLedger(stdout io.Writer, report archive.Report) {
	origin := "(none)"
	if n := len(report.Origins); n > 0 {
		origin = report.Origins[n-1]
	}
	fmt.Fprintf(stdout, "ledger %s size %d root %s\nsha256 %s\n", origin, report.Size, report.Root, report.SHA256)
}

// backupKeys finds the ledger's public keys under every name that it has had:
// pinned ones, or those beside the database.
func backupKeys(data, given string) (archive.Keys, error) {
	if given == "" {
		ring, err := keysIn(data)
		if err != nil {
			return nil, err
		}
		return func(origins []string) (note.Verifiers, error) {
			named, err := ring.Named(origins...)
			if err != nil {
				return nil, err
			}
			return named.LedgerVerifiers(), nil
		}, nil
	}
	text, err := textOrFile(given)
	if err != nil {
		return nil, err
	}
	pinned, err := ledger.ParseVerifiers(text)
	if err != nil {
		return nil, err
	}
	return func(origins []string) (note.Verifiers, error) {
		all := note.Verifiers(pinned)
		for i := 1; i < len(origins); i++ {
			renamer, ok := all.(ledger.Renamer)
			if !ok {
				break
			}
			if all, err = renamer.Renamed(origins[i-1], origins[i]); err != nil {
				return nil, err
			}
		}
		return all, nil
	}, nil
}

// keysIn opens the keys of a data directory, and makes none where there are
// none.
func keysIn(data string) (*keyring.Ring, error) {
	dir := filepath.Join(data, "keys")
	if present, err := os.ReadDir(dir); err != nil || len(present) == 0 {
		return nil, fmt.Errorf("there are no keys in %s: %w", dir, keyring.ErrMissing)
	}
	return keyring.Open(dir, envOr(environmentName("origin"), defaultOrigin))
}

// defaultOrigin is the name of a ledger that nobody gave one.
const defaultOrigin = "quitclaim.example/log"
