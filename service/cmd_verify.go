package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
	"quitclaim/service/store"
)

const verifyUsage = `usage: quitclaim verify [flags]

Reads the whole ledger again, rebuilds its tree, and compares everything that is
stored with it: entries, hashes, signed checkpoints, every unit's rows, who may
do what, and what vendors entered. Each consent's signature is checked against
its owner's passkey, and that each access of support lies within its consent.
What cannot be read is a finding too. It takes no lock and changes nothing, so
it works beside a running server and on a copy.

  --data DIR         the data directory (default "data", QUITCLAIM_DATA)
  --database URL     the PostgreSQL server (QUITCLAIM_DATABASE; default: the file in the data directory)
  --key FILE|TEXT    the ledger's public key, kept where this machine cannot change it
  --checkpoint FILE  a checkpoint you kept; the log must continue it
`

// runVerify re-reads the ledger from the file. What it finds wrong is printed,
// each with its index, and is an error in the end.
func runVerify(ctx context.Context, args []string, stdout io.Writer) error {
	return verifyAt(ctx, args, stdout, time.Now, pause)
}

// pauser waits, unless ctx ends.
type pauser func(ctx context.Context, d time.Duration) error

func verifyAt(ctx context.Context, args []string, stdout io.Writer, now func() time.Time, wait pauser) error {
	data := os.Getenv(environmentName("data"))
	if data == "" {
		data = "data"
	}
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&data, "data", data, "")
	database := flags.String("database", os.Getenv(environmentName("database")), "")
	key := flags.String("key", "", "")
	pinned := flags.String("checkpoint", "", "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return errUsage{verifyUsage}
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	records, err := store.Open(ctx, store.Config{Dir: data, Database: *database, ReadOnly: true, Now: now})
	if err != nil {
		return err
	}
	defer func() { _ = records.Close() }() // nothing was written
	source, err := pinnedSource(records.Ledger(ctx), *pinned)
	if err != nil {
		return err
	}
	keys, err := ledgerKeys(ctx, records, data, *key, stdout)
	if err != nil {
		return err
	}
	return verify(ctx, auditInput{
		source: source, labels: records.Ledger(ctx), keys: keys, tables: records, standings: records,
		now: now, wait: wait,
	}, stdout)
}

// auditInput is what verify reads, and the keys that it believes.
type auditInput struct {
	source ledger.Source
	labels mislabelled
	keys   note.Verifiers
	tables replay.Tables
	// standings are the rows beside units.
	standings replay.Standings
	now       func() time.Time
	wait      pauser
}

// mislabelled finds entries whose columns do not say what the entry says: the
// feed and the history show these columns.
type mislabelled interface {
	Mislabelled(ctx context.Context, from, to int64) ([]int64, error)
}

// pinnedSource adds the checkpoint that the auditor has kept, if any.
func pinnedSource(source ledger.Source, file string) (ledger.Source, error) {
	if file == "" {
		return source, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint you kept: %w", err)
	}
	return ledger.Pin(source, text)
}

// ledgerKeys are those that the auditor brought along, or else those beside the
// database, which prove much less.
func ledgerKeys(ctx context.Context, records *store.Store, data, given string, stdout io.Writer) (note.Verifiers, error) {
	if given != "" {
		text, err := textOrFile(given)
		if err != nil {
			return nil, err
		}
		return ledger.ParseVerifiers(text)
	}
	head, err := records.Checkpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the newest checkpoint: %w", err)
	}
	dir := filepath.Join(data, "keys")
	if present, err := os.ReadDir(dir); err != nil || len(present) == 0 {
		return nil, fmt.Errorf("there are no keys in %s: give the ledger's public key by --key", dir)
	}
	origin, err := ledger.OriginOf(head)
	if err != nil {
		return nil, err
	}
	ring, err := keyring.Open(dir, origin)
	if err != nil {
		return nil, err
	}
	if ring, err = namedAs(ctx, records, ring); err != nil {
		return nil, err
	}
	fmt.Fprintf(stdout, "WARNING: checked against the keys in %s. Whoever could change the database could\n"+
		"         change these as well, and everything would still look right. Use --key with a copy\n"+
		"         of the public keys that was kept elsewhere.\n", dir)
	return ring.LedgerVerifiers(), nil
}

