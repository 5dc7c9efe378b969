package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// found is a finding without its words.
type found struct {
	Index int64
	Code  ledger.Code
}

func findings(report ledger.Report) []found {
	var all []found
	for _, f := range report.Findings {
		all = append(all, found{f.Index, f.Code})
	}
	return all
}

func audit(t testing.TB, source ledger.Source) ledger.Report {
	t.Helper()
	_, keys := logKeys(t)
	report, err := ledger.Audit(t.Context(), source, keys)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestAuditOfASoundLog(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 7, 8, 511, 512, 513, 1500} {
		m := newMemory(t, size)
		report := audit(t, m)
		if !report.OK() || !report.Done() {
			t.Fatalf("%d entries: done %v, findings %v", size, report.Done(), report.Findings)
		}
		if report.Edge.Root() != m.edge.Root() || report.Size != int64(size) ||
			report.Signed != int64(size) || report.Checkpoints != int64(len(m.checkpoints)) {
			t.Errorf("%d entries: report %+v", size, report)
		}
	}
}

func TestAuditSeesTheUnsignedTail(t *testing.T) {
	t.Parallel()
	m := newMemory(t, 14)
	m.append(testEntry(t, 14))
	if report := audit(t, m); !report.OK() || report.Signed != 14 || report.Size != 15 {
		t.Errorf("signed %d of %d, findings %v; want 14 of 15 and none", report.Signed, report.Size, report.Findings)
	}
}

func TestAuditOfAnEmptyLogWithCheckpoint(t *testing.T) {
	t.Parallel()
	signer, _ := logKeys(t)
	m := new(memory)
	m.sign(t, signer)
	if report := audit(t, m); !report.OK() || report.Checkpoints != 1 {
		t.Errorf("checkpoints %d, findings %v, want 1 and none", report.Checkpoints, report.Findings)
	}
}

