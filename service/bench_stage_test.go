package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// stage is a directory on a real disk with one prepared data directory in it,
// of which every side gets a copy.
type stage struct {
	dir   string
	token string           // the clerk's
	units []lifecycle.Unit // bound, each sold with a receipt of its own
}

// prepare makes a small world with n bound units.
func prepare(b *testing.B, n int) *stage {
	b.Helper()
	dir, err := os.MkdirTemp(onDisk(), "quitclaim-bench-")
	must(b, "make a directory", err)
	b.Cleanup(func() { must(b, "remove the directory", os.RemoveAll(dir)) })
	p := &stage{dir: dir, token: access.NewToken(), units: make([]lifecycle.Unit, n)}
	h := p.open(b, filepath.Join(dir, "prepared"), "http://127.0.0.1", nil)
	defer func() { must(b, "close the prepared store", h.store.Close()) }()

	past := storetest.NewClock()
	past.Add(time.Since(past.Now()) - 10*24*time.Hour)
	world := storetest.Populate(b, storetest.Opened{Store: h.store, Clock: past, Ring: h.keys, Dir: dir})
	_, err = h.store.SaveCredential(b.Context(), access.Credential{
		ID: newPrefixedID("tok"), Hash: access.TokenHash(p.token), Kind: access.KindPerson, Person: world.Clerk.Person,
		Org: world.Clerk.Org, Name: "benchmark", CreatedAt: past.Now(),
	})
	must(b, "make a token", err)

	var next atomic.Int64
	var all sync.WaitGroup
	for range callerCount {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				p.units[i] = bound(b, world)
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return p
}

// bound is a unit that was sold with a receipt of its own, and that its owner
// has bound.
func bound(b *testing.B, w *storetest.World) lifecycle.Unit {
	unit := w.Registered(b)
	receipt := receiptOf(unit)
	sold, err := w.AdvanceWithReceipt(b.Context(), unit.ID, w.Retailer.ID, receipt, lifecycle.Sell{
		Command: w.By(w.Clerk), ID: lifecycle.SaleID(newPrefixedID("sal")), ReceiptHash: w.ReceiptHash(w.Retailer.ID, receipt),
	}.Decide)
	if err != nil {
		b.Errorf("sell: %v", err)
	}
	return w.Bind(b, sold.Change.Unit, w.Owner)
}

func receiptOf(unit lifecycle.Unit) string { return "R-" + unit.Key.Serial }

// returns is one return of each unit, as a desk would send it.
func (p *stage) returns() []posting {
	list := make([]posting, len(p.units))
	for i, unit := range p.units {
		list[i] = posting{"/v1/returns", newID(), asJSON(map[string]any{
			"brand": unit.Key.Brand, "serial": unit.Key.Serial, "receipt": receiptOf(unit),
			"condition": "used", "reason": "changed-mind", "customer_present": true,
		})}
	}
	return list
}

// scans is n scans, of what is printed on the units and for every purpose.
func (p *stage) scans(path string, n int) []posting {
	purposes := []lifecycle.Purpose{lifecycle.PurposeReturn, lifecycle.PurposeSale, lifecycle.PurposeBench}
	list := make([]posting, n)
	for i := range list {
		unit := p.units[i%len(p.units)]
		payload := fmt.Sprintf("https://id.acme.example/01/%s/21/%s", unit.GTIN, unit.Key.Serial)
		list[i] = posting{path, "", asJSON(map[string]any{"payload": payload, "purpose": purposes[i%len(purposes)]})}
	}
	return list
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and booleans
	}
	return string(text)
}

// copy is a copy of the prepared data directory.
func (p *stage) copy(b *testing.B, name string) string {
	b.Helper()
	dir := filepath.Join(p.dir, name)
	must(b, "copy the prepared data", os.CopyFS(dir, os.DirFS(filepath.Join(p.dir, "prepared"))))
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return errors.Join(err, os.Chmod(path, 0o700)) // the keyring demands that nobody else can read
		}
		return os.Chmod(path, 0o600)
	})
	must(b, "copy the prepared data", err)
	return dir
}

// record has every unit taken back once by one connection, and is what the store
// did for it.
func (p *stage) record(b *testing.B, dir string) [][]statement {
	b.Helper()
	var heard recorder
	s := p.serve(b, dir, 1, heard.trace, nil)
	opening := len(heard.list)
	s.drive(b, p.returns(), http.StatusCreated)
	s.stop(b)
	returns := heard.list[opening:]
	if len(returns) != len(p.units) {
		b.Fatalf("recorded %d returns, want %d", len(returns), len(p.units))
	}
	return returns
}

const (
	sqlReturned = `SELECT count(*) FROM unit WHERE state = 'returned'`
	sqlTables   = `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`
)

// ends demands that both sides did the same work: every unit is returned, and
// every table has as many rows here as there.
func (p *stage) same(b *testing.B, one, other string) {
	b.Helper()
	first, second := p.count(b, one), p.count(b, other)
	delete(first, "checkpoint") // signed by the clock too
	delete(second, "checkpoint")
	if diff := cmp.Diff(first, second); diff != "" || first["returned"] != len(p.units) {
		b.Fatalf("%d of %d units returned; rows (-%s +%s):\n%s", first["returned"], len(p.units), one, other, diff)
	}
}

func (p *stage) count(b *testing.B, name string) map[string]int {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(p.dir, name, "quitclaim.db")+"?mode=ro")
	must(b, "open "+name, err)
	defer db.Close()
	rows, err := db.QueryContext(b.Context(), sqlTables)
	must(b, "list tables", err)
	defer rows.Close()
	counts, queries := map[string]int{}, map[string]string{"returned": sqlReturned}
	for rows.Next() {
		var table string
		must(b, "list tables", rows.Scan(&table))
		queries[table] = "SELECT count(*) FROM " + table
	}
	must(b, "list tables", rows.Err())
	for what, query := range queries {
		var n int
		must(b, "count "+what, db.QueryRowContext(b.Context(), query).Scan(&n))
		counts[what] = n
	}
	return counts
}