// textOrFile is the content of the file of that name, or else the name itself.
func textOrFile(given string) ([]byte, error) {
	text, err := os.ReadFile(given)
	if err == nil {
		return text, nil
	}
	if strings.ContainsAny(given, "+ \n") { // no file, but what would stand in one
		return []byte(given), nil
	}
	return nil, fmt.Errorf("read keys: %w", err)
}

// verify audits the ledger, replays it, and says what is wrong with either.
func verify(ctx context.Context, in auditInput, stdout io.Writer) error {
	report, err := ledger.Audit(ctx, in.source, in.keys)
	if err != nil {
		return err
	}
	replayed, err := replay.Run(ctx, replay.Config{
		Source: in.source, Tables: in.tables, Out: stdout, Now: in.now, Pause: in.wait,
		Kinds: heldKinds(), Standings: in.standings,
	})
	if err != nil {
		return err
	}
	if report, err = auditOn(ctx, in, report); err != nil {
		return err
	}
	found := int64(len(report.Findings)) + report.Omitted
	printAudit(report, stdout)
	wrong, err := checkLabels(ctx, in.labels, report, stdout)
	if err != nil {
		return err
	}
	wrongly, err := checkConsents(ctx, in.source, stdout)
	if err != nil {
		return err
	}
	return conclude(report, replayed, found+wrong+replayed.Found+wrongly, stdout)
}

// auditOn audits what came since the first audit: what was replayed beside a
// running server is checked too.
func auditOn(ctx context.Context, in auditInput, before ledger.Report) (ledger.Report, error) {
	if !before.Done() {
		return before, nil
	}
	after, err := ledger.Continue(ctx, in.source, in.keys, before, math.MaxInt64)
	if err != nil {
		return before, err
	}
	after.Findings = append(before.Findings, slices.DeleteFunc(after.Findings, func(f ledger.Finding) bool {
		return slices.Contains(before.Findings, f)
	})...)
	after.Omitted += before.Omitted
	after.Restarts = append(before.Restarts, after.Restarts...)
	after.Signed = max(after.Signed, before.Signed)
	return after, nil
}

func printAudit(report ledger.Report, stdout io.Writer) {
	for _, finding := range report.Findings {
		fmt.Fprintln(stdout, finding)
	}
	if report.Omitted > 0 {
		fmt.Fprintf(stdout, "and %d more\n", report.Omitted)
	}
	for _, restart := range report.Restarts {
		fmt.Fprintf(stdout, "index %d: the log goes on as %s; %s was signed to size %d, and what it held from here on is not here\n",
			restart.Index, restart.Origin, restart.Gap.Origin, restart.Gap.To)
	}
	if report.Signed < report.Size {
		fmt.Fprintf(stdout, "entries from index %d on are not signed yet\n", report.Signed)
	}
}

// conclude says it in one line. What is not settled is not all well: nobody
// could check it.
func conclude(report ledger.Report, replayed replay.Result, found int64, stdout io.Writer) error {
	verdict, err := "OK", error(nil)
	switch {
	case found > 0:
		verdict, err = fmt.Sprintf("WRONG: %d findings", found), fmt.Errorf("%d findings", found)
	case replayed.Unsettled > 0:
		verdict = fmt.Sprintf("NOT SETTLED: %d entries have no place", replayed.Unsettled)
		err = fmt.Errorf("%d entries have no place on the ledger yet: verify again", replayed.Unsettled)
	}
	fmt.Fprintf(stdout, "root %s size %d signed %d units %d %s\n",
		report.Edge.Root(), report.Edge.Size(), report.Signed, replayed.Units, verdict)
	return err
}

// labelsAtOnce is how many entries are compared with their columns in one read.
const labelsAtOnce = 512

// checkLabels compares the columns beside each entry with the entry. What the
// audit has found wrong at an index already is not said twice.
func checkLabels(ctx context.Context, labels mislabelled, report ledger.Report, stdout io.Writer) (found int64, err error) {
	known := map[int64]bool{}
	for _, finding := range report.Findings {
		known[finding.Index] = true
	}
	for from := int64(0); from < report.Size; from += labelsAtOnce {
		wrong, err := labels.Mislabelled(ctx, from, min(from+labelsAtOnce, report.Size))
		if err != nil {
			return found, fmt.Errorf("read what is beside the entries from %d: %w", from, err)
		}
		for _, index := range wrong {
			if known[index] {
				continue
			}
			found++
			fmt.Fprintf(stdout, "index %d: entry-mislabelled: the columns beside the entry do not say what it says\n", index)
		}
	}
	return found, nil
}
