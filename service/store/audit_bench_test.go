package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/store/storetest"
)

// auditSize is how many entries the audited log has: a million, as DESIGN
// section 8 has it, where there is time for it.
func auditSize() int64 {
	if os.Getenv("QUITCLAIM_TEST_LONG") == "1" {
		return 1_000_000
	}
	return 100_000
}

// BenchmarkAudit re-audits a log in its database. DESIGN section 8 wants a
// million entries in two seconds.
func BenchmarkAudit(b *testing.B) {
	dir, size := b.TempDir(), auditSize()
	opened := storetest.OpenIn(b, dir, storetest.NewClock())
	keys := note.VerifierList(opened.Ring.LedgerVerifier())
	if err := opened.Close(); err != nil {
		b.Fatal(err)
	}
	fillLog(b, opened, size)
	log := storetest.OpenIn(b, dir, opened.Clock)
	before := processorTime(b)
	b.ResetTimer()
	for b.Loop() {
		report, err := ledger.Audit(b.Context(), log.Ledger(b.Context()), keys)
		if err != nil || !report.OK() || report.Edge.Size() != size {
			b.Fatalf("read %d, findings %v, %v", report.Edge.Size(), report.Findings, err)
		}
	}
	b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	// On a busy machine this says more than the clock on the wall.
	b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}

// processorTime is what this process has used of all its processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// fillLog writes a log of so many entries straight into the file: with a
// checkpoint for each 256 of them, as under load.
func fillLog(b testing.TB, opened storetest.Opened, size int64) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(opened.Dir, "quitclaim.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		b.Fatal(err)
	}
	exec := func(query string, args ...any) {
		if _, err := tx.Exec(query, args...); err != nil {
			b.Fatalf("%s: %v", query, err)
		}
	}
	for _, table := range []string{"log_entry", "log_hash", "checkpoint"} {
		exec("DELETE FROM " + table)
	}
	exec(`UPDATE log_head SET size = ?`, size)
	addEntry, err := tx.Prepare(`INSERT INTO log_entry (entry_id, idx, kind, subject, event, at, leaf_hash, entry) VALUES (?, ?, 'org', 'org_x', 'save', 1, ?, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	addHash, err := tx.Prepare(`INSERT INTO log_hash (stored_idx, hash) VALUES (?, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	var edge ledger.Edge
	body := make([]byte, 600) // about what a return writes
	for i := range size {
		leaf := ledger.Leaf{ID: fmt.Sprintf("ent_%d", i), At: time.UnixMilli(1), Kind: "org", Subject: "org_x", Event: "save", Body: body}
		entry, err := leaf.Encode()
		if err != nil {
			b.Fatal(err)
		}
		hash := ledger.LeafHash(entry)
		if _, err := addEntry.Exec(leaf.ID, i, hash[:], entry); err != nil {
			b.Fatal(err)
		}
		id := edge.HashCount()
		var stored []tlog.Hash
		edge, stored = edge.Append(hash)
		for n, h := range stored {
			if _, err := addHash.Exec(id+int64(n), h[:]); err != nil {
				b.Fatal(err)
			}
		}
		if edge.Size()%256 == 0 || edge.Size() == size {
			text, err := ledger.Checkpoint{Origin: storetest.Origin, Size: edge.Size(), Root: edge.Root()}.Sign(opened.Ring.Ledger())
			if err != nil {
				b.Fatal(err)
			}
			exec(`INSERT INTO checkpoint (size, at, note) VALUES (?, 1, ?)`, edge.Size(), text)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
