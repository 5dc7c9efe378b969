package store_test

import (
	"testing"

	"quitclaim/service/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.OpenNew)
}
