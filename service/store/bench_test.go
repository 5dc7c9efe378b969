package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// BenchmarkAdvance measures durable changes: returns, and cancels between them,
// each answered only when it is on disk.
func BenchmarkAdvance(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) { benchmarkAdvance(b, callers) })
	}
}

func benchmarkAdvance(b *testing.B, callers int) {
	w := storetest.NewWorld(b)
	units := make([]lifecycle.Unit, callers)
	for i := range units {
		units[i] = w.Sold(b)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ResetTimer()
	for _, unit := range units {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				outcome, err := w.Advance(b.Context(), unit.ID, w.TakeBack())
				if err != nil {
					b.Error(err)
					return
				}
				if left.Add(-1) < 0 {
					return
				}
				cancel := lifecycle.Cancel{Command: w.By(w.Clerk), Return: outcome.Change.Return.ID,
					Order: lifecycle.OrderID(storetest.NewID("ord")), UnitPresent: true}
				if _, err := w.Advance(b.Context(), unit.ID, cancel.Decide); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}

// BenchmarkSnapshot measures what a scan reads of a unit, by its key.
func BenchmarkSnapshot(b *testing.B) {
	w := storetest.NewWorld(b)
	units := map[string]lifecycle.Unit{"stock": w.Registered(b), "bound": w.Bound(b), "certified": w.Certified(b)}
	for name, unit := range units {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.SnapshotByKey(b.Context(), unit.Key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
