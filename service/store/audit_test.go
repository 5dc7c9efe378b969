package store_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/store/storetest"
)

// A range of the log is read in one piece where it is whole. Where it is not,
// the audit still names the row.
func TestAuditOfATamperedFileNamesTheRow(t *testing.T) {
	t.Parallel()
	const size = 700
	for name, c := range map[string]struct {
		tamper string
		want   []ledger.Finding
	}{
		"whole": {`UPDATE log_entry SET kind = 'org'`, nil},
		"an entry is another": {`UPDATE log_entry SET entry = x'51434c01' WHERE idx = 300`,
			[]ledger.Finding{{Index: 300, Code: ledger.EntryAltered}}},
		"an entry is gone": {`DELETE FROM log_entry WHERE idx = 511`,
			[]ledger.Finding{{Index: 511, Code: ledger.EntryMissing}}},
		"the last is gone": {`DELETE FROM log_entry WHERE idx = 699`,
			[]ledger.Finding{{Index: 700, Code: ledger.HeadEntries}, {Index: 699, Code: ledger.EntryMissing}}},
		"one too many": {`UPDATE log_head SET size = 699`,
			[]ledger.Finding{{Index: 699, Code: ledger.HeadEntries}, {Index: 699, Code: ledger.HeadHashes}, {Index: 700, Code: ledger.CheckpointAhead}}},
		"an entry below all": {`INSERT INTO log_entry (entry_id, idx, kind, subject, event, at, leaf_hash, entry) VALUES ('x', -5, 'org', 'x', 'x', 1, x'00', x'00')`,
			[]ledger.Finding{{Index: 700, Code: ledger.HeadEntries}}},
		"a leaf hash is short": {`UPDATE log_entry SET leaf_hash = x'00' WHERE idx = 0`,
			[]ledger.Finding{{Index: 0, Code: ledger.LeafHashAltered}}},
		"a stored hash is another": {`UPDATE log_hash SET hash = zeroblob(32) WHERE stored_idx = 2`,
			[]ledger.Finding{{Index: 1, Code: ledger.HashAltered}}},
		"a stored hash is gone": {`DELETE FROM log_hash WHERE stored_idx = 2`,
			[]ledger.Finding{{Index: 1, Code: ledger.HashMissing}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opened := storetest.OpenNew(t)
			fillLog(t, opened, size)
			if _, err := rawDB(t, opened.Dir).Exec(c.tamper); err != nil {
				t.Fatal(err)
			}
			keys := note.VerifierList(opened.Ring.LedgerVerifier())
			report, err := ledger.Audit(t.Context(), opened.Ledger(t.Context()), keys)
			if err != nil {
				t.Fatal(err)
			}
			got := slices.Clone(report.Findings)
			for i := range got {
				got[i].Detail = ""
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
