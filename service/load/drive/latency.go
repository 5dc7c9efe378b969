package drive

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Latencies is how long each answer took. Every one is kept, so that a
// percentile is one that was measured; a run is bounded (maxCount), and with it
// this.
type Latencies struct {
	Took   []time.Duration
	sorted bool
}

// Add keeps how long some took.
func (l *Latencies) Add(took ...time.Duration) {
	l.Took, l.sorted = append(l.Took, took...), false
}

// Percentile is the smallest latency that p per cent of all are not above
// (nearest rank); 0 where there are none.
func (l *Latencies) Percentile(p float64) time.Duration {
	if len(l.Took) == 0 {
		return 0
	}
	if !l.sorted {
		slices.Sort(l.Took)
		l.sorted = true
	}
	rank := int(p / 100 * float64(len(l.Took)))
	if float64(rank) < p/100*float64(len(l.Took)) {
		rank++
	}
	return l.Took[min(max(rank, 1), len(l.Took))-1]
}

// bucket is one bar of the histogram: so many were above the bucket before and
// not above most.
type bucket struct {
	most  time.Duration
	count int
}

// histogram is the latencies in steps of 1, 2, 5, 10 …, from the first bucket
// that has any to the last.
func (l *Latencies) histogram() []bucket {
	l.Percentile(100) // sorts
	var buckets []bucket
	done := 0
	for most, step := 10*time.Microsecond, 0; done < len(l.Took); step++ {
		end, _ := slices.BinarySearch(l.Took, most+1)
		if count := end - done; count > 0 || len(buckets) > 0 {
			buckets = append(buckets, bucket{most, count})
		}
		done = end
		if step%3 == 1 {
			most = most / 2 * 5
		} else {
			most *= 2
		}
	}
	return buckets
}

// barWidth is the longest bar, in characters.
const barWidth = 40

// write prints percentiles and bars.
func (l *Latencies) write(out io.Writer) {
	fmt.Fprintf(out, "  p50 %s   p90 %s   p99 %s   p99.9 %s   max %s\n",
		Short(l.Percentile(50)), Short(l.Percentile(90)), Short(l.Percentile(99)), Short(l.Percentile(99.9)), Short(l.Percentile(100)))
	buckets := l.histogram()
	most := 0
	for _, b := range buckets {
		most = max(most, b.count)
	}
	for _, b := range buckets {
		bar := strings.Repeat("█", (b.count*barWidth+most-1)/most)
		fmt.Fprintf(out, "  ≤ %7s %9d %s\n", Short(b.most), b.count, bar)
	}
}

// Short is a duration with about three digits.
func Short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= 100*time.Millisecond:
		return d.Round(time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}
