package table

import (
	"strings"
	"testing"
)

func TestRowsJudge(t *testing.T) {
	t.Parallel()
	fast, slow := PerSecond(900), PerSecond(300)
	for _, c := range []struct {
		row Row
		met bool
	}{
		{AtLeast(1, "", fast, slow), true},
		{AtLeast(1, "", slow, fast), false},
		{AtLeast(0.5, "", PerSecond(150), slow), true},
		{AtMost(3, "", fast, slow), true},
		{AtMost(3, "", PerSecond(901), slow), false},
		{Limit(2, "", Figure{2, "s"}), true},
		{Limit(2, "", Figure{2.01, "s"}), false},
		{Floor(50_000, "", PerSecond(49_999)), false},
		{Floor(50_000, "", PerSecond(50_000)), true},
	} {
		if c.row.Met != c.met {
			t.Errorf("%s against %s, target %s: met %t", c.row.Ours, c.row.Bare, c.row.Target, c.row.Met)
		}
	}
}

func TestTableLinesUp(t *testing.T) {
	t.Parallel()
	r := AtLeast(0.5, "verdicts", PerSecond(4051.4), PerSecond(9074))
	r.Note = "p50 12 ms"
	var out strings.Builder
	Write(&out, []Row{r, Limit(2, "audit", Figure{1.5, "s"})})
	want := `| what     |   ours |   bare | ratio | target   | met |           |
|---|--:|--:|--:|---|---|---|
| verdicts | 4051/s | 9074/s |  0.45 | ≥ 0.5 ×  | no  | p50 12 ms |
| audit    | 1.50 s |      – |     – | ≤ 2.00 s | yes |           |
`
	if out.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", &out, want)
	}
}
