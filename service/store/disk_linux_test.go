package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// smallDisk mounts a file system of a few megabytes, which takes root.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=48m"); err != nil {
		t.Skipf("cannot mount a small disk: %v; engine's TestAFullDatabaseInMidBatch stands for it", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

func TestAFullDiskInMidBatch(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	dir := filepath.Join(disk, "data")
	w := storetest.Populate(t, storetest.OpenIn(t, dir, storetest.NewClock()))
	const callers = 16
	units := make([]lifecycle.Unit, callers)
	for i := range units {
		units[i] = w.Sold(t)
	}
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	acknowledged := make([]int64, callers)
	failures := load(t, w, units, acknowledged)
	if failures == 0 {
		t.Fatal("the disk did not fill")
	}
	kept(t, w, units, acknowledged)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if failures := load(t, w, units, acknowledged); failures > 0 {
		t.Errorf("%d changes failed with space again", failures)
	}
	kept(t, w, units, acknowledged)
	if err := w.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	w.Opened = storetest.OpenIn(t, dir, w.Clock)
	kept(t, w, units, acknowledged)
	report, err := ledger.Audit(t.Context(), w.Ledger(t.Context()), w.Verifiers(t))
	if err != nil || !report.OK() || !report.Done() {
		t.Errorf("audit: %v, findings %v, done %v", err, report.Findings, report.Done())
	}
}

// fill leaves a few hundred kilobytes.
func fill(t *testing.T, name string) {
	t.Helper()
	var free syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(name), &free); err != nil {
		t.Fatal(err)
	}
	size := int64(free.Bavail)*free.Bsize - 300<<10
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
}

// load changes every unit from a goroutine of its own and counts what was
// acknowledged, and what failed because of the disk.
func load(t *testing.T, w *storetest.World, units []lifecycle.Unit, acknowledged []int64) (failures int) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, unit := range units {
		wg.Go(func() {
			for range 12 {
				_, err := w.Advance(t.Context(), unit.ID, func(s lifecycle.Snapshot) (lifecycle.Change, error) {
					if s.Unit.State == lifecycle.StateReturned {
						return lifecycle.Cancel{
							Command: w.By(w.Clerk), Return: s.Return.ID, Order: lifecycle.OrderID(storetest.NewID("ord")), UnitPresent: true,
						}.Decide(s)
					}
					return w.TakeBack()(s)
				})
				switch {
				case err == nil:
					acknowledged[i]++
				case errors.Is(err, lifecycle.ErrBusy):
					mu.Lock()
					failures++
					mu.Unlock()
				default:
					t.Errorf("a change ended with %v, want success or ErrBusy", err)
				}
			}
		})
	}
	wg.Wait()
	return failures
}

// kept asserts that every acknowledged change is there and nothing besides.
func kept(t *testing.T, w *storetest.World, units []lifecycle.Unit, acknowledged []int64) {
	t.Helper()
	for i, unit := range units {
		s, err := w.Snapshot(t.Context(), unit.ID)
		if err != nil {
			t.Errorf("snapshot: %v", err)
			continue
		}
		if got, want := s.Unit.Version, unit.Version+acknowledged[i]; got != want {
			t.Errorf("%s is at version %d, want %d: what was acknowledged", unit.ID, got, want)
		}
		if s.Unit.State == lifecycle.StateReturned && (s.Order == nil || len(s.Order.Tasks) == 0) {
			t.Errorf("%s is returned by half: order %+v", unit.ID, s.Order)
		}
	}
}
