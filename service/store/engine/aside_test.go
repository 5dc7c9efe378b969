package engine

import (
	"database/sql"
	"errors"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"quitclaim/service/lifecycle"
)

// TestWhoGivesPlacesIsNotTurnedAwayByAFullQueue: entries of all who are in the
// queue wait for it. Here it gets as far as the server, which is not there.
func TestWhoGivesPlacesIsNotTurnedAwayByAFullQueue(t *testing.T) {
	t.Parallel()
	config, err := postgresConfig("host="+t.TempDir()+" user=nobody dbname=none", true)
	if err != nil {
		t.Fatal(err)
	}
	pool := sql.OpenDB(stdlib.GetConnector(*config))
	t.Cleanup(func() { _ = pool.Close() })
	db := &DB{&server{
		config: config, log: slog.New(slog.DiscardHandler), texts: &texts{}, timeout: transactionTimeout,
		pool: pool, aside: pool, waiting: queueLength,
	}}
	var connect *pgconn.ConnectError
	nothing := func(*Tx) error { return nil }
	if err := db.Write(t.Context(), nothing); !errors.Is(err, lifecycle.ErrBusy) || errors.As(err, &connect) {
		t.Errorf("a write into a full queue: %v, want to be turned away before it connects", err)
	}
	if err := db.WriteAside(t.Context(), nothing); !errors.As(err, &connect) {
		t.Errorf("a write aside: %v, want it to connect", err)
	}
}
