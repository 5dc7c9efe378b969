package ledger_test

import (
	"os"
	"strings"
	"testing"

	"quitclaim/service/ledger"
)

// TestDocumentation holds ledger.md to the code: its examples are those of
// these tests, and it explains every code that an audit can report.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(file)
	m := newMemory(t, 20)
	checkpoint := m.checkpoints[2].Text
	made, err := ledger.Prove(17, checkpoint, m)
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range []string{string(checkpoint), string(made.Text())} {
		if !strings.Contains(doc, "```\n"+example+"```\n") {
			t.Errorf("ledger.md lacks the example\n%s", example)
		}
	}
	for _, code := range []ledger.Code{
		ledger.EntryAltered, ledger.EntryMalformed, ledger.EntryMissing, ledger.EntryDuplicate, ledger.EntryDisorder,
		ledger.LeafHashAltered, ledger.HashAltered, ledger.HashMissing, ledger.HashStray,
		ledger.CheckpointRoot, ledger.CheckpointSize, ledger.CheckpointSignature, ledger.CheckpointKey,
		ledger.CheckpointMalformed, ledger.CheckpointAhead, ledger.CheckpointStray, ledger.CheckpointOrigin, ledger.OriginBroken,
		ledger.HeadEntries, ledger.HeadHashes, ledger.HeadShort,
	} {
		if !strings.Contains(doc, "`"+string(code)+"`") {
			t.Errorf("ledger.md does not explain %s", code)
		}
	}
}
