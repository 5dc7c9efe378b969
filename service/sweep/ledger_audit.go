package sweep

import (
	"context"
	"fmt"
	"strconv"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// findingsShown bounds the evidence of one audit's flag; the whole list is
// what `quitclaim verify` prints.
const findingsShown = 10

// ledgerAudit re-reads the log from its first entry and flags what is wrong,
// with the index. It repairs nothing.
func (s *Sweep) ledgerAudit(ctx context.Context, t *tally) error {
	source, keys := s.config.Source(ctx)
	report, err := ledger.Audit(ctx, source, keys)
	if err != nil {
		return fmt.Errorf("audit the ledger: %w", err)
	}
	t.Seen = int(report.Size)
	mislabelled, err := s.mislabelled(ctx, source, report.Size)
	if err != nil {
		return err
	}
	report.Findings = append(report.Findings, mislabelled...)
	if len(report.Findings) == 0 {
		return nil
	}
	evidence := map[string]string{"findings": strconv.Itoa(len(report.Findings))}
	for i, finding := range report.Findings[:min(len(report.Findings), findingsShown)] {
		evidence[fmt.Sprintf("%02d", i+1)] = fmt.Sprintf("entry %d: %s", finding.Index, finding.Code)
	}
	return s.raise(ctx, t, lifecycle.Flag{
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
const labelPage = 10_000

func (s *Sweep) mislabelled(ctx context.Context, source ledger.Source, size int64) ([]ledger.Finding, error) {
	log, ok := source.(labelled)
	if !ok {
		return nil, nil
	}
	var findings []ledger.Finding
	for from := int64(0); from < size; from += labelPage {
		indexes, err := log.Mislabelled(ctx, from, min(size, from+labelPage))
		if err != nil {
			return nil, fmt.Errorf("compare the labels of entries: %w", err)
		}
		for _, index := range indexes {
			findings = append(findings, ledger.Finding{Index: index, Code: "mislabelled", Detail: "its columns do not say what it says"})
		}
	}
	return findings, nil
}
