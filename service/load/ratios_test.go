package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quitclaim/service/load/machine"
	"quitclaim/service/load/world"
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
	s.server.Wake()
	defer func() {
		if err := s.server.Stop(); err != nil {
			t.Errorf("stop the product: %v", err)
		}
	}()
	file := filepath.Join(t.TempDir(), "world.json")
	for _, units := range []string{"20", "5"} {
		load(t, "prepare", "--data", at.dir, "--world", file, "--stock", units, "--sold", units, "--bound", units, "--owners", "2")
	}
	w, err := world.Read(file)
	if err != nil || len(w.Stock) != 25 || len(w.Sold) != 25 || len(w.Bound) != 25 {
		t.Fatalf("%v; %d in stock, %d sold, %d bound, want 25 of each", err, len(w.Stock), len(w.Sold), len(w.Bound))
	}
	for _, scenario := range world.Scenarios() {
		said := load(t, "run", "--world", file, "--scenario", scenario.Name, "--clients", "2", "--count", "20")
		if !strings.Contains(said, "20 answered as wanted") || strings.Contains(said, "status") {
			t.Errorf("%s:\n%s", scenario.Name, said)
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
		if !strings.HasPrefix(row.What, want[i]) || row.Ours.Value <= 0 || row.Target == "" {
			t.Errorf("row %d is %+v, want %s with a figure", i, row, want[i])
		}
		if compared := i < 3; compared && (row.Bare.Value <= 0 || row.Ratio <= 0) {
			t.Errorf("%s is compared with nothing: %+v", row.What, row)
		}
	}
	if left, err := os.ReadDir(env.dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestAServerThatDoesNotServe ends with a reason, whatever kept it.
func TestAServerThatDoesNotServe(t *testing.T) {
	t.Parallel()
	binary, err := quitclaim()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := machine.Start(t.Context(), binary, "serve", "--listen", "nowhere"); err == nil || !strings.Contains(err.Error(), "ended before it served") {
		t.Errorf("called wrongly: %v", err)
	}
	if _, err := machine.Start(t.Context(), filepath.Join(t.TempDir(), "none"), "serve"); err == nil {
		t.Error("a program that is not there runs")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := machine.Start(ctx, "sleep", "60"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one that says nothing: %v", err)
	}
}
