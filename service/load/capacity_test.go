package main

import (
	"strings"
	"testing"
	"time"
)

func TestCapacityIsMeasured(t *testing.T) {
	t.Parallel()
	env := small(t)
	env.database = postgres(t)
	s := capacitySettings{env: env, count: 20}
	s.env.clients, s.env.owners = 2, 2
	got, err := s.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Processor time of so little work may be less than a tick; what is written is
	// exact, and more for a unit's five changes than for its return.
	if got.unit.log == 0 || got.ret.log == 0 || got.order.log == 0 || got.unit.size < got.ret.size {
		t.Errorf("measured %+v", got)
	}
}

func TestWhatAFleetNeedsIsReckoned(t *testing.T) {
	t.Parallel()
	measured := costs{
		unit:    cost{size: 20_000},
		ret:     cost{ours: 2 * time.Millisecond, theirs: 4 * time.Millisecond, log: 10_000, size: 6_000},
		order:   cost{ours: 3 * time.Millisecond, theirs: 5 * time.Millisecond, log: 20_000, size: 4_000},
		verdict: cost{ours: time.Millisecond, theirs: 200 * time.Microsecond},
	}
	var out strings.Builder
	measured.write(&out)
	measured.reckon(&out, 100_000_000, 500)
	for _, want := range []string{
		"| verdict | 1ms | 200µs | 0.0 kB | 0.0 kB |",
		"quitclaim   10 cores",                        // 500 × (2 + 3 + 5 × 1) ms at half
		"PostgreSQL  10 cores, 15.0 MB/s",             // 500 × (4 + 5 + 5 × 0.2) ms at half; 500 × 30 kB
		"2.00 TB; each hour of the peak adds 18.0 GB", // 500 × 10 kB × 3600
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
