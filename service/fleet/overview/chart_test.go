package overview

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func TestStepsOfTheAxisAreRound(t *testing.T) {
	t.Parallel()
	for most, want := range map[int]int{0: 1, 1: 1, 4: 1, 5: 2, 8: 2, 9: 5, 20: 5, 21: 10, 99: 50, 401: 200, 100_000: 50_000} {
		if got := niceStep(most); got != want {
			t.Errorf("niceStep(%d) = %d, want %d", most, got, want)
		}
	}
}

// Whatever the counts are, nothing is drawn outside, heights are in proportion,
// and there are few lines.
func TestBarsStayInside(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, counts := range [][]int{{0}, {0, 0, 0}, {1, 0, 3}, {7, 100_000, 12, 0}, {2, 2, 2, 2, 2, 2}} {
		days := make([]lifecycle.DayCount, len(counts))
		for i, n := range counts {
			days[i] = lifecycle.DayCount{Day: first.AddDate(0, 0, i), Count: n}
		}
		b := barsOf(days)
		if len(b.Columns) != len(days) || len(b.Lines) < 2 || len(b.Lines) > 6 {
			t.Errorf("%v: %d columns, %d lines", counts, len(b.Columns), len(b.Lines))
		}
		for i, c := range b.Columns {
			inside := c.X >= axisLeft && c.X+c.Width <= chartWidth && c.Y >= axisTop-.001 && c.Y+c.Height <= float64(b.Bottom)+.001
			if !inside || (c.Height > 0) != (counts[i] > 0) {
				t.Errorf("%v: column %d is %+v", counts, i, c)
			}
			if i > 0 && counts[i] > 0 && (c.Height > b.Columns[i-1].Height) != (counts[i] > counts[i-1]) {
				t.Errorf("%v: columns %d and %d are out of proportion", counts, i-1, i)
			}
		}
		if top := b.Lines[len(b.Lines)-1].Count; top < b.Most {
			t.Errorf("%v: the highest line says %d", counts, top)
		}
	}
}

func TestStripsShareOneScale(t *testing.T) {
	t.Parallel()
	strips := stripsOf([]StateRow{
		{State: lifecycle.StateStock, Bands: []Count{10, 0, 30, 0}, Units: 40},
		{State: lifecycle.StateReturned, Bands: []Count{0, 0, 0, 10}, Units: 10},
	})
	got := [][]Part{strips[0].Parts, strips[1].Parts}
	want := [][]Part{{{Band: 0, X: 0, Width: 25}, {Band: 2, X: 25, Width: 75}}, {{Band: 3, X: 0, Width: 25}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if len(stripsOf(nil)) != 0 {
		t.Error("strips of nothing")
	}
}