// TestAuditNamesThePlace tampers with a log of 20 entries with checkpoints at
// 7, 14 and 20, and wants exactly these findings.
func TestAuditNamesThePlace(t *testing.T) {
	t.Parallel()
	signer, _ := logKeys(t)
	stranger, _ := signingKey(t, testOrigin, 2)
	leafID := tlog.StoredHashIndex(0, 9)
	tests := map[string]struct {
		tamper func(*memory)
		want   []found
	}{
		"entry altered": {
			func(m *memory) { m.entries[9].Bytes[60] ^= 1 },
			[]found{{9, ledger.EntryAltered}},
		},
		"entry emptied": {
			func(m *memory) { m.entries[9].Bytes = nil },
			[]found{{9, ledger.EntryAltered}},
		},
		"hash beside the entry": {
			func(m *memory) { m.entries[9].Hash[0] ^= 1 },
			[]found{{9, ledger.LeafHashAltered}},
		},
		"leaf hash in the tree": {
			func(m *memory) { m.hashes[leafID].Hash[31] ^= 1 },
			[]found{{9, ledger.HashAltered}},
		},
		"inner hash in the tree": { // level 1 above entries 8 and 9
			func(m *memory) { m.hashes[leafID+1].Hash[31] ^= 1 },
			[]found{{9, ledger.HashAltered}},
		},
		"all three witnesses differ": {
			func(m *memory) { m.entries[9].Hash[0] ^= 1; m.hashes[leafID].Hash[0] ^= 2 },
			[]found{{9, ledger.HashAltered}, {9, ledger.EntryAltered}},
		},
		"entry and its hashes replaced": { // the tree above no longer fits, nor do the signatures
			func(m *memory) {
				m.entries[9].Bytes = testEntry(t, 99)
				m.entries[9].Hash = ledger.LeafHash(m.entries[9].Bytes)
				m.hashes[leafID].Hash = m.entries[9].Hash
			},
			[]found{
				{9, ledger.HashAltered}, {11, ledger.HashAltered}, {14, ledger.CheckpointRoot},
				{15, ledger.HashAltered}, {15, ledger.HashAltered}, {20, ledger.CheckpointRoot},
			},
		},
		"the whole tree replaced": { // only the signatures tell
			func(m *memory) {
				old := *m
				*m = memory{checkpoints: old.checkpoints}
				for n, entry := range old.entries {
					if n == 9 {
						entry.Bytes = testEntry(t, 99)
					}
					m.append(entry.Bytes)
				}
			},
			[]found{{14, ledger.CheckpointRoot}, {20, ledger.CheckpointRoot}},
		},
		"entry deleted": {
			func(m *memory) { m.entries = slices.Delete(m.entries, 9, 10) },
			[]found{{20, ledger.HeadEntries}, {9, ledger.EntryMissing}},
		},
		"entry doubled": {
			func(m *memory) { m.entries = slices.Insert(m.entries, 9, m.entries[9]) },
			[]found{{20, ledger.HeadEntries}, {9, ledger.EntryDuplicate}},
		},
		"last entry doubled": {
			func(m *memory) { m.entries = append(m.entries, m.entries[19]) },
			[]found{{20, ledger.HeadEntries}, {19, ledger.EntryDuplicate}},
		},
		"rows out of order": {
			func(m *memory) { m.entries[9], m.entries[10] = m.entries[10], m.entries[9] },
			[]found{{9, ledger.EntryMissing}, {9, ledger.EntryDisorder}},
		},
		"indexes exchanged": {
			func(m *memory) {
				m.entries[9], m.entries[10] = m.entries[10], m.entries[9]
				m.entries[9].Index, m.entries[10].Index = 9, 10
			},
			[]found{{9, ledger.HashAltered}, {9, ledger.HashAltered}, {10, ledger.HashAltered}, {11, ledger.HashAltered},
				{11, ledger.HashAltered}, {14, ledger.CheckpointRoot}, {15, ledger.HashAltered}, {15, ledger.HashAltered},
				{20, ledger.CheckpointRoot}},
		},
		"index changed": {
			func(m *memory) { m.entries[9].Index = 30 },
			[]found{{9, ledger.EntryMissing}},
		},
		"leaf hash deleted": {
			func(m *memory) { m.hashes = slices.Delete(m.hashes, int(leafID), int(leafID)+1) },
			[]found{{20, ledger.HeadHashes}, {9, ledger.HashMissing}},
		},
		"inner hash deleted": {
			func(m *memory) { m.hashes = slices.Delete(m.hashes, int(leafID)+1, int(leafID)+2) },
			[]found{{20, ledger.HeadHashes}, {9, ledger.HashMissing}},
		},
		"hash doubled": {
			func(m *memory) { m.hashes = slices.Insert(m.hashes, int(leafID), m.hashes[leafID]) },
			[]found{{20, ledger.HeadHashes}, {9, ledger.HashStray}},
		},
		"entry and leaf hash deleted": {
			func(m *memory) {
				m.entries = slices.Delete(m.entries, 19, 20)
				id := int(tlog.StoredHashIndex(0, 19))
				m.hashes = slices.Delete(m.hashes, id, id+1)
			},
			[]found{{20, ledger.HeadEntries}, {20, ledger.HeadHashes}, {19, ledger.EntryMissing}, {19, ledger.HashMissing},
				{19, ledger.HashAltered}, {19, ledger.HashAltered}, {20, ledger.CheckpointRoot}},
		},
		"head too small": {
			func(m *memory) { m.size = 14 },
			[]found{{14, ledger.HeadEntries}, {14, ledger.HeadHashes}, {20, ledger.CheckpointAhead}},
		},
		"head too large": {
			func(m *memory) { m.size = 21 },
			[]found{{21, ledger.HeadEntries}, {21, ledger.HeadHashes}, {20, ledger.EntryMissing}, {20, ledger.HashMissing}},
		},
		"head negative": {
			func(m *memory) { m.size = -1 },
			[]found{{-1, ledger.HeadShort}},
		},
		"log cut back": {
			func(m *memory) {
				checkpoints := m.checkpoints
				*m = *newMemory(t, 14)
				m.checkpoints = checkpoints
			},
			[]found{{20, ledger.CheckpointAhead}},
		},
		"checkpoint under another size": {
			func(m *memory) { m.checkpoints[1].Size = 13 },
			[]found{{13, ledger.CheckpointSize}},
		},
		"checkpoint altered": {
			func(m *memory) {
				m.checkpoints[1].Text = bytes.Replace(m.checkpoints[1].Text, []byte("\n14\n"), []byte("\n13\n"), 1)
			},
			[]found{{14, ledger.CheckpointSignature}},
		},
		"checkpoint by a stranger": {
			func(m *memory) {
				text, err := (ledger.Checkpoint{Origin: testOrigin, Size: 14}).Sign(stranger)
				if err != nil {
					t.Fatal(err)
				}
				m.checkpoints[1].Text = text
			},
			[]found{{14, ledger.CheckpointKey}},
		},
		"checkpoint emptied": {
			func(m *memory) { m.checkpoints[1].Text = nil },
			[]found{{14, ledger.CheckpointMalformed}},
		},
		"checkpoints out of order": {
			func(m *memory) { m.checkpoints[0], m.checkpoints[1] = m.checkpoints[1], m.checkpoints[0] },
			[]found{{7, ledger.CheckpointStray}},
		},
		"signed leaf that is none": {
			func(m *memory) { m.append([]byte("not a leaf")); m.sign(t, signer) },
			[]found{{20, ledger.EntryMalformed}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory(t, 20)
			test.tamper(m)
			report := audit(t, m)
			if diff := cmp.Diff(test.want, findings(report)); diff != "" {
				t.Errorf("findings (-want +got):\n%s\n%v", diff, report.Findings)
			}
			if report.OK() {
				t.Error("OK() with findings")
			}
		})
	}
}

