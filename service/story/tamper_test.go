package story

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Who has the database file can write into it past the service, and fix what
// is beside. Whoever keeps the public keys elsewhere finds out, and where.
func TestATamperedLedger(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	clerk := s.as("clerk", u.Seller, 0)
	clerk.takeBack(u, u.Receipt)
	keys := s.pinKeys(t)
	s.stop()
	s.clean()
	original := s.data

	var id string
	db := s.open("ro")
	if err := db.QueryRow(`SELECT unit_id FROM unit WHERE serial = ?`, u.Serial).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	flip := func(column string, at int) string {
		return fmt.Sprintf("%[1]s = substr(%[1]s, 1, %[2]d) || x'a5' || substr(%[1]s, %[2]d + 2)", column, at)
	}
	of := ` WHERE unit_id = '` + id + `'`
	for _, c := range []struct{ name, sql, want string }{
		{"a byte of an entry", `UPDATE log_entry SET ` + flip("entry", 40) + ` WHERE idx = 321`, "index 321: entry-altered"},
		{"an entry and its hash", `UPDATE log_entry SET ` + flip("entry", 40) + `, ` + flip("leaf_hash", 3) + ` WHERE idx = 321`, "index 321: "},
		{"an entry gone", `DELETE FROM log_entry WHERE idx = 321`, "index 321: entry-missing"},
		{"the state of a unit", `UPDATE unit SET state = 'reset'` + of, "unit " + id + `: unit.state: the ledger says "returned", the table says "reset"`},
		{"an old owner revived", `UPDATE binding SET state = 'live', ended_at = NULL, ended_by = NULL` + of +
			` AND ended_at = (SELECT max(ended_at) FROM binding` + of + `)`, `.state: the ledger says "ended", the table says "live"`},
		{"a task proven", `UPDATE task SET state = 'proven', proof = 'signed-report', done_at = 1` + of + ` AND verb = 'factory-reset'`, "tasks.unit.factory-reset.state:"},
		{"the right to return it", `UPDATE unit_return SET authority = 'owner-release'` + of, ".authority: the ledger says"},
		{"a unit gone", `DELETE FROM unit` + of, "unit " + id + ": is on the ledger and not in the tables"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &server{t: t, data: filepath.Join(t.TempDir(), "copy")}
			if err := os.CopyFS(s.data, os.DirFS(original)); err != nil {
				t.Fatal(err)
			}
			s.tamper(c.sql)
			out, err := s.run("verify", "--data", s.data, "--key", keys)
			if err == nil || !strings.Contains(out, c.want) || !strings.Contains(out, "WRONG") {
				t.Errorf("verify: %v, does not say %q\n%s", err, c.want, out)
			}
			if strings.HasPrefix(c.want, "unit ") && !strings.Contains(out, "1 findings") {
				t.Errorf("verify finds more than what was changed:\n%s", out)
			}
		})
	}
	if out := s.must("verify", "--data", original, "--key", keys); !strings.Contains(out, " OK\n") {
		t.Errorf("the original: %s", out)
	}
}

// A server does not start on a ledger that was cut back, nor without the keys
// that signed it.
func TestAServerDoesNotStartOnAForgedLedger(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	s.stop()
	keys := filepath.Join(s.data, "keys")
	if err := os.Rename(keys, keys+".kept"); err != nil {
		t.Fatal(err)
	}
	if err := s.tryStart(); err == nil || !strings.Contains(s.out.String(), "keys") {
		t.Errorf("without its keys: %v\n%s", err, s.out)
	}
	s.stop()
	if err := os.RemoveAll(keys); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(keys+".kept", keys); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.stop()
	s.tamper(`DELETE FROM log_entry WHERE idx > 100`, `UPDATE log_head SET size = 101`)
	if err := s.tryStart(); err == nil {
		t.Errorf("it starts on a ledger that was cut back:\n%s", s.out)
	}
}
