package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"quitclaim/service/lifecycle"
)

// SQLite folds its write-ahead log into the file behind the back of readers, and
// begins it anew only once none of them needs what is in it
// (sqlite.org/wal.html, "Avoiding Excessively Large WAL Files"). So one long
// read, or short ones that always overlap, would make it grow for ever. Reads are
// cut off after a time, and a writer that finds the log long asks the readers for
// a moment.

const (
	// longestRead is how long a read may go on in a process that writes. None of
	// ours takes a second; a longer one must go by portions.
	longestRead = 10 * time.Second
	// walLong is from which size on the log is folded by force, and then again
	// each time that it has grown by as much. By itself SQLite begins it anew at
	// half of that.
	walLong = 32 << 20
	// walAlarm is from which size on somebody should know, and then each time
	// that it has doubled.
	walAlarm = 256 << 20
	// walQuiet is how much of it is folded when nobody writes.
	walQuiet = 1 << 20
)

// errLongRead cuts off a read that keeps the log from being folded.
var errLongRead = fmt.Errorf("a read took longer than it may and was cut off: %w", lifecycle.ErrBusy)

// wal is what the writer knows of the log.
type wal struct {
	path    string // of the log's file
	tried   int64  // its size when it was last folded by force in vain
	alarmed int64  // its size when somebody was told last
}

// keepShort looks at the log after a commit, or in a quiet moment.
func (w *writer) keepShort(quiet bool) {
	if w.dead != nil {
		return
	}
	size := w.wal.size()
	// w.wal.tried is 0 but after a reader held on: callers need not wait for the
	// same one at every commit.
	if due := size >= w.wal.tried+walLong || quiet && size >= walQuiet; !due {
		return
	}
	folded, err := w.fold()
	if err != nil {
		w.log.LogAttrs(w.ctx, slog.LevelError, "fold the write-ahead log", slog.Any("error", err))
	}
	if folded {
		w.wal.tried, w.wal.alarmed = 0, 0
		return
	}
	w.wal.tried = size
	if size >= max(walAlarm, 2*w.wal.alarmed) {
		w.wal.alarmed = size
		w.log.LogAttrs(w.ctx, slog.LevelWarn, "the write-ahead log is long: something reads for long, maybe a backup",
			slog.Int64("bytes", size))
	}
}

// fold writes the log into the file and empties it, unless a reader holds on to
// it for longer than a moment: callers wait.
func (w *writer) fold() (folded bool, err error) {
	if _, err := w.conn.ExecContext(w.ctx, sqliteBrieflyBusy); err != nil {
		return false, err
	}
	defer func() {
		_, again := w.conn.ExecContext(w.ctx, sqliteLongBusy)
		err = errors.Join(err, again)
	}()
	var blocked, pages, done int64
	if err := w.conn.QueryRowContext(w.ctx, sqliteTruncate).Scan(&blocked, &pages, &done); err != nil {
		return false, err
	}
	return blocked == 0, nil
}

// size is that of the log's file, 0 where there is none.
func (l wal) size() int64 {
	info, err := os.Stat(l.path)
	if err != nil {
		return 0
	}
	return info.Size()
}
