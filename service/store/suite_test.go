package store_test

import (
	"testing"

	"quitclaim/service/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.OpenNew)
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	storetest.Run(t, server.OpenNew)
}
