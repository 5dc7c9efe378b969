package store_test

import (
	"flag"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	seen := everyStatementRuns(t, "sqlite")
	storetest.Run(t, func(t testing.TB) storetest.Opened {
		t.Helper()
		clock := storetest.NewClock()
		config := storetest.Config(t, t.TempDir(), clock)
		config.Seen = seen
		return storetest.OpenWith(t, config, clock)
	})
	t.Run("a full turn", func(t *testing.T) {
		clock := storetest.NewClock()
		config := storetest.Config(t, t.TempDir(), clock)
		config.Seen = seen
		fullTurn(t, storetest.OpenWith(t, config, clock))
	})
}

// fullTurn has many write at once until so many entries were given their places
// in one turn that their hashes went in sixteen at a time. When that happens is
// chance: the other cases may be over before it did.
func fullTurn(t *testing.T, opened storetest.Opened) {
	t.Parallel()
	var many string
	for _, s := range statements(t) {
		if s.name == "sqlAddHashes" {
			many = s.text
		}
	}
	seen := make(chan struct{})
	var once sync.Once
	w := writers{storetest.Populate(t, opened.Watched(t, func(query string) {
		if query == many {
			once.Do(func() { close(seen) })
		}
	}))}
	registered, deadline := 0, time.After(time.Minute)
	for {
		registered += w.busy(t, 64, 1)
		select {
		case <-seen:
			w.oneTree(t, registered)
			return
		case <-deadline:
			t.Fatalf("of %d entries never sixteen hashes in one turn", registered)
		default:
		}
	}
}

// everyStatementRuns wants every statement to have been seen when the test is
// over: what no case runs, nobody knows to work.
func everyStatementRuns(t *testing.T, engine string) (seenBy func(query string)) {
	t.Helper()
	seen := &sync.Map{}
	elsewhere := notInTheSuite(engine)
	t.Cleanup(func() {
		if t.Failed() || t.Skipped() || strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
			return // cases were cut short or left out, and more is missing than there is
		}
		for _, s := range statements(t) {
			_, ran := seen.Load(s.text)
			_, excepted := elsewhere[s.name]
			switch {
			case !ran && !excepted:
				t.Errorf("%s %s: no case of the suite runs it. Add one to storetest", s.file, s.name)
			case ran && excepted:
				t.Errorf("%s %s is run by the suite: notInTheSuite need not name it", s.file, s.name)
			}
		}
	})
	return func(query string) { seen.Store(query, true) }
}

// notInTheSuite are the statements that an open database has no use for, and
// which test runs them.
func notInTheSuite(engine string) map[string]string {
	const upgrades = "TestLivesOfOldReleasesGoOn…"
	all := map[string]string{"sqlMigrationRelease": upgrades, "sqlMigrationsOfOne": upgrades, "sqlEndAllSessions": "TestARestoreEndsSessions"}
	if engine == "sqlite" {
		const many = "the suite on PostgreSQL: one writer takes no turns"
		all["sqlPlace"], all["sqlVersion"] = many, many
	}
	if engine == "postgres" {
		all["sqlFreeWork"] = "the suite on SQLite: leases may be those of processes that live"
		all["sqlFreeImports"] = all["sqlFreeWork"]
	}
	return all
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	server.Seen = everyStatementRuns(t, "postgres")
	storetest.Run(t, server.OpenNew)
	t.Run("a full turn", func(t *testing.T) { fullTurn(t, server.OpenNew(t)) })
}
