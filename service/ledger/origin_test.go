package ledger_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

const secondOrigin = "qc.example/log/2"

// aboutLog is an entry of the log about itself.
func aboutLog(t testing.TB, origin, event string, body []byte) []byte {
	t.Helper()
	entry, err := ledger.Leaf{
		ID: "evt_log", At: time.UnixMilli(1_800_000_000_000), Kind: ledger.KindLog, Subject: origin, Event: event, Body: body,
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// signAs stores a checkpoint of the present size under any name.
func (m *memory) signAs(t testing.TB, origin string) []byte {
	t.Helper()
	signer, _ := signingKey(t, origin, 1)
	text, err := ledger.Checkpoint{Origin: origin, Size: m.edge.Size(), Root: m.edge.Root()}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	m.checkpoints = append(m.checkpoints, ledger.StoredCheckpoint{Size: m.edge.Size(), Text: text})
	return text
}

// signedLog is a log that says its name, with signed checkpoints at 14 and 20.
func signedLog(t testing.TB) *memory {
	t.Helper()
	m := new(memory)
	m.append(aboutLog(t, testOrigin, ledger.EventBegin, []byte("{}")))
	for n := range 19 {
		if m.edge.Size() == 14 {
			m.signAs(t, testOrigin)
		}
		m.append(testEntry(t, n))
	}
	m.signAs(t, testOrigin)
	return m
}

// cutAt is the same log as it was at a size, in an old copy.
func cutAt(m *memory, size int) *memory {
	cut := new(memory)
	for _, entry := range m.entries[:size] {
		cut.append(entry.Bytes)
	}
	for _, c := range m.checkpoints {
		if c.Size <= int64(size) {
			cut.checkpoints = append(cut.checkpoints, c)
		}
	}
	return cut
}

// restored goes on from an old copy under the second name.
func restored(t testing.TB, copied *memory, last ledger.StoredCheckpoint, extra int) *memory {
	t.Helper()
	gap := ledger.Gap{Origin: testOrigin, From: copied.edge.Size(), To: last.Size, Last: last.Text}
	body, err := gap.Body()
	if err != nil {
		t.Fatal(err)
	}
	copied.append(aboutLog(t, secondOrigin, ledger.EventRestore, body))
	for n := range extra {
		copied.append(testEntry(t, 500+n))
	}
	copied.signAs(t, secondOrigin)
	return copied
}

func pinnedKey(t testing.TB) ledger.Renamer {
	t.Helper()
	text, err := note.NewEd25519VerifierKey(testOrigin, publicKey(1))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ledger.ParseVerifiers([]byte("ledger " + text + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// An auditor who has pinned the one key of the first day follows the log into
// its second origin, and sees what the first has lost.
func TestAuditFollowsANewOrigin(t *testing.T) {
	t.Parallel()
	whole := signedLog(t)
	newest := whole.checkpoints[1]
	for _, extra := range []int{0, 3, 30} {
		m := restored(t, cutAt(whole, 14), newest, extra)
		source, err := ledger.Pin(m, newest.Text)
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]ledger.Source{"alone": m, "with the old checkpoint pinned": source} {
			report, err := ledger.Audit(t.Context(), s, pinnedKey(t))
			if err != nil {
				t.Fatal(err)
			}
			if !report.OK() || report.Signed != int64(15+extra) {
				t.Errorf("%d entries later, %s: signed %d, findings %v", extra, name, report.Signed, report.Findings)
			}
			want := []ledger.Restart{{Index: 14, Origin: secondOrigin, Gap: ledger.Gap{Origin: testOrigin, From: 14, To: 20, Last: newest.Text}}}
			if diff := cmp.Diff(want, report.Restarts); diff != "" {
				t.Errorf("restarts (-want +got):\n%s", diff)
			}
		}
	}
}

func TestAuditOfNewOriginsThatAreNone(t *testing.T) {
	t.Parallel()
	whole := signedLog(t)
	older, newest := whole.checkpoints[0], whole.checkpoints[1]
	forgedLast := bytes.Replace(newest.Text, []byte("\n20\n"), []byte("\n19\n"), 1)
	gap := func(from, to int64, last []byte) []byte {
		body, err := ledger.Gap{Origin: testOrigin, From: from, To: to, Last: last}.Body()
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	begin := func(m *memory, body []byte) *memory {
		m.append(aboutLog(t, secondOrigin, ledger.EventRestore, body))
		m.signAs(t, secondOrigin)
		return m
	}
	cases := map[string]struct {
		log  *memory
		pin  []byte
		want []found
	}{
		"goes on under the old name": {
			func() *memory {
				m := restored(t, cutAt(whole, 14), newest, 0)
				m.append(testEntry(t, 77))
				m.signAs(t, testOrigin)
				return m
			}(), nil, []found{{16, ledger.CheckpointOrigin}},
		},
		"a new name that no entry begins": {
			func() *memory { m := cutAt(whole, 14); m.append(testEntry(t, 77)); m.signAs(t, secondOrigin); return m }(),
			nil, []found{{15, ledger.CheckpointKey}},
		},
		"more was signed than the gap states": {
			restored(t, cutAt(whole, 14), older, 0), newest.Text, []found{{20, ledger.CheckpointAhead}},
		},
		"more was signed, and the log has grown since": {
			restored(t, cutAt(whole, 14), older, 30), newest.Text, []found{{20, ledger.CheckpointOrigin}},
		},
		"a gap from elsewhere":       {begin(cutAt(whole, 14), gap(13, 20, newest.Text)), nil, []found{{14, ledger.OriginBroken}}},
		"a checkpoint nobody signed": {begin(cutAt(whole, 14), gap(14, 19, forgedLast)), nil, []found{{14, ledger.OriginBroken}}},
		"no gap":                     {begin(cutAt(whole, 14), []byte("{}")), nil, []found{{14, ledger.OriginBroken}, {15, ledger.CheckpointKey}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var source ledger.Source = c.log
			if c.pin != nil {
				var err error
				if source, err = ledger.Pin(c.log, c.pin); err != nil {
					t.Fatal(err)
				}
			}
			report, err := ledger.Audit(t.Context(), source, pinnedKey(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, findings(report)); diff != "" {
				t.Errorf("findings (-want +got):\n%s\n%v", diff, report.Findings)
			}
		})
	}
}

// A portion that begins after the change of name has no entry that tells it.
func TestResumeAfterANewOrigin(t *testing.T) {
	t.Parallel()
	whole := signedLog(t)
	m := restored(t, cutAt(whole, 14), whole.checkpoints[1], 10)
	_, first := signingKey(t, testOrigin, 1)
	_, second := signingKey(t, secondOrigin, 1)
	var at ledger.Edge
	for !t.Failed() && at.Size() < 25 {
		report, err := ledger.Resume(t.Context(), m, verifiers(first, second), at, 5)
		if err != nil || !report.OK() {
			t.Errorf("from %d: %v, findings %v", at.Size(), err, report.Findings)
		}
		at = report.Edge
	}
}

func TestParseGap(t *testing.T) {
	t.Parallel()
	last := signedLog(t).checkpoints[1]
	gap := ledger.Gap{Origin: testOrigin, From: 14, To: 20, Last: last.Text}
	body, err := gap.Body()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ledger.ParseGap(body)
	if diff := cmp.Diff(gap, got); err != nil || diff != "" {
		t.Errorf("ParseGap(Body()): %v (-want +got):\n%s", err, diff)
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "no object": []byte("[]"), "blanks": bytes.Replace(body, []byte(`,"from"`), []byte(`, "from"`), 1),
		"another size":   bytes.Replace(body, []byte(`"to":20`), []byte(`"to":21`), 1),
		"another origin": bytes.Replace(body, []byte(`"origin":"qc`), []byte(`"origin":"qd`), 1),
		"a field more":   bytes.Replace(body, []byte(`{`), []byte(`{"a":1,`), 1),
		"below zero":     bytes.Replace(body, []byte(`"from":14`), []byte(`"from":-1`), 1),
	} {
		if _, err := ledger.ParseGap(bad); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}
