package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
	"quitclaim/service/store/storetest"
)

func TestWhatWasAnsweredIsThereAfterANewStart(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	unit := w.TakenBack(t)
	want, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := storetest.OpenIn(t, w.Dir, w.Clock)
	got, err := again.Snapshot(t.Context(), unit.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("after a new start: %v, (-before +after):\n%s", err, diff)
	}
	text, err := again.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head, err := again.Ledger(t.Context()).Head(t.Context())
	if err != nil || head.Checkpoint != head.Size {
		t.Errorf("head %+v, %v; want everything signed at the close\n%s", head, err, text)
	}
}

// A process that was killed gives no lease back. The next one does not wait
// for them to run out.
func TestLeasesEndWithTheirProcess(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	w.TakenBack(t)
	before, err := w.ClaimWork(t.Context(), w.Clock.Now(), time.Hour, 10)
	if err != nil || len(before) == 0 {
		t.Fatalf("claimed %+v, %v", before, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := storetest.OpenIn(t, w.Dir, w.Clock)
	after, err := again.ClaimWork(t.Context(), w.Clock.Now(), time.Hour, 10)
	if err != nil || len(after) != len(before) || after[0].Attempt != before[0].Attempt+1 {
		t.Errorf("after a new start %+v, %v; want the same work once more", after, err)
	}
}

func TestASecondProcessIsToldThatTheDirectoryIsTaken(t *testing.T) {
	t.Parallel()
	first := storetest.OpenNew(t)
	_, err := store.Open(t.Context(), storetest.Config(t, first.Dir, first.Clock))
	if !errors.Is(err, lifecycle.ErrBusy) || !strings.Contains(err.Error(), "in use by another quitclaim process") {
		t.Errorf("second open: %v, want ErrBusy that says why", err)
	}
}

func TestAReaderBesideTheServerVerifiesTheLedger(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	unit := w.TakenBack(t)
	config := storetest.Config(t, w.Dir, w.Clock)
	config.ReadOnly, config.Keys = true, nil
	beside, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = beside.Close() })
	report, err := ledger.Audit(t.Context(), beside.Ledger(t.Context()), w.Verifiers(t))
	if err != nil || !report.OK() || !report.Done() {
		t.Errorf("audit: %v, findings %v, done %v", err, report.Findings, report.Done())
	}
	want, errWant := w.Rows(t.Context(), unit.ID)
	got, errGot := beside.Rows(t.Context(), unit.ID)
	if diff := cmp.Diff(want, got); errors.Join(errWant, errGot) != nil || diff != "" {
		t.Errorf("rows beside: %v, (-server +beside):\n%s", errors.Join(errWant, errGot), diff)
	}
	if _, err := beside.Advance(t.Context(), unit.ID, w.TakeBack()); err == nil {
		t.Error("a store that was opened to be read took a change")
	}
}

func TestTheFeedEndsWithTheStore(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	head, err := w.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		for _, err := range w.Changes(t.Context(), head) {
			if err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("the feed of a closed store ended as if its reader had gone")
	}
}

func TestAClientThatHangsUpInMidBatch(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	unit, other := w.Bound(t), w.Bound(t)
	gone, hangUp := context.WithCancel(t.Context())
	deciding, decided := make(chan struct{}), make(chan struct{})
	left := make(chan error, 1)
	go func() {
		_, err := w.Advance(gone, unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
			close(deciding)
			<-decided
			return w.TakeBack()(s)
		})
		left <- err
	}()
	<-deciding
	neighbour := make(chan error, 1)
	go func() {
		_, err := w.Advance(t.Context(), other.ID, w.TakeBack())
		neighbour <- err
	}()
	hangUp()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who hung up got %v, want context.Canceled", err)
	}
	close(decided)
	if err := <-neighbour; err != nil {
		t.Errorf("the neighbour got %v", err)
	}
	s, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil || s.Unit.State != lifecycle.StateReturned || s.Return == nil || s.Order == nil {
		t.Errorf("the unit of who hung up is %s, %v; want returned whole, for it was under way", s.Unit.State, err)
	}
}

