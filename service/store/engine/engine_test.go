package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"quitclaim/service/lifecycle"
)

// nobody is a companion that has nothing to keep.
type nobody struct{}

func (nobody) Begin(*Tx) error              { return nil }
func (nobody) Savepoint() (undo func())     { return func() {} }
func (nobody) BeforeCommit(*Tx, bool) error { return nil }
func (nobody) Committed()                   {}
func (nobody) Dirty() bool                  { return false }

const (
	sqlAddNumber = `INSERT INTO number (n) VALUES ($1)`
	sqlNumbers   = `SELECT n FROM number ORDER BY n`
)

func schema() fstest.MapFS {
	return fstest.MapFS{
		"0001_number.sql": {Data: []byte(`CREATE TABLE number (n BIGINT PRIMARY KEY, CONSTRAINT number_positive CHECK (n > 0))`)},
	}
}

func config(dir string) Config {
	return Config{Dir: dir, Readers: 2, Migrations: schema(), Companion: nobody{}, Log: slog.New(slog.DiscardHandler)}
}

func open(t *testing.T, c Config) *DB {
	t.Helper()
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func add(n int64) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.Exec(sqlAddNumber, n)
		return err
	}
}

func numbers(t *testing.T, db *DB) string {
	t.Helper()
	var list []int64
	err := db.Read(t.Context(), func(tx *Tx) (err error) {
		list, err = List(tx, sqlNumbers, nil, func(scan Scan) (int64, error) {
			var n int64
			err := scan(&n)
			return n, err
		})
		return err
	})
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return fmt.Sprint(list)
}

// stall keeps the writer busy until go is called, so that what is written
// meanwhile becomes one batch.
func stall(t *testing.T, db *DB) (release func()) {
	t.Helper()
	busy, free := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Write(t.Context(), func(*Tx) error {
			close(busy)
			<-free
			return nil
		})
	}()
	<-busy
	return func() {
		close(free)
		if err := <-done; err != nil {
			t.Errorf("stalling write: %v", err)
		}
	}
}

// await waits until the condition holds.
func await(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("waited ten seconds in vain")
		}
	}
}

// queueOf is what waits for the writer.
func queueOf(db *DB) chan change { return db.base.(*file).writer.queue }

// batch runs the writes as one batch, in this order, and returns their answers.
func batch(t *testing.T, db *DB, runs ...func(*Tx) error) []error {
	t.Helper()
	release := stall(t, db)
	answers := make([]error, len(runs))
	var wg sync.WaitGroup
	for i, run := range runs {
		waiting := len(queueOf(db))
		wg.Go(func() { answers[i] = db.Write(context.Background(), run) })
		await(t, func() bool { return len(queueOf(db)) > waiting }) // so that the order is known
	}
	release()
	wg.Wait()
	return answers
}

func TestABatchIsOneCommitAndEachChangeStandsAlone(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	refused := &lifecycle.Refusal{Event: lifecycle.EventSell}
	answers := batch(t, db,
		add(1),
		func(tx *Tx) error { // writes, then is refused
			if err := add(2)(tx); err != nil {
				return err
			}
			return refused
		},
		add(3),
		add(3),  // breaks the primary key
		add(-4), // breaks the check
		add(5),
	)
	for i, want := range []bool{true, false, true, false, false, true} {
		if got := answers[i] == nil; got != want {
			t.Errorf("change %d: error %v, want success %v", i, answers[i], want)
		}
	}
	if !errors.Is(answers[1], lifecycle.ErrRefused) {
		t.Errorf("refused change: %v, want its own refusal", answers[1])
	}
	if got, want := numbers(t, db), "[1 3 5]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

// counter counts what a companion is told.
type counter struct {
	nobody
	commits, savepoints, undone int
}

func (c *counter) Savepoint() (undo func()) {
	c.savepoints++
	return func() { c.undone++ }
}

func (c *counter) Committed() { c.commits++ }

func TestABatchSharesOneCommit(t *testing.T) {
	t.Parallel()
	told := &counter{}
	c := config(t.TempDir())
	c.Companion = told
	db := open(t, c)
	batch(t, db, add(1), add(1), add(2), add(3))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// One for the write that kept the writer busy, one for the batch.
	if told.commits != 2 || told.savepoints != 5 || told.undone != 1 {
		t.Errorf("%d commits, %d savepoints, %d undone; want 2, 5 and 1", told.commits, told.savepoints, told.undone)
	}
}

func TestAFailureOfTheDatabaseHitsOnlyWhoCausedIt(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	runs := 0
	answers := batch(t, db,
		func(tx *Tx) error { runs++; return add(1)(tx) },
		func(tx *Tx) error {
			_, err := tx.Exec(`INSERT INTO no_such_table (n) VALUES (1)`)
			return err
		},
		add(3),
	)
	if answers[0] != nil || answers[1] == nil || answers[2] != nil {
		t.Errorf("answers %v, want only the second to fail", answers)
	}
	if got, want := numbers(t, db), "[1 3]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if runs != 2 {
		t.Errorf("the first change ran %d times, want again alone after the batch was rolled back", runs)
	}
}

