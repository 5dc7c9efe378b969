package label

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		line    string
		columns int
		want    []string
	}{
		{"SN00A1", 6, []string{"SN00A1"}},
		{"SN00A1", 5, []string{"SN00A", "1"}},
		{"ABCD-EFGH-JK", 10, []string{"ABCD-EFGH-", "JK"}},
		{"ABCD-EFGH-JK", 9, []string{"ABCD-", "EFGH-JK"}},
		{"Reset proven 2026-11-20", 12, []string{"Reset proven", "2026-11-20"}},
		{"Reset proven 2026-11-20", 13, []string{"Reset proven", "2026-11-20"}},
		{"a bcdefghij", 6, []string{"a bcde", "fghij"}}, // a break too early wastes the row
		{"Größe", 3, []string{"Grö", "ße"}},
		{"", 3, nil},
	} {
		if diff := cmp.Diff(row.want, wrap(row.line, row.columns)); diff != "" {
			t.Errorf("wrap(%q, %d) (-want +got):\n%s", row.line, row.columns, diff)
		}
	}
}

// A serial cut short is another serial: all of the text is on the label.
func TestFitLosesNothing(t *testing.T) {
	t.Parallel()
	lines := []string{"acme", strings.Repeat("0123456789", 6), "7K3M-Q9XR-2TVB-HD4C-8EJN-0PSW-5ZX"}
	in := box{x: 200, y: 8, w: 190, h: 183}
	rows, size, ok := fit(lines, in, 25, 14)
	if !ok {
		t.Fatal("the text does not fit")
	}
	all := ""
	for i, r := range rows {
		all += r.text
		if r.x < in.x || r.x+r.w > in.x+in.w || r.y-size < in.y-size/4 || r.y > in.y+in.h {
			t.Errorf("row %q at %d, %d, %d wide, size %d, leaves the box %+v", r.text, r.x, r.y, r.w, size, in)
		}
		if i > 0 && r.y-rows[i-1].y < size {
			t.Errorf("rows %d and %d overlap", i-1, i)
		}
	}
	if want := strings.Join(lines, ""); all != want {
		t.Errorf("rows say %q, want %q", all, want)
	}
	if _, _, ok := fit(lines, in, 25, 24); ok {
		t.Error("the text fits at a size at which it cannot")
	}
}
