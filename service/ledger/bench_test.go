package ledger_test

import (
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
)

// BenchmarkAppend encodes, hashes and appends entries, in memory. DESIGN
// section 8 wants 50,000 a second with the database.
func BenchmarkAppend(b *testing.B) {
	for _, group := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			var edge ledger.Edge
			leaves := make([]tlog.Hash, 0, group)
			for n := 0; b.Loop(); n++ {
				leaves = append(leaves, ledger.LeafHash(testEntry(b, n)))
				if len(leaves) == group {
					edge, _ = edge.Append(leaves...)
					leaves = leaves[:0]
				}
			}
			perSecond(b, 1)
		})
	}
}

// BenchmarkAudit re-audits a log of a million entries with a checkpoint for
// each 256 of them. DESIGN section 8 wants it in 2 s with the database.
func BenchmarkAudit(b *testing.B) {
	const size = 1_000_000
	m := large(b, size)
	for b.Loop() {
		if report := audit(b, m); !report.OK() || report.Edge.Size() != size {
			b.Fatalf("read %d, findings %v", report.Edge.Size(), report.Findings)
		}
	}
	perSecond(b, size)
}

// BenchmarkProof makes and writes one proof out of a tree of a million.
func BenchmarkProof(b *testing.B) {
	signer, keys := logKeys(b)
	m := large(b, 1_000_000)
	text := m.sign(b, signer)
	b.Run("prove", func(b *testing.B) {
		for n := int64(0); b.Loop(); n = (n + 7919) % 1_000_000 {
			made, err := ledger.Prove(n, text, m)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(made.Text())), "B/proof")
		}
	})
	b.Run("verify", func(b *testing.B) {
		made, err := ledger.Prove(123_456, text, m)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := made.Verify(m.entries[123_456].Hash, keys); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCheckpoint(b *testing.B) {
	signer, _ := logKeys(b)
	checkpoint := newMemory(b, 100).checkpoint()
	for b.Loop() {
		if _, err := checkpoint.Sign(signer); err != nil {
			b.Fatal(err)
		}
	}
}

func large(b *testing.B, size int) *memory {
	b.Helper()
	signer, _ := logKeys(b)
	m := &memory{dense: true}
	for n := 0; n < size; n += 250 {
		group := make([][]byte, 250)
		for i := range group {
			group[i] = testEntry(b, n+i)
		}
		m.append(group...)
		m.sign(b, signer)
	}
	return m
}

func perSecond(b *testing.B, entries int) {
	b.ReportMetric(float64(entries)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
