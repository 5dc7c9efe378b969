package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"quitclaim/service/keyring"
	"quitclaim/service/store"
)

const restoreUsage = `usage: quitclaim restore --from FILE --published PLACE [flags]
       quitclaim restore --new-origin NAME [flags]

Makes a database of a backup, in an empty place: a data directory that has the keys of the backup in
DATA/keys and no database, or an empty PostgreSQL database. The whole file is judged first; a file
that is not whole, or other keys, leave nothing behind. The backup must hold everything that the
outside has seen of the ledger: give the newest checkpoint that anybody has. One that was shown from
the data directory itself (DATA/published-checkpoint) is read anyway.

With --new-origin the ledger goes on under another name, and its first entry says what was published
under the old one and is lost. Without --from it does so to the database that is there.

  --from FILE          the backup
  --published PLACE    a file or an address with a checkpoint that the outside has, e.g. the auditor's
                       copy or https://…/log/checkpoint; with commas between
  --new-origin NAME    a name that the ledger never had, e.g. quitclaim.example/log/2
  --data DIR           the data directory (default "data", QUITCLAIM_DATA)
  --database URL       the PostgreSQL database, where there is to be one (QUITCLAIM_DATABASE)
  --partitions N       over how many partitions that is to spread the tables about a unit
`

// runRestore is `quitclaim restore`.
func runRestore(ctx context.Context, args []string, stdout io.Writer) error {
	var at location
	var published places
	flags := flag.NewFlagSet("quitclaim restore", flag.ContinueOnError)
	at.bind(flags)
	from := flags.String("from", "", "")
	newOrigin := flags.String("new-origin", "", "")
	flags.Var(&published, "published", "")
	partitions := flags.Int("partitions", 0, "")
	if err := parseOnly(flags, args, restoreUsage); err != nil {
		return err
	}
	if *from == "" && *newOrigin == "" {
		return errors.Join(errors.New("name a backup by --from, or a new origin for the database that is there"), errCalledWrongly)
	}
	keys, err := keysIn(at.data)
	if err != nil {
		return fmt.Errorf("%w; copy the keys that belong to the backup there first", err)
	}
	list, err := published.read(ctx)
	if err != nil {
		return err
	}
	config := store.Config{
		Dir: at.data, Database: at.database, Partitions: *partitions, Keys: keys, Now: clock, NewID: newPrefixedID, NewLabel: newLabel, Published: list,
	}
	if *from == "" {
		return beginOrigin(ctx, config, *newOrigin, stdout)
	}
	report, err := store.Restore(ctx, config, *from, *newOrigin)
	if errors.Is(err, store.ErrUnpublished) {
		return fmt.Errorf("%w: give the newest checkpoint that anybody has by --published; "+
			"if nobody has one, nobody can tell what is missing: begin a new origin by --new-origin", err)
	}
	if err != nil {
		return refused(err, at.data, *from)
	}
	fmt.Fprintf(stdout, "restored %d rows of %d tables, as they were at %s\n", report.Rows, len(report.Tables), report.Made().Format("2006-01-02T15:04:05.000Z07:00"))
	printLedger(stdout, report)
	if len(report.Left) > 0 {
		fmt.Fprintf(stdout, "left in the file, for they are not ours: %s\n", strings.Join(report.Left, ", "))
	}
	if *newOrigin != "" {
		printOrigin(stdout, *newOrigin)
	}
	fmt.Fprintf(stdout, "Everybody has to sign in again. Who was erased since the backup is back: erase them again.\n")
	return nil
}

// beginOrigin has the database that is there go on under another name.
func beginOrigin(ctx context.Context, config store.Config, name string, stdout io.Writer) (err error) {
	if config.Keys, err = namedAsIn(ctx, config); err != nil {
		return err
	}
	config.NewOrigin = name
	opened, err := store.Open(ctx, config)
	if err != nil {
		return err
	}
	if err := opened.Close(); err != nil {
		return err
	}
	printOrigin(stdout, name)
	return nil
}

func printOrigin(stdout io.Writer, name string) {
	fmt.Fprintf(stdout, "The ledger goes on as %s. Its first entry under that name says what is lost.\n"+
		"Tell your auditors; /log/keys has its key under both names.\n", name)
}

// namedAsIn is the keys under the names that the database has for its ledger.
func namedAsIn(ctx context.Context, config store.Config) (*keyring.Ring, error) {
	records, err := store.Open(ctx, store.Config{Dir: config.Dir, Database: config.Database, ReadOnly: true, Now: clock, Readers: 1})
	if err != nil {
		return nil, err
	}
	defer func() { _ = records.Close() }() // nothing was written
	return namedAs(ctx, records, config.Keys)
}

// namedAs is the keys under the names that a store's ledger has had.
func namedAs(ctx context.Context, records *store.Store, keys *keyring.Ring) (*keyring.Ring, error) {
	origins, err := records.Origins(ctx)
	if err != nil || len(origins) == 0 {
		return keys, err
	}
	return keys.Named(origins...)
}
