package main

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/load/drive"
)

// once is a source of a request that says nothing.
type once struct{}

func (once) Next(int) (drive.Posting, func(int), bool) { return drive.Posting{}, func(int) {}, true }

// answered has a recorder hear some statements, and then the answer.
func answered(r *recorder, queries ...string) {
	for _, query := range queries {
		r.trace(query, []any{query})
	}
	_, done, _ := (recording{once{}, r}).Next(0)
	done(http.StatusCreated)
}

func heard(r *recorder) [][]string {
	var list [][]string
	for _, transaction := range r.list {
		var queries []string
		for _, s := range transaction {
			queries = append(queries, s.query)
		}
		list = append(list, queries)
	}
	return list
}

func TestRecorderKeepsWhatBelongsToAReturn(t *testing.T) {
	t.Parallel()
	embedded := &recorder{}
	answered(embedded, "BEGIN IMMEDIATE", "SAVEPOINT s", "SELECT a", "UPDATE b", "RELEASE s", "UPDATE log_head", "COMMIT")
	answered(embedded, // a checkpoint of a quiet moment first
		"BEGIN IMMEDIATE", "INSERT INTO checkpoint", "COMMIT",
		"BEGIN IMMEDIATE", "SAVEPOINT s", "UPDATE c", "RELEASE s", "COMMIT")
	want := [][]string{{"SELECT a", "UPDATE b", "UPDATE log_head"}, {"UPDATE c"}}
	if diff := cmp.Diff(want, heard(embedded)); diff != "" {
		t.Errorf("of SQLite (-want +got):\n%s", diff)
	}

	shared := &recorder{shared: true}
	answered(shared, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "SELECT a",
		"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "SELECT entry_id FROM log_entry WHERE idx IS NULL",
		"UPDATE b", "UPDATE log_head", "SELECT pg_notify('quitclaim', '')", "COMMIT",
		"INSERT INTO log_entry (idx) VALUES (NULL)", "COMMIT")
	want = [][]string{{"SELECT a", "UPDATE b", "INSERT INTO log_entry (idx) VALUES (NULL)"}}
	if diff := cmp.Diff(want, heard(shared)); diff != "" {
		t.Errorf("of PostgreSQL, beside a sequencer (-want +got):\n%s", diff)
	}
}
