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
