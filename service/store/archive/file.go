package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExists: a file of that name is there. A backup never replaces another.
var ErrExists = errors.New("there is a file of that name already")

// Save puts a backup into a file of this name, or leaves nothing of that name:
// it is written beside, synced, read back and judged, and only then given its
// name.
func Save(ctx context.Context, name string, write func(io.Writer) (Report, error), keys Keys) (report Report, err error) {
	if err := absent(name); err != nil {
		return report, err
	}
	draft, err := os.CreateTemp(filepath.Dir(name), ".quitclaim-backup-*") // 0600
	if err != nil {
		return report, fmt.Errorf("make backup file: %w", err)
	}
	defer func() { _ = os.Remove(draft.Name()) }() // gone already when it has its name
	sum := sha256.New()
	report, err = write(io.MultiWriter(draft, sum))
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return report, fmt.Errorf("write backup: %w", err)
	}
	again, err := Open(ctx, draft.Name(), keys)
	if err != nil {
		return report, fmt.Errorf("read the backup back: %w", err)
	}
	if again.SHA256 != hex.EncodeToString(sum.Sum(nil)) || again.Root != report.Root || again.Rows != report.Rows {
		return report, fmt.Errorf("read the backup back: %w", damaged("it is not what was written"))
	}
	if err := absent(name); err != nil {
		return report, err
	}
	if err := os.Rename(draft.Name(), name); err != nil {
		return report, fmt.Errorf("name the backup: %w", err)
	}
	return again, syncDir(filepath.Dir(name))
}

func absent(name string) error {
	_, err := os.Lstat(name)
	if err == nil {
		return fmt.Errorf("%s: %w", name, ErrExists)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Open reads the backup in a file, and judges it.
func Open(ctx context.Context, name string, keys Keys) (Report, error) {
	file, err := os.Open(name)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	sum := sha256.New()
	report, err := Read(ctx, io.TeeReader(file, sum), keys)
	if err != nil {
		return report, fmt.Errorf("%s: %w", name, err)
	}
	info, err := file.Stat()
	if err != nil {
		return report, err
	}
	report.Bytes, report.SHA256 = info.Size(), hex.EncodeToString(sum.Sum(nil))
	return report, nil
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
