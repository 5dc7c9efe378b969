package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/load/drive"
	"quitclaim/service/load/machine"
	"quitclaim/service/load/table"
	"quitclaim/service/store"
)

const (
	// audits is how often; the median counts.
	audits = 3
	// proofs is how many are made, of entries all over the ledger.
	proofs = 2000
)

// ledgerRows measures the ledger in its database: appending in groups, reading
// everything again, and proving single entries. It has its own targets and is
// compared with nothing.
func ledgerRows(ctx context.Context, env environment) (rows []table.Row, err error) {
	at, err := newPlace(ctx, env, "ledger")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, at.drop(ctx, env)) }()
	keys, err := keyring.Open(filepath.Join(at.dir, "keys"), shellOrigin)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(env.progress, "ledger: appending %d entries\n", env.ledger)
	appending, err := appendRow(ctx, env, at, keys)
	if err != nil {
		return nil, err
	}
	rows = append(rows, appending)
	records, err := at.open(ctx, store.Config{ReadOnly: true, Now: clock})
	if err != nil {
		return rows, err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	fmt.Fprintln(env.progress, "ledger: auditing it")
	audit, err := auditRow(ctx, records, note.VerifierList(keys.LedgerVerifier()))
	if err != nil {
		return rows, err
	}
	proof, err := proofRow(ctx, records, env.ledger)
	return append(rows, audit, proof), err
}

// auditRow reads a whole ledger again and compares everything with it.
func auditRow(ctx context.Context, records *store.Store, keys note.Verifiers) (table.Row, error) {
	var took drive.Latencies
	size, computed := int64(0), machine.CPUTime()
	for range audits {
		begin := time.Now()
		report, err := ledger.Audit(ctx, records.Ledger(ctx), keys)
		if err != nil {
			return table.Row{}, fmt.Errorf("audit: %w", err)
		}
		took.Add(time.Since(begin))
		if !report.OK() {
			return table.Row{}, fmt.Errorf("audit of our own ledger: %v", report.Findings[0])
		}
		size = report.Size
	}
	r := table.Limit(2, fmt.Sprintf("ledger, %.1f M entries audited again", float64(size)/1e6), table.Figure{Value: took.Percentile(50).Seconds(), Unit: "s"})
	// What it computed is the same however busy the machine is.
	r.Note = fmt.Sprintf("median of %d, best %s; %s of processor time", audits, drive.Short(took.Percentile(0)), drive.Short((machine.CPUTime()-computed)/audits))
	return r, nil
}

// proofRow proves entries anywhere in the ledger.
func proofRow(ctx context.Context, records *store.Store, entries int) (table.Row, error) {
	checkpoint, err := records.Checkpoint(ctx)
	if err != nil {
		return table.Row{}, fmt.Errorf("proof: %w", err)
	}
	var took drive.Latencies
	for range proofs {
		index, err := rand.Int(rand.Reader, big.NewInt(int64(entries)))
		if err != nil {
			return table.Row{}, fmt.Errorf("proof: %w", err)
		}
		begin := time.Now()
		if _, err := ledger.Prove(index.Int64(), checkpoint, records.Ledger(ctx)); err != nil {
			return table.Row{}, fmt.Errorf("proof: %w", err)
		}
		took.Add(time.Since(begin))
	}
	r := table.Limit(1, "ledger, a proof", table.Milliseconds(took.Percentile(50)))
	r.Note = "the median; p99 " + drive.Short(took.Percentile(99))
	return r, nil
}
