package sweep

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// tampered is a log that somebody tampers with. Reading entries takes time, so
// that a run comes to the end of what it may take.
type tampered struct {
	ledger.Source
	kit     *kit
	entry   int64         // of which a byte is another; -1: none
	hidden  int64         // size whose checkpoint is not there; -1: none
	takes   time.Duration // for each range of entries
	reading func()        // before each range; nil: nothing
}

func (f *tampered) Entries(ctx context.Context, from, to int64) ([]ledger.Entry, error) {
	if f.reading != nil {
		f.reading()
	}
	f.kit.Clock.Add(f.takes)
	entries, err := f.Source.Entries(ctx, from, to)
	for i := range entries {
		if entries[i].Index == f.entry {
			entries[i].Bytes = append([]byte{}, entries[i].Bytes...)
			entries[i].Bytes[len(entries[i].Bytes)-2] ^= 1
		}
	}
	return entries, err
}

func (f *tampered) Checkpoints(ctx context.Context, from, to int64) ([]ledger.StoredCheckpoint, error) {
	if f.hidden >= from && f.hidden < to {
		return nil, nil
	}
	return f.Source.Checkpoints(ctx, from, to)
}

// auditing is a kit whose ledger is read through a tamperer, in portions of
// at most 24 entries, one to a run, and an edge of two.
func auditing(t *testing.T) (*kit, *tampered) {
	t.Helper()
	k := newKit(t)
	for range 6 {
		k.TakenBack(t)
		if _, err := k.SignCheckpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f := &tampered{kit: k, entry: -1, hidden: -1, takes: time.Second}
	whole := k.sweep.config.Source
	k.sweep.config.Source = func(ctx context.Context) (ledger.Source, note.Verifiers) {
		source, keys := whole(ctx)
		through := *f
		through.Source = source
		return &through, keys
	}
	k.sweep.config.Audit.For, k.sweep.config.Audit.Edge, k.sweep.config.Audit.Portion = time.Second, 2, 24
	return k, f
}

// audit is a run that the clock asked for.
func (k *kit) audit(t *testing.T) lifecycle.SweepRun {
	t.Helper()
	k.Clock.Add(time.Minute)
	run, err := k.sweep.runSlot(t.Context(), LedgerAudit, k.Clock.Now(), order{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// restart is the next start of the process: nothing is in memory.
func (k *kit) restart() { k.sweep = New(k.sweep.config) }

// position is where the pass has come to.
func (k *kit) position(t *testing.T) (p pass, version int64) {
	t.Helper()
	text, version, err := k.Position(t.Context(), LedgerAudit)
	if err != nil {
		t.Fatal(err)
	}
	var s sealed
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(s.Pass, &p); err != nil {
		t.Fatal(err)
	}
	return p, version
}

func (k *kit) ledgerFlags(t *testing.T) []lifecycle.Flag {
	t.Helper()
	flags, _, err := k.Flags(t.Context(), lifecycle.FlagFilter{Kind: LedgerAudit}, lifecycle.Page{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	return flags
}

func TestLedgerAuditIsQuietOnAWholeLogAndNamesABadEntry(t *testing.T) {
	t.Parallel()
	k, f := auditing(t)
	f.takes = 0
	if run := k.run(t, LedgerAudit); run.Flagged != 0 || run.Seen == 0 {
		t.Fatalf("whole log: %+v", run)
	}
	f.entry = 3
	if run := k.run(t, LedgerAudit); run.Flagged != 1 {
		t.Fatalf("forged log: %+v; want one flag", run)
	}
	flags := k.ledgerFlags(t)
	if len(flags) != 1 || flags[0].Severity != lifecycle.SeverityCritical || flags[0].Org != k.Vendor.ID {
		t.Fatalf("flags: %+v; want one of the host", flags)
	}
	if got := flags[0].Evidence["01"]; !strings.HasPrefix(got, "entry 3: ") {
		t.Errorf("evidence %q does not name entry 3", got)
	}
	if run := k.run(t, LedgerAudit); run.Flagged != 0 {
		t.Errorf("seen again: %+v; want no news", run)
	}
	if _, err := k.WorkFlag(t.Context(), flags[0].ID, k.Officer.Person, lifecycle.FlagResolved); err != nil {
		t.Fatal(err)
	}
	if run := k.run(t, LedgerAudit); run.Flagged != 1 {
		t.Errorf("settled and found again: %+v; want news", run)
	}
	if flags := k.ledgerFlags(t); flags[0].State != lifecycle.FlagOpen || flags[0].Reopened != 1 {
		t.Errorf("flags: %+v; want it open again", flags)
	}
}

// A pass goes on through restarts until it has read every entry once, and the
// next one begins at its hour of the next day.
func TestAuditGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	k, _ := auditing(t)
	head, err := k.Ledger(t.Context()).Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen, last := 0, int64(0)
	for runs := 0; ; runs++ {
		run := k.audit(t)
		seen += run.Seen
		at, _ := k.position(t)
		if at.Done {
			break
		}
		if at.Edge.Size() <= last || !at.Signed || run.Seen > 24 || runs > 20 {
			t.Fatalf("run %d: seen %d, position %d after %d, signed %v", runs, run.Seen, at.Edge.Size(), last, at.Signed)
		}
		last = at.Edge.Size()
		k.restart()
	}
	if seen != int(head.Size) || len(k.ledgerFlags(t)) != 0 {
		t.Errorf("%d entries read of %d, flags %+v", seen, head.Size, k.ledgerFlags(t))
	}
	if run := k.audit(t); run.Seen != 0 {
		t.Errorf("the pass is done, and it reads %d more", run.Seen)
	}
	k.Clock.Add(24 * time.Hour)
	if run := k.audit(t); run.Seen == 0 {
		t.Error("a day later no new pass has begun")
	}
}

// What was changed behind the position is found by the next pass; the newest
// entries are looked at in every run.
func TestAuditFindsWhatWasChangedBehindIt(t *testing.T) {
	t.Parallel()
	k, f := auditing(t)
	k.audit(t)
	f.entry = 1
	at, _ := k.position(t)
	if at.Edge.Size() < 2 {
		t.Fatalf("position %d", at.Edge.Size())
	}
	for !at.Done {
		k.audit(t)
		at, _ = k.position(t)
	}
	if flags := k.ledgerFlags(t); len(flags) != 0 {
		t.Fatalf("this pass: %+v", flags)
	}
	head, err := k.Ledger(t.Context()).Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.entry = head.Size - 1
	k.audit(t)
	if flags := k.ledgerFlags(t); len(flags) != 1 || !strings.Contains(flags[0].Evidence["01"], ": entry-altered") {
		t.Errorf("the newest entry was changed: %+v", flags)
	}
	f.entry = 1
	k.Clock.Add(24 * time.Hour)
	k.audit(t)
	if flags := k.ledgerFlags(t); flags[0].Evidence["01"] != "entry 1: entry-altered" {
		t.Errorf("the next pass: %+v", flags)
	}
}

// Nobody can move the position over what they have changed.
func TestAuditPositionThatIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]func(p *pass, s *sealed) string{
		"moved on":        func(p *pass, _ *sealed) string { p.Done = true; return "" },
		"no JSON":         func(*pass, *sealed) string { return "on the other side" },
		"another seal":    func(_ *pass, s *sealed) string { s.Seal = strings.Repeat("0", 64); return "" },
		"empty":           func(*pass, *sealed) string { return "{}" },
		"sealed nonsense": func(_ *pass, s *sealed) string { s.Pass = []byte(`"x"`); return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, f := auditing(t)
			k.audit(t)
			read, version := k.position(t)
			s := sealed{Seal: "none"}
			text := tamper(&read, &s)
			if text == "" {
				if s.Pass == nil {
					s.Pass, _ = json.Marshal(read)
				}
				if name == "sealed nonsense" {
					s.Seal = k.sweep.config.Audit.Seal(string(s.Pass))
				}
				whole, err := json.Marshal(s)
				if err != nil {
					t.Fatal(err)
				}
				text = string(whole)
			}
			if moved, err := k.MovePosition(t.Context(), LedgerAudit, version, text); err != nil || !moved {
				t.Fatal(moved, err)
			}
			f.entry = 1
			k.audit(t)
			flags := k.ledgerFlags(t)
			if len(flags) != 1 || !strings.HasSuffix(flags[0].Evidence["01"], ": "+string(PositionAltered)) {
				t.Fatalf("flags: %+v; want the position named", flags)
			}
			if flags[0].Evidence["02"] != "entry 1: entry-altered" {
				t.Errorf("evidence %v: the pass did not begin anew", flags[0].Evidence)
			}
		})
	}
}

func TestAuditPositionThatTheLogNoLongerHas(t *testing.T) {
	t.Parallel()
	k, f := auditing(t)
	k.audit(t)
	at, _ := k.position(t)
	f.hidden = at.Edge.Size()
	k.audit(t)
	if flags := k.ledgerFlags(t); len(flags) != 1 || !strings.HasSuffix(flags[0].Evidence["01"], ": "+string(PositionAltered)) {
		t.Errorf("the checkpoint of the position is gone: %+v", flags)
	}
}

// Of two processes in one pass, one moves the position and the other stops.
func TestAuditOfTwoProcesses(t *testing.T) {
	t.Parallel()
	k, f := auditing(t)
	second := New(k.sweep.config)
	var once sync.Once
	f.reading = func() {
		once.Do(func() {
			f.reading = nil
			if _, err := second.runSlot(t.Context(), LedgerAudit, k.Clock.Now().Add(time.Hour), order{}); err != nil {
				t.Errorf("the other: %v", err)
			}
		})
	}
	k.audit(t)
	if _, version := k.position(t); version != 1 || len(k.ledgerFlags(t)) != 0 {
		t.Errorf("position at version %d, flags %+v; want moved once", version, k.ledgerFlags(t))
	}
}
