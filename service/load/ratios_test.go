package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestScenariosOnTheProduct makes a world on the built binary by its public
// API, adds to it, and runs every scenario: two clients, twenty requests.
func TestScenariosOnTheProduct(t *testing.T) {
	t.Parallel()
	env := small(t)
	at, err := newPlace(t.Context(), env, "product")
	if err != nil {
		t.Fatal(err)
	}
	s, err := product(t.Context(), env, at)
	if err != nil {
		t.Fatal(err)
	}
	s.server.wake()
	defer func() {
		if err := s.server.stop(); err != nil {
			t.Errorf("stop the product: %v", err)
		}
	}()
	file := filepath.Join(t.TempDir(), "world.json")
	for _, units := range []string{"20", "5"} {
		load(t, "prepare", "--data", at.dir, "--world", file, "--stock", units, "--sold", units, "--bound", units, "--owners", "2")
	}
	w, err := readWorld(file)
	if err != nil || len(w.Stock) != 25 || len(w.Sold) != 25 || len(w.Bound) != 25 {
		t.Fatalf("%v; %d in stock, %d sold, %d bound, want 25 of each", err, len(w.Stock), len(w.Sold), len(w.Bound))
	}
	for _, scenario := range scenarios() {
		said := load(t, "run", "--world", file, "--scenario", scenario.name, "--clients", "2", "--count", "20")
		if !strings.Contains(said, "20 answered as wanted") || strings.Contains(said, "status") {
			t.Errorf("%s:\n%s", scenario.name, said)
		}
	}
	if said := load(t, "run", "--world", file, "--scenario", "sales", "--clients", "2", "--count", "20"); !strings.Contains(said, "ran out of units") {
		t.Errorf("with %d units left nothing runs out:\n%s", 3, said)
	}
}

// load runs a command that must end well, and is what it said.
func load(t *testing.T, args ...string) string {
	t.Helper()
	var out, errors strings.Builder
	if code := run(t.Context(), args, &out, &errors); code != 0 {
		t.Fatalf("load %s: exit %d\n%s%s", strings.Join(args, " "), code, &out, &errors)
	}
	return out.String()
}

// TestRatiosMeasure has each measurement do its work once, however little, on
// both engines: that both sides of a comparison do the same is checked by the
// measurement itself.
func TestRatiosMeasure(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]func(testing.TB) string{
		"sqlite": func(testing.TB) string { return "" }, "postgres": postgres,
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			env := small(t)
			env.database = database(t)
			measure(t, env)
		})
	}
}

func measure(t *testing.T, env environment) {
	t.Helper()
	got, err := rows(t.Context(), env, []string{"returns", "verdicts", "ledger"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"durable returns", "verdicts, 2 clients", "verdicts, p99", "ledger, entries", "ledger, 0.0 M", "ledger, a proof"}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d: %+v", len(got), len(want), got)
	}
	for i, row := range got {
		if !strings.HasPrefix(row.what, want[i]) || row.ours.value <= 0 || row.target == "" {
			t.Errorf("row %d is %+v, want %s with a figure", i, row, want[i])
		}
		if compared := i < 3; compared && (row.bare.value <= 0 || row.ratio <= 0) {
			t.Errorf("%s is compared with nothing: %+v", row.what, row)
		}
	}
	if left, err := os.ReadDir(env.dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRowsJudge(t *testing.T) {
	t.Parallel()
	fast, slow := perSecond(900), perSecond(300)
	for _, c := range []struct {
		row row
		met bool
	}{
		{atLeast(1, "", fast, slow), true},
		{atLeast(1, "", slow, fast), false},
		{atLeast(0.5, "", perSecond(150), slow), true},
		{atMost(3, "", fast, slow), true},
		{atMost(3, "", perSecond(901), slow), false},
		{limit(2, "", figure{2, "s"}), true},
		{limit(2, "", figure{2.01, "s"}), false},
		{floor(50_000, "", perSecond(49_999)), false},
		{floor(50_000, "", perSecond(50_000)), true},
	} {
		if c.row.met != c.met {
			t.Errorf("%s against %s, target %s: met %t", c.row.ours, c.row.bare, c.row.target, c.row.met)
		}
	}
}

func TestTableLinesUp(t *testing.T) {
	t.Parallel()
	r := atLeast(0.5, "verdicts", perSecond(4051.4), perSecond(9074))
	r.note = "p50 12 ms"
	var out strings.Builder
	writeTable(&out, []row{r, limit(2, "audit", figure{1.5, "s"})})
	want := `| what     |   ours |   bare | ratio | target   | met |           |
|---|--:|--:|--:|---|---|---|
| verdicts | 4051/s | 9074/s |  0.45 | ≥ 0.5 ×  | no  | p50 12 ms |
| audit    | 1.50 s |      – |     – | ≤ 2.00 s | yes |           |
`
	if out.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", &out, want)
	}
}

func TestMachineIsLookedAt(t *testing.T) {
	t.Parallel()
	m, err := look(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if m.cores < 1 || m.fsync <= 0 || m.engine != "SQLite" || m.kernel == "" {
		t.Errorf("saw %+v", m)
	}
	if _, err := look(filepath.Join(t.TempDir(), "none"), ""); err == nil {
		t.Error("a directory that is not there has a disk")
	}
}

// TestAServerThatDoesNotServe ends with a reason, whatever kept it.
func TestAServerThatDoesNotServe(t *testing.T) {
	t.Parallel()
	binary, err := quitclaim()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := start(t.Context(), binary, "serve", "--listen", "nowhere"); err == nil || !strings.Contains(err.Error(), "ended before it served") {
		t.Errorf("called wrongly: %v", err)
	}
	if _, err := start(t.Context(), filepath.Join(t.TempDir(), "none"), "serve"); err == nil {
		t.Error("a program that is not there runs")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := start(ctx, "sleep", "60"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one that says nothing: %v", err)
	}
}
