package store_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quitclaim/service/store/storetest"
)

// withoutEpoch are the tables that name a unit and have no epoch, each with
// its reason.
func withoutEpoch() map[string]string {
	return map[string]string{
		"lookup":     "it says which unit a code is about, and gives nobody a right",
		"cloud_link": "the built-in cloud's own books: no cloud knows our epochs",
		"cloud_unit": "the built-in cloud's own books: no cloud knows our epochs",

		"cloud_recording": "the built-in cloud's own books: no cloud knows our epochs",
	}
}

// resolves reports whether a table says which unit a code is about, which is
// asked before anybody knows the unit.
func resolves(table string) bool { return table == "lookup" || table == "release_code" }

// rawDB is a connection to a store's file beside the store.
func rawDB(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "quitclaim.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func column(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTablesAboutAUnitCanBeSpreadAndKnowTheirEpoch(t *testing.T) {
	t.Parallel()
	db := rawDB(t, storetest.OpenNew(t).Dir)
	exceptions := withoutEpoch()
	about := 0
	for _, table := range column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		columns := column(t, db, `SELECT name FROM pragma_table_info(?)`, table)
		if !slices.Contains(columns, "unit_id") {
			continue
		}
		about++
		keys := column(t, db, `SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`, table)
		if !resolves(table) && keys[0] != "unit_id" {
			t.Errorf("%s: the primary key begins with %s, not with unit_id", table, keys[0])
		}
		for _, index := range column(t, db, `SELECT name FROM pragma_index_list(?) WHERE "unique" = 1`, table) {
			first := column(t, db, `SELECT name FROM pragma_index_info(?) ORDER BY seqno LIMIT 1`, index)[0]
			if !resolves(table) && first != "unit_id" {
				t.Errorf("%s: the unique index %s begins with %s, not with unit_id", table, index, first)
			}
		}
		_, excepted := exceptions[table]
		if has := slices.Contains(columns, "epoch"); has == excepted {
			t.Errorf("%s: has an epoch column %v, is listed as without %v", table, has, excepted)
		}
	}
	if about < 20 {
		t.Errorf("found %d tables about a unit: the test looks in the wrong place", about)
	}
}

func TestEveryCheckHasAName(t *testing.T) {
	t.Parallel()
	db := rawDB(t, storetest.OpenNew(t).Dir)
	for _, text := range column(t, db, `SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL`) {
		for line := range strings.Lines(text) {
			if strings.Contains(line, "CHECK (") && !strings.Contains(line, "CONSTRAINT ") {
				t.Errorf("a check without a name: %s", strings.TrimSpace(line))
			}
		}
	}
}

func TestTheDatabaseRefusesWhatNoRuleMayDo(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	bound, back, certified := w.Bound(t), w.TakenBack(t), w.Certified(t)
	db := rawDB(t, w.Dir)
	cases := []struct{ constraint, statement, unit string }{
		{"unit_state_known", `UPDATE unit SET state = 'lost' WHERE unit_id = ?`, string(bound.ID)},
		{"unit_epoch_from_one", `UPDATE unit SET epoch = 0 WHERE unit_id = ?`, string(bound.ID)},
		{"unit_verifier_with_instant", `UPDATE unit SET verifier_at = NULL WHERE unit_id = ?`, string(bound.ID)},
		{"unit_with_customer_or_custodian", `UPDATE unit SET state = 'sold' WHERE unit_id = ?`, string(back.ID)},
		{"unit_returned_has_order", `UPDATE unit SET order_id = NULL WHERE unit_id = ?`, string(back.ID)},
		{"unit_certified_has_certificate", `UPDATE unit SET certificate_code = NULL WHERE unit_id = ?`, string(certified.ID)},
		{"unit_retired_with_instant", `UPDATE unit SET state = 'retired' WHERE unit_id = ?`, string(back.ID)},
		{"binding.unit_id", `INSERT INTO binding (unit_id, binding_id, epoch, kind, state, account, created_at, live_at)
			VALUES (?, 'bnd_second', 2, 'owner', 'live', 'psn_thief', 1, 1)`, string(bound.ID)},
		{"binding_live_with_instant", `UPDATE binding SET live_at = NULL WHERE unit_id = ?`, string(bound.ID)},
		{"binding_ended_with_instant", `UPDATE binding SET state = 'ended' WHERE unit_id = ?`, string(bound.ID)},
		{"unit_return_authority_known", `UPDATE unit_return SET authority = 'my-word' WHERE unit_id = ?`, string(back.ID)},
		{"unit_return_two_people", `UPDATE unit_return SET second = clerk WHERE unit_id = ?`, string(back.ID)},
		{"reset_order.unit_id", `INSERT INTO reset_order (unit_id, order_id, epoch, kind, state, before_at, opened_at)
			VALUES (?, 'ord_second', 2, 'reset', 'open', 1, 1)`, string(back.ID)},
		{"task_done_with_instant", `UPDATE task SET state = 'proven', proof = 'x' WHERE unit_id = ?`, string(back.ID)},
		{"certificate_by_another", `UPDATE certificate SET validator = operator WHERE unit_id = ?`, string(certified.ID)},
		{"certificate_clerk_is_no_operator", `UPDATE certificate SET clerk = operator WHERE unit_id = ?`, string(certified.ID)},
		{"log_head_single", `INSERT INTO log_head (log_id, size) SELECT 2, 0 WHERE ? <> ''`, string(bound.ID)},
	}
	for _, c := range cases {
		_, err := db.Exec(c.statement, c.unit)
		if err == nil || !strings.Contains(err.Error(), c.constraint) {
			t.Errorf("%s\n got %v, want the constraint %s", c.statement, err, c.constraint)
		}
	}
}
