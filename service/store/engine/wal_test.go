package engine

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"quitclaim/service/lifecycle"
)

const (
	sqlAddPage   = `INSERT INTO page (n, body) VALUES ($1, $2)`
	sqlCountPage = `SELECT count(*) FROM page`
)

// pages is a database of large rows, and the file of its log.
func pages(t *testing.T, change func(*Config)) (*DB, string) {
	t.Helper()
	dir := t.TempDir()
	c := config(dir)
	c.Readers = 4
	c.Migrations = fstest.MapFS{"0001_page.sql": {Data: []byte(`CREATE TABLE page (n BIGINT PRIMARY KEY, body BYTEA NOT NULL)`)}}
	if change != nil {
		change(&c)
	}
	return open(t, c), filepath.Join(dir, fileName+"-wal")
}

// fillPages adds rows of a quarter of a megabyte, and reports how long the log ever
// was.
func fillPages(t *testing.T, db *DB, log string, from, to int64) (longest int64) {
	t.Helper()
	body := make([]byte, 256<<10)
	for n := from; n < to; n++ {
		err := db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(sqlAddPage, n, body)
			return err
		})
		if err != nil {
			t.Fatalf("write %d: %v", n, err)
		}
		longest = max(longest, wal{path: log}.size())
	}
	return longest
}

func counted(tx *Tx) (n int64, err error) {
	_, err = tx.Get(sqlCountPage, nil, &n)
	return n, err
}

func TestALongReadIsCutOff(t *testing.T) {
	t.Parallel()
	db, _ := pages(t, func(c *Config) { c.LongestRead = 300 * time.Millisecond })
	deadline := time.Now().Add(10 * time.Second)
	err := db.Read(t.Context(), func(tx *Tx) error {
		for time.Now().Before(deadline) {
			if _, err := counted(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, errLongRead) || !errors.Is(err, lifecycle.ErrBusy) {
		t.Errorf("a read without an end: %v, want it cut off", err)
	}
	if err := db.Read(t.Context(), func(tx *Tx) error { _, err := counted(tx); return err }); err != nil {
		t.Errorf("the next read: %v", err)
	}
}

func TestAReadOnlyProcessMayReadForLong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, config(dir))
	c := config(dir)
	c.ReadOnly, c.LongestRead = true, time.Nanosecond
	reader := open(t, c)
	if err := reader.Read(t.Context(), func(tx *Tx) error {
		_, err := List(tx, sqlNumbers, nil, func(Scan) (int, error) { return 0, nil })
		return err
	}); err != nil {
		t.Errorf("read beside the writer's process: %v", err)
	}
}

func TestTheLogStaysShortUnderReadersThatOverlap(t *testing.T) {
	t.Parallel()
	db, log := pages(t, nil)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				err := db.Read(t.Context(), func(tx *Tx) error {
					for range 20 {
						if _, err := counted(tx); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
			}
		})
	}
	longest := fillPages(t, db, log, 0, 400) // a hundred megabytes
	close(done)
	readers.Wait()
	if longest > 2*walLong {
		t.Errorf("the log grew to %d bytes; it is folded from %d on", longest, walLong)
	}
}

func TestAHeldReadDelaysTheFoldingAndNobodyElse(t *testing.T) {
	t.Parallel()
	var told safeBuffer
	db, log := pages(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&told, nil)) })
	fillPages(t, db, log, 0, 4)
	begun, let := make(chan struct{}), make(chan struct{})
	var held sync.WaitGroup
	held.Go(func() {
		err := db.Read(t.Context(), func(tx *Tx) error {
			before, err := counted(tx)
			close(begun)
			<-let
			if after, errAfter := counted(tx); errAfter == nil && after != before {
				t.Errorf("a read saw %d rows, and then %d", before, after)
			}
			return err
		})
		if err != nil {
			t.Errorf("the held read: %v", err)
		}
	})
	<-begun
	if longest := fillPages(t, db, log, 4, 180); longest < walLong {
		t.Errorf("the log is %d bytes long: nothing held on to it", longest)
	}
	close(let)
	held.Wait()
	deadline := time.Now().Add(20 * time.Second)
	for (wal{path: log}).size() >= walQuiet {
		if time.Now().After(deadline) {
			t.Fatalf("the log is still %d bytes long after the read has ended", wal{path: log}.size())
		}
		<-time.After(200 * time.Millisecond)
	}
	if info, err := os.Stat(log); err != nil || info.Size() >= walQuiet {
		t.Errorf("the log: %v, %v", info, err)
	}
	if text := told.String(); strings.Contains(text, "ERROR") {
		t.Errorf("told: %s", text)
	}
}

// safeBuffer is a log that several write to.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // by mu
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