// TestAuditOfNonsenseHead: a head of 2^60 must not keep an audit busy for years.
func TestAuditOfNonsenseHead(t *testing.T) {
	t.Parallel()
	m := newMemory(t, 20)
	m.size = 1 << 60
	report := audit(t, m)
	if len(report.Findings) != 10_000 || report.Omitted == 0 || report.Done() {
		t.Errorf("%d findings, %d omitted, done %v; want 10,000, some, false", len(report.Findings), report.Omitted, report.Done())
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	_, keys := logKeys(t)
	m := newMemory(t, 2000)
	m.entries[1234].Bytes[50] ^= 1
	var (
		at  ledger.Edge
		got []found
	)
	for range 4 {
		report, err := ledger.Resume(t.Context(), m, keys, at, 600)
		if err != nil {
			t.Fatal(err)
		}
		if report.From != at.Size() || report.Edge.Size() != min(at.Size()+600, 2000) {
			t.Errorf("read from %d to %d, want 600 from %d", report.From, report.Edge.Size(), at.Size())
		}
		if report.Done() != (report.Edge.Size() == 2000) {
			t.Errorf("Done() = %v at %d", report.Done(), report.Edge.Size())
		}
		got = append(got, findings(report)...)
		line, err := report.Edge.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := at.UnmarshalText(line); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]found{{1234, ledger.EntryAltered}}, got); diff != "" {
		t.Errorf("findings of all portions (-want +got):\n%s", diff)
	}
	if at.Root() != m.edge.Root() {
		t.Errorf("root after all portions = %s, want %s", at.Root(), m.edge.Root())
	}
	report, err := ledger.Resume(t.Context(), newMemory(t, 20), keys, at, math.MaxInt64)
	if diff := cmp.Diff([]found{{20, ledger.HeadShort}}, findings(report)); err != nil || diff != "" {
		t.Errorf("a log shorter than what was seen: %v (-want +got):\n%s", err, diff)
	}
	if report, err = ledger.Resume(t.Context(), m, keys, at, -5); err != nil || report.Edge.Size() != 2000 || !report.OK() {
		t.Errorf("no limit left = %+v, %v, want nothing read", report, err)
	}
}