func TestATransactionThatTheDatabaseEndsItselfIsRunAgain(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	answers := batch(t, db,
		add(1),
		func(tx *Tx) error {
			_, err := tx.Exec(`INSERT OR ROLLBACK INTO number (n) VALUES (1)`)
			return err
		},
		add(2),
	)
	if answers[0] != nil || answers[1] == nil || answers[2] != nil {
		t.Errorf("answers %v, want only the second to fail", answers)
	}
	if got, want := numbers(t, db), "[1 2]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

func TestAPanicInAChangeIsItsOwn(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	answers := batch(t, db, add(1), func(*Tx) error { panic("a mistake") }, add(2))
	if answers[0] != nil || !errors.Is(answers[1], errPanic) || answers[2] != nil {
		t.Errorf("answers %v, want only the second to fail, with errPanic", answers)
	}
	if got, want := numbers(t, db), "[1 2]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

func TestAClientThatHangsUpHurtsNobody(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	release := stall(t, db)
	gone, hangUp := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- db.Write(gone, add(1)) }()
	await(t, func() bool { return len(queueOf(db)) == 1 })
	stays := make(chan error, 1)
	go func() { stays <- db.Write(t.Context(), add(2)) }()
	await(t, func() bool { return len(queueOf(db)) == 2 })
	hangUp()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who hung up got %v, want context.Canceled", err)
	}
	release()
	if err := <-stays; err != nil {
		t.Errorf("the neighbour got %v", err)
	}
	if got, want := numbers(t, db), "[2]"; got != want {
		t.Errorf("rows %s, want %s: nobody waits for the first any more", got, want)
	}
}

func TestAClientThatHangsUpInMidChangeHurtsNobody(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	gone, hangUp := context.WithCancel(t.Context())
	left := make(chan error, 1)
	started, goOn := make(chan struct{}), make(chan struct{})
	go func() {
		left <- db.Write(gone, func(tx *Tx) error {
			close(started)
			<-goOn
			return add(1)(tx)
		})
	}()
	<-started
	hangUp()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who hung up got %v, want context.Canceled", err)
	}
	close(goOn)
	if err := db.Write(t.Context(), add(2)); err != nil {
		t.Fatalf("the next write: %v", err)
	}
	if got, want := numbers(t, db), "[1 2]"; got != want {
		t.Errorf("rows %s, want %s: a change under way is finished", got, want)
	}
}

func TestAFullQueueIsBusy(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	release := stall(t, db)
	var wg sync.WaitGroup
	for range queueLength {
		wg.Go(func() {
			if err := db.Write(t.Context(), func(*Tx) error { return nil }); err != nil {
				t.Errorf("queued write: %v", err)
			}
		})
	}
	await(t, func() bool { return len(queueOf(db)) == queueLength })
	err := db.Write(t.Context(), add(1))
	if !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("write into a full queue: %v, want ErrBusy", err)
	}
	release()
	wg.Wait()
}

func TestAClosedStoreTakesNoMore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, config(dir))
	if err := db.Write(t.Context(), add(1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if err := db.Write(t.Context(), add(2)); !errors.Is(err, errClosed) {
		t.Errorf("write after close: %v, want errClosed", err)
	}
	if got, want := numbers(t, open(t, config(dir))), "[1]"; got != want {
		t.Errorf("rows after a new start %s, want %s", got, want)
	}
}
