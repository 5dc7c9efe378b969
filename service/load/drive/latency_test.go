package drive

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPercentilesAreOnesThatWereMeasured(t *testing.T) {
	t.Parallel()
	var l Latencies
	if got := l.Percentile(99); got != 0 {
		t.Errorf("of nothing: %s, want 0", got)
	}
	for _, ms := range rand.Perm(200) { // 1 to 200 ms
		l.Add(time.Duration(ms+1) * time.Millisecond)
	}
	for p, want := range map[float64]int{0: 1, 0.5: 1, 1: 2, 50: 100, 90: 180, 99: 198, 99.9: 200, 100: 200} {
		if got := l.Percentile(p); got != time.Duration(want)*time.Millisecond {
			t.Errorf("p%v is %s, want %d ms", p, got, want)
		}
	}
	l.Add(time.Nanosecond) // after it was sorted
	if got := l.Percentile(0); got != time.Nanosecond {
		t.Errorf("the smallest is %s after a smaller one came", got)
	}
}

// TestPercentilesByCounting compares with the definition, on random samples.
func TestPercentilesByCounting(t *testing.T) {
	t.Parallel()
	for range 200 {
		var l Latencies
		for range 1 + rand.IntN(50) {
			l.Add(time.Duration(rand.IntN(20)))
		}
		p := float64(rand.IntN(1001)) / 10
		got, notAbove := l.Percentile(p), 0
		for _, took := range l.Took {
			if took <= got {
				notAbove++
			}
		}
		if float64(notAbove) < p/100*float64(len(l.Took)) {
			t.Fatalf("p%v of %v is %d, and only %d are not above it", p, l.Took, got, notAbove)
		}
		if !slices.Contains(l.Took, got) {
			t.Fatalf("p%v of %v is %d, which was not measured", p, l.Took, got)
		}
	}
}

func TestHistogramCountsEveryLatencyOnce(t *testing.T) {
	t.Parallel()
	var l Latencies
	l.Add(15*time.Microsecond, 20*time.Microsecond, 21*time.Microsecond, 300*time.Microsecond, 90*time.Second)
	got := l.histogram()
	head := []bucket{{20 * time.Microsecond, 2}, {50 * time.Microsecond, 1}, {100 * time.Microsecond, 0},
		{200 * time.Microsecond, 0}, {500 * time.Microsecond, 1}, {time.Millisecond, 0}}
	if diff := cmp.Diff(head, got[:len(head)], cmp.AllowUnexported(bucket{})); diff != "" {
		t.Errorf("histogram (-want +got):\n%s", diff)
	}
	if last := got[len(got)-1]; last != (bucket{100 * time.Second, 1}) {
		t.Errorf("the last bucket is %+v, want 100 s", last)
	}
	var out strings.Builder
	l.write(&out)
	if text := out.String(); !strings.Contains(text, "p50 21µs") || !strings.Contains(text, "max 1m30s") {
		t.Errorf("written:\n%s", text)
	}
}
