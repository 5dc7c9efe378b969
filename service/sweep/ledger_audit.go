package sweep

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

const (
	// findingsShown bounds the evidence of one pass; the whole list is what
	// `quitclaim verify` prints.
	findingsShown = 10
	// edgeEntries is how many of the newest entries every run reads again.
	edgeEntries = 4096
	// portion is how many entries are read before the position moves.
	portion = 1 << 16
	// auditFor is how long one run goes on, so that the log of a large site
	// is read again in the course of its day, and not in one go.
	auditFor = 20 * time.Second
	// fullPass is when a new pass begins: daily, five fields of cron, UTC.
	fullPass = "47 3 * * *"
)

// AuditConfig says how the ledger is re-read. Zero values are the defaults.
type AuditConfig struct {
	// Positions keep where a pass has come to.
	Positions Positions
	// Seal is a keyed hash of a position: who has the database alone cannot
	// make one up.
	Seal func(position string) string
	// FullPass is when a new pass begins, five fields of cron in UTC.
	FullPass string
	// For is how long one run goes on.
	For time.Duration
	// Portion is how many entries are read before the position moves.
	Portion int64
	// Edge is how many of the newest entries every run reads again.
	Edge int64
}

// Positions keep where a job that works in portions goes on.
type Positions interface {
	Position(ctx context.Context, job string) (position string, version int64, err error)
	MovePosition(ctx context.Context, job string, version int64, position string) (bool, error)
}

// ledgerAudit re-reads the log: its newest entries in every run, and in passes
// that begin once a day, portion by portion, all of it. What is wrong is
// flagged, with the index, before the position moves beyond it. It repairs
// nothing.
func (s *Sweep) ledgerAudit(ctx context.Context, t *tally) error {
	a := &audit{sweep: s, tally: t, until: s.now().Add(s.config.Audit.For)}
	a.source, a.keys = s.config.Source(ctx)
	if err := a.load(ctx); err != nil {
		return err
	}
	if t.everything {
		a.pass = pass{Slot: s.now()}
	} else {
		if err := a.edge(ctx); err != nil {
			return err
		}
		if due := latest(s.fullPass, s.now()); a.pass.Done && due.After(a.pass.Slot) || a.pass.Slot.IsZero() {
			a.pass = pass{Slot: due}
		}
	}
	for !a.pass.Done {
		going, err := a.portion(ctx)
		if err != nil || !going {
			return err
		}
	}
	return nil
}

// audit is one run of the audit.
type audit struct {
	sweep   *Sweep
	tally   *tally
	source  ledger.Source
	keys    note.Verifiers
	until   time.Time
	pass    pass
	version int64 // of the position that was read
}

// edge audits the newest entries.
func (a *audit) edge(ctx context.Context) error {
	report, err := ledger.AuditEdge(ctx, a.source, a.keys, a.pass.Restarts, a.sweep.config.Audit.Edge)
	if err != nil {
		return fmt.Errorf("audit the newest entries: %w", err)
	}
	return a.tell(ctx, report)
}

// portion audits the next entries of the pass and moves the position. It
// reports whether the run is to go on.
func (a *audit) portion(ctx context.Context) (bool, error) {
	if err := a.sweep.goesOn(ctx, a.tally); err != nil {
		return false, err
	}
	limit, err := a.limit(ctx)
	if err != nil {
		return false, err
	}
	earlier := ledger.Report{Edge: a.pass.Edge, Restarts: a.pass.Restarts}
	report, err := ledger.Continue(ctx, a.source, a.keys, earlier, limit)
	if err != nil {
		return false, fmt.Errorf("audit the ledger: %w", err)
	}
	if err := a.tell(ctx, report); err != nil {
		return false, err
	}
	a.tally.Seen += int(report.Edge.Size() - report.From)
	a.pass.Edge, a.pass.Restarts, a.pass.Signed = report.Edge, report.Restarts, report.Signed == report.Edge.Size()
	if report.Done() || report.Edge.Size() == report.From {
		a.pass.Done, a.pass.Edge, a.pass.Signed = true, ledger.Edge{}, false
	}
	moved, err := a.save(ctx)
	if err != nil || !moved {
		// Another process is at it: its position counts.
		return false, err
	}
	return a.sweep.now().Before(a.until), nil
}

// limit is how many entries the next portion has: it ends at a signed size
// where it can, for only such a position can be checked when it is read again.
func (a *audit) limit(ctx context.Context) (int64, error) {
	from, portion := a.pass.Edge.Size(), a.sweep.config.Audit.Portion
	head, err := a.source.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the head of the log: %w", err)
	}
	if from+portion >= head.Size {
		return portion, nil
	}
	signed, err := ledger.LastSigned(ctx, a.source, from, from+portion)
	if err != nil || signed == from {
		return portion, err
	}
	return signed - from, nil
}

// tell flags what an audit found, and what stands beside the entries that it
// read and does not say what they say.
func (a *audit) tell(ctx context.Context, report ledger.Report) error {
	mislabelled, err := a.mislabelled(ctx, report.From, report.Edge.Size())
	if err != nil {
		return err
	}
	return a.flag(ctx, append(report.Findings, mislabelled...), report.Omitted)
}

// flag notes findings, and raises the flag where there is one that this pass
// has not come by yet.
func (a *audit) flag(ctx context.Context, findings []ledger.Finding, omitted int64) error {
	if len(findings) == 0 {
		return nil
	}
	for _, finding := range findings {
		text := fmt.Sprintf("entry %d: %s", finding.Index, finding.Code)
		if slices.Contains(a.pass.First, text) {
			continue
		}
		a.pass.Found++
		if len(a.pass.First) < findingsShown {
			a.pass.First = append(a.pass.First, text)
		}
	}
	a.pass.Found += omitted
	evidence := map[string]string{"findings": strconv.FormatInt(a.pass.Found, 10)}
	for i, text := range a.pass.First {
		evidence[fmt.Sprintf("%02d", i+1)] = text
	}
	return a.sweep.raise(ctx, a.tally, lifecycle.Flag{
		Kind: LedgerAudit, Cause: "ledger", Severity: lifecycle.SeverityCritical, Evidence: evidence,
	})
}

// labelled is a log whose entries stand beside columns that the feed and the
// histories show. No hash covers those.
type labelled interface {
	// Mislabelled lists the entries in [from, to) whose columns do not say what
	// the entry says.
	Mislabelled(ctx context.Context, from, to int64) ([]int64, error)
}

// labelPage is how many entries' labels are compared in one read.
const labelPage = 512

func (a *audit) mislabelled(ctx context.Context, from, to int64) ([]ledger.Finding, error) {
	log, ok := a.source.(labelled)
	if !ok {
		return nil, nil
	}
	var findings []ledger.Finding
	for ; from < to; from += labelPage {
		indexes, err := log.Mislabelled(ctx, from, min(to, from+labelPage))
		if err != nil {
			return nil, fmt.Errorf("compare the labels of entries: %w", err)
		}
		for _, index := range indexes {
			findings = append(findings, ledger.Finding{Index: index, Code: "mislabelled", Detail: "its columns do not say what it says"})
		}
	}
	return findings, nil
}