// TestPersonalDataIsNotInTheFiles looks for what a person told us in every byte
// of the data directory.
func TestPersonalDataIsNotInTheFiles(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	const name, email, receipt, session = "Grace Hopper-Murray", "grace.hopper@navy.example", "RCPT-778899-XYZ", "signed-in-as-grace"
	grace := access.Person{
		ID: lifecycle.PersonID(storetest.NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Name: name, Email: email, CreatedAt: w.Clock.Now(),
	}
	ctx := access.WithIdempotency(t.Context(), access.Idempotency{Principal: "p", Route: "r", Key: email, BodyDigest: "d"})
	if _, err := w.SavePerson(ctx, grace); err != nil {
		t.Fatal(err)
	}
	unit := w.Registered(t)
	sell := lifecycle.Sell{
		Command: w.By(w.Clerk), ID: lifecycle.SaleID(storetest.NewID("sal")), ReceiptHash: w.ReceiptHash(w.Retailer.ID, receipt),
	}
	if _, err := w.AdvanceWithReceipt(ctx, unit.ID, w.Retailer.ID, receipt, sell.Decide); err != nil {
		t.Fatal(err)
	}
	if err := w.CommitSession(ctx, access.Session{TokenHash: storetest.Hex("session-token"), Data: []byte(session), ExpiresAt: w.Clock.Now().AddDate(0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	secrets := []string{name, email, "grace.hopper", receipt, session, "session-token"}
	for _, stage := range []string{"open", "closed"} {
		if stage == "closed" {
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for _, secret := range secrets {
			if file := grep(t, w.Dir, secret); file != "" {
				t.Errorf("%s: %q is in %s", stage, secret, file)
			}
		}
	}
}

// TestAForgottenKeyLeavesNoTrace: what is deleted is overwritten, so that
// nobody finds a forgotten person's key in a free page.
func TestAForgottenKeyLeavesNoTrace(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	var wrapped []byte
	db := rawDB(t, w.Dir)
	if err := db.QueryRow(`SELECT sealed FROM subject_key WHERE subject = ?`, w.Owner.Person).Scan(&wrapped); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.ForgetPerson(t.Context(), w.Owner.Person); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil { // folds the log into the file
		t.Fatal(err)
	}
	if file := grep(t, w.Dir, string(wrapped[8:])); file != "" {
		t.Errorf("the key of a forgotten person is still in %s", file)
	}
}

// grep finds a file of the directory that has the text in it.
func grep(t *testing.T, dir, text string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "quitclaim.db*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no database in %s: %v", dir, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			return name
		}
	}
	return ""
}

func TestATamperedLedgerDoesNotStart(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"last entry altered":    `UPDATE log_entry SET entry = CAST('x' AS BLOB) WHERE idx = (SELECT size - 1 FROM log_head)`,
		"last entry removed":    `DELETE FROM log_entry WHERE idx = (SELECT size - 1 FROM log_head)`,
		"log cut back":          `UPDATE log_head SET size = size - 1`,
		"right edge altered":    `UPDATE log_hash SET hash = zeroblob(32) WHERE stored_idx = (SELECT max(stored_idx) FROM log_hash)`,
		"signed root altered":   `UPDATE log_hash SET hash = zeroblob(32)`,
		"checkpoint altered":    `UPDATE checkpoint SET note = CAST(replace(CAST(note AS TEXT), 'quitclaim.test', 'elsewhere.test') AS BLOB)`,
		"checkpoint mislabeled": `UPDATE checkpoint SET size = size - 1 WHERE size = (SELECT max(size) FROM checkpoint)`,
	}
	for name, statement := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := storetest.NewWorld(t)
			w.TakenBack(t)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			db := rawDB(t, w.Dir)
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(t.Context(), storetest.Config(t, w.Dir, w.Clock))
			if err == nil {
				_ = s.Close()
				t.Error("a tampered ledger was taken up and would be signed")
			}
		})
	}
}

func TestManyWritersAndReadersAtOnce(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	unit := w.Sold(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				s, err := w.Snapshot(t.Context(), unit.ID)
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
				if returned := s.Unit.State == lifecycle.StateReturned; returned != (s.Order != nil && s.Order.Kind == lifecycle.OrderReset && s.Order.State == lifecycle.OrderOpen) {
					t.Errorf("a torn read: unit %s, order %+v", s.Unit.State, s.Order)
				}
			}
		})
	}
	for range 20 {
		s, err := w.Snapshot(t.Context(), unit.ID)
		if err != nil {
			t.Fatal(err)
		}
		if s.Unit.State == lifecycle.StateReturned {
			w.Must(t, unit.ID, lifecycle.Cancel{
				Command: w.By(w.Clerk), Return: s.Return.ID, Order: lifecycle.OrderID(storetest.NewID("ord")), UnitPresent: true,
			}.Decide)
			continue
		}
		w.Must(t, unit.ID, w.TakeBack())
	}
	wg.Wait()
}
