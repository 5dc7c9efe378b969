package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"quitclaim/service/store"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/storetest"
)

const partitions = 4

// TestPartitionedPostgreSQL runs the whole suite where every table about a unit
// is spread over hash partitions.
func TestPartitionedPostgreSQL(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	storetest.Run(t, func(t testing.TB) storetest.Opened { return server.OpenPartitioned(t, partitions) })
}

func ask(t *testing.T, dsn, query string, args ...any) []string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, query, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatIsAboutAUnitIsSpreadByIt(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	opened := server.OpenPartitioned(t, partitions)
	spread := ask(t, opened.Database, `SELECT relname::text FROM pg_partitioned_table JOIN pg_class ON oid = partrelid ORDER BY 1`)
	about := ask(t, opened.Database, `
SELECT i.indrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisprimary AND a.attname = 'unit_id' AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = i.indrelid)
ORDER BY 1`)
	if diff := cmp.Diff(about, spread); diff != "" || !slices.Contains(spread, "binding") {
		t.Errorf("tables whose key begins with the unit, and those that are spread (-key +spread):\n%s", diff)
	}

	// What is asked about one unit goes to its partition alone.
	for _, query := range []string{
		`SELECT state FROM unit WHERE unit_id = 'unt_1'`,
		`SELECT kind FROM binding WHERE unit_id = 'unt_1'`,
		`UPDATE unit SET version = 2 WHERE unit_id = 'unt_1' AND version = 1`,
	} {
		plan := strings.Join(ask(t, opened.Database, "EXPLAIN "+query), "\n")
		touched := map[string]bool{}
		for word := range strings.FieldsSeq(plan) {
			if name, number, found := strings.Cut(word, "_p"); found && len(number) == 2 && name != "" {
				touched[word] = true
			}
		}
		if len(touched) != 1 {
			t.Errorf("%s\ntouches %d partitions, want one:\n%s", query, len(touched), plan)
		}
	}
}

func TestTheNumberOfPartitionsIsSettledOnce(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	opened := server.OpenPartitioned(t, partitions)
	config := storetest.Config(t, t.TempDir(), opened.Clock)
	config.Keys, config.Database, config.Partitions = opened.Ring, opened.Database, partitions+1
	if s, err := store.Open(t.Context(), config); !errors.Is(err, engine.ErrServer) {
		t.Errorf("another number: %v, %v, want ErrServer", s, err)
	}
	config.Partitions = 0
	s, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("no number: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