// TestResumeSeesALaterSignature: the last size of one portion may be signed
// only after it.
func TestResumeSeesALaterSignature(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	m := newMemory(t, 14)
	m.append(testEntry(t, 14))
	first := audit(t, m)
	wrong := m.checkpoint()
	wrong.Root[0] ^= 1
	text, err := wrong.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	m.checkpoints = append(m.checkpoints, ledger.StoredCheckpoint{Size: 15, Text: text})
	report, err := ledger.Resume(t.Context(), m, keys, first.Edge, math.MaxInt64)
	if diff := cmp.Diff([]found{{15, ledger.CheckpointRoot}}, findings(report)); err != nil || diff != "" {
		t.Errorf("%v, findings (-want +got):\n%s", err, diff)
	}
}

// TestPin: a log that was begun anew, signed by its true key, gives itself
// away only to who kept an old checkpoint.
func TestPin(t *testing.T) {
	t.Parallel()
	signer, _ := logKeys(t)
	honest := newMemory(t, 20)
	forked := newMemory(t, 7)
	for n := range 30 {
		forked.append(testEntry(t, 1000+n))
	}
	forked.sign(t, signer)
	cut := newMemory(t, 14)
	if report := audit(t, forked); !report.OK() {
		t.Fatalf("the fork alone has findings %v", report.Findings)
	}
	tests := map[string]struct {
		log  *memory
		size int // the checkpoint kept
		want []found
	}{
		"the honest log":         {honest, 1, nil},
		"forked after it":        {forked, 0, nil},
		"forked before it":       {forked, 1, []found{{14, ledger.CheckpointRoot}}},
		"cut back behind it":     {cut, 2, []found{{20, ledger.CheckpointAhead}}},
		"cut back, but not past": {cut, 1, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, err := ledger.Pin(test.log, honest.checkpoints[test.size].Text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, findings(audit(t, source))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := ledger.Pin(honest, []byte("nonsense")); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("Pin(nonsense) = %v, want ErrInvalid", err)
	}
}

// failing is a source that breaks at one of its methods.
type failing struct {
	*memory
	at  string
	err error
}

func (f failing) Head(ctx context.Context) (ledger.Head, error) {
	if f.at == "head" {
		return ledger.Head{}, f.err
	}
	return f.memory.Head(ctx)
}

func (f failing) Entries(ctx context.Context, from, to int64) ([]ledger.Entry, error) {
	if f.at == "entries" && from >= 512 {
		return nil, f.err
	}
	return f.memory.Entries(ctx, from, to)
}

func (f failing) Hashes(ctx context.Context, from, to int64) ([]ledger.StoredHash, error) {
	if f.at == "hashes" {
		return nil, f.err
	}
	return f.memory.Hashes(ctx, from, to)
}

func (f failing) Checkpoints(ctx context.Context, from, to int64) ([]ledger.StoredCheckpoint, error) {
	if f.at == "checkpoints" {
		return nil, f.err
	}
	return f.memory.Checkpoints(ctx, from, to)
}

// TestAuditOfABrokenSource: what could not be read is an error, never a pass.
func TestAuditOfABrokenSource(t *testing.T) {
	t.Parallel()
	_, keys := logKeys(t)
	m, broken := newMemory(t, 1500), errors.New("broken")
	for _, at := range []string{"head", "entries", "hashes", "checkpoints"} {
		report, err := ledger.Audit(t.Context(), failing{m, at, broken}, keys)
		if !errors.Is(err, broken) || report.Done() && at != "head" {
			t.Errorf("%s: report done %v, %v, want %v", at, report.Done(), err, broken)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ledger.Audit(ctx, m, keys); !errors.Is(err, context.Canceled) {
		t.Errorf("Audit of a cancelled context = %v, want %v", err, context.Canceled)
	}
}

func TestAuditWithoutKeys(t *testing.T) {
	t.Parallel()
	report, err := ledger.Audit(t.Context(), newMemory(t, 14), note.VerifierList())
	want := []found{{7, ledger.CheckpointKey}, {14, ledger.CheckpointKey}}
	if diff := cmp.Diff(want, findings(report)); err != nil || diff != "" {
		t.Errorf("%v, findings (-want +got):\n%s", err, diff)
	}
}
