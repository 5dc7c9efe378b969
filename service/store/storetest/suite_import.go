package storetest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func importScenarios() []scenario {
	return []scenario{
		{"a file comes in part by part, and a broken upload begins again", importUpload},
		{"a chunk registers units, and its one entry has them", importChunk},
		{"a key that is on record is an error of its row", importKnown},
		{"an import is worked by who has it, and by nobody else", importFenced},
		{"a leased import is free again when its lease is over", importLease},
		{"sales of a file follow the rule of each", importSales},
		{"errors are listed page by page, sealed in between", importErrors},
		{"imports are listed newest first", importList},
	}
}

// importOf opens an import and closes it in a state.
func (w *World) importOf(t testing.TB, kind lifecycle.ImportKind, state lifecycle.ImportState) lifecycle.Import {
	t.Helper()
	actor := w.VendorAdmin
	if kind == lifecycle.ImportSales {
		actor = w.Clerk
	}
	job, err := w.OpenImport(t.Context(), lifecycle.Import{
		ID: lifecycle.ImportID(NewID("imp")), Org: actor.Org, Reference: NewID("ref"), Kind: kind, Format: lifecycle.ImportCSV, Actor: actor, Name: "file.csv",
		Layout: lifecycle.ImportLayout{Columns: map[string]string{"serial": "Serial"}},
	})
	if err != nil {
		t.Fatalf("OpenImport: %v", err)
	}
	if err := w.PutImportPart(t.Context(), job, 0, []byte("serial\n")); err != nil {
		t.Fatalf("PutImportPart: %v", err)
	}
	job.State, job.Digest = state, "d"
	if job, err = w.CloseImport(t.Context(), job); err != nil {
		t.Fatalf("CloseImport: %v", err)
	}
	return job
}

// claimed is an import that a worker has.
func (w *World) claimed(t testing.TB, kind lifecycle.ImportKind, state lifecycle.ImportState) lifecycle.Import {
	t.Helper()
	want := w.importOf(t, kind, state)
	job, found, err := w.ClaimImport(t.Context(), time.Minute)
	if err != nil || !found || job.ID != want.ID {
		t.Fatalf("ClaimImport: %+v, %v, %v; want %s", job, found, err, want.ID)
	}
	return job
}

func importUpload(t *testing.T, w *World) {
	in := lifecycle.Import{
		ID: lifecycle.ImportID(NewID("imp")), Org: w.Vendor.ID, Reference: "october", Kind: lifecycle.ImportUnits, Format: lifecycle.ImportCSV, Actor: w.VendorAdmin,
	}
	first, err := w.OpenImport(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for part := range int64(3) {
		if err := w.PutImportPart(t.Context(), first, part, []byte(fmt.Sprintf("part %d", part))); err != nil {
			t.Fatalf("part %d: %v", part, err)
		}
	}
	if got, err := w.ImportPart(t.Context(), first.ID, 1); err != nil || string(got) != "part 1" {
		t.Errorf("part 1 is %q, %v", got, err)
	}
	in.ID = lifecycle.ImportID(NewID("imp"))
	second, err := w.OpenImport(t.Context(), in)
	if err != nil || second.ID != first.ID {
		t.Fatalf("a second upload: %+v, %v; want the import of the first", second, err)
	}
	if _, err := w.ImportPart(t.Context(), first.ID, 0); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("what came of the broken upload is kept: %v", err)
	}
	if err := w.PutImportPart(t.Context(), first, 3, []byte("late")); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("the first upload goes on: %v, want ErrStale", err)
	}
	if err := w.PutImportPart(t.Context(), second, 0, []byte("again")); err != nil {
		t.Errorf("the second upload: %v", err)
	}
	second.State, second.Digest, second.Bytes = lifecycle.ImportRunning, "d", 5
	if second, err = w.CloseImport(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	in.ID = lifecycle.ImportID(NewID("imp"))
	if third, err := w.OpenImport(t.Context(), in); err != nil || third.State != lifecycle.ImportRunning || third.Digest != "d" {
		t.Errorf("a whole file comes again: %+v, %v; want it as it is", third, err)
	}
	if err := w.DropImportParts(t.Context(), second.ID, 0, math.MaxInt64); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ImportPart(t.Context(), second.ID, 0); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a dropped part is there: %v", err)
	}
}

// chunk is units of the world's model, one a row.
func (w *World) chunk(job lifecycle.Import, first int64, serials ...string) lifecycle.Chunk {
	c := lifecycle.Chunk{
		Import: job.ID, Actor: job.Actor, At: w.Clock.Now(),
		Models: []lifecycle.ChunkModel{{ID: w.Model.ID, Vendor: w.Model.Vendor, Brand: w.Model.Brand, GTIN: w.Model.GTIN}},
	}
	for i, serial := range serials {
		c.Rows = append(c.Rows, lifecycle.ChunkRow{Row: first + int64(i), Unit: lifecycle.UnitID(NewID("unt")), Serial: serial})
	}
	return c
}

func serialsOf(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s-%04d", prefix, i)
	}
	return list
}

func importChunk(t *testing.T, w *World) {
	job := w.claimed(t, lifecycle.ImportUnits, lifecycle.ImportRunning)
	chunk := w.chunk(job, 2, serialsOf("CHUNK", 37)...) // two long statements and five short ones
	chunk.Rows[3].GTIN, chunk.Rows[4].DeviceKey = "04006381333931", []byte(strings.Repeat("k", 32))
	next := job
	next.Offset, next.Counts.Row = 99, 38
	done, err := w.ImportUnits(t.Context(), job, next, chunk, nil)
	if err != nil || done.Counts.Added != 37 {
		t.Fatalf("ImportUnits: %+v, %v", done.Counts, err)
	}
	for _, row := range chunk.Rows {
		want, err := chunk.Change(row)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Unit(t.Context(), row.Unit)
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want.Unit) {
			t.Fatalf("unit of row %d:\n got %+v, %v\nwant %+v", row.Row, got, err, want.Unit)
		}
		if label, err := w.LabelOf(t.Context(), row.Unit); err != nil || label == "" {
			t.Errorf("label of row %d: %q, %v", row.Row, label, err)
		}
	}
	unit := chunk.Rows[20].Unit
	w.Must(t, unit, lifecycle.Ship{Command: w.By(w.VendorAdmin), ID: lifecycle.ShipmentID(NewID("shp")), To: w.Retailer.ID}.Decide)
	w.settle(t)
	history, _, err := w.History(t.Context(), unit, lifecycle.Page{})
	if err != nil || len(history) != 2 || history[0].Change.Event != lifecycle.EventRegister || history[0].Index >= history[1].Index || history[0].Index < 0 {
		t.Errorf("history %+v, %v; want its registration first", history, err)
	}
}

func importKnown(t *testing.T, w *World) {
	before := w.Registered(t)
	job := w.claimed(t, lifecycle.ImportUnits, lifecycle.ImportRunning)
	chunk := w.chunk(job, 2, append(serialsOf("KNOWN", 20), strings.ToUpper(before.Key.Serial))...)
	job, err := w.ImportUnits(t.Context(), job, job, chunk, nil)
	if err != nil || job.Counts.Added != 20 || job.Counts.Known != 1 {
		t.Fatalf("first chunk: %+v, %v", job.Counts, err)
	}
	again := w.chunk(job, 30, "known-0007", "fresh")
	if job, err = w.ImportUnits(t.Context(), job, job, again, []lifecycle.ImportError{{Row: 29, Code: "field.required"}}); err != nil {
		t.Fatal(err)
	}
	known, err := w.KnownUnits(t.Context(), []string{Brand + "/fresh", Brand + "/never"})
	if err != nil || len(known) != 1 || known[0].Import != job.ID || known[0].Row != 31 {
		t.Errorf("known: %+v, %v; want the unit of row 31", known, err)
	}
	list, _, err := w.Store.ImportErrors(t.Context(), job.ID, lifecycle.Page{})
	var got []string
	for _, e := range list {
		got = append(got, fmt.Sprint(e.Row, " ", e.Code, " ", e.Args["row"]))
	}
	want := []string{"22 register.exists ", "29 field.required ", "30 import.duplicate 9"}
	if fmt.Sprint(got) != fmt.Sprint(want) || err != nil || job.Counts.Errors != 3 || job.Counts.Wrong != 1 {
		t.Errorf("errors %q, %v, counts %+v; want %q", got, err, job.Counts, want)
	}
	all := w.chunk(job, 40, serialsOf("KNOWN", 3)...)
	if job, err = w.ImportUnits(t.Context(), job, job, all, nil); err != nil || job.Counts.Added != 21 {
		t.Errorf("a chunk of which all is known: %+v, %v", job.Counts, err)
	}
}

func importFenced(t *testing.T, w *World) {
	job := w.claimed(t, lifecycle.ImportUnits, lifecycle.ImportRunning)
	if _, found, err := w.ClaimImport(t.Context(), time.Minute); err != nil || found {
		t.Errorf("a second worker got one too: %v, %v", found, err)
	}
	_, err := w.ChangeImport(t.Context(), job.ID, func(now lifecycle.Import) (lifecycle.Import, error) {
		now.State = lifecycle.ImportCancelled
		return now, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	chunk := w.chunk(job, 2, "too-late")
	if _, err := w.ImportUnits(t.Context(), job, job, chunk, nil); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("a chunk of a cancelled import: %v, want ErrStale", err)
	}
	if _, err := w.Unit(t.Context(), chunk.Rows[0].Unit); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("the chunk was written: %v", err)
	}
	w.Clock.Add(3 * time.Hour)
	if deleted, _, err := w.Purge(t.Context()); err != nil || deleted == 0 {
		t.Errorf("the file of a cancelled import is purged: %d, %v", deleted, err)
	}
	w.Clock.Add(-3 * time.Hour)
	ended, err := w.Store.Import(t.Context(), job.ID)
	if err != nil || ended.EndedAt.IsZero() {
		t.Errorf("ended at %v, %v", ended.EndedAt, err)
	}
	other := w.claimed(t, lifecycle.ImportUnits, lifecycle.ImportChecking)
	if other, err = w.CheckImport(t.Context(), other, other, []lifecycle.ImportError{{Row: 2, Code: "x"}}); err != nil {
		t.Fatal(err)
	}
	_, err = w.ChangeImport(t.Context(), other.ID, func(now lifecycle.Import) (lifecycle.Import, error) {
		now.State, now.Counts = lifecycle.ImportRunning, lifecycle.ImportCounts{}
		return now, nil
	})
	list, _, errList := w.Store.ImportErrors(t.Context(), other.ID, lifecycle.Page{})
	if err != nil || errList != nil || len(list) != 0 {
		t.Errorf("errors of the dry run are left: %v, %v, %v", list, err, errList)
	}
	if _, err := w.ChangeImport(t.Context(), "imp_none", func(i lifecycle.Import) (lifecycle.Import, error) { return i, nil }); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("an import that is not there: %v", err)
	}
}

func importLease(t *testing.T, w *World) {
	first := w.claimed(t, lifecycle.ImportUnits, lifecycle.ImportRunning)
	w.Clock.Add(2 * time.Minute)
	second, found, err := w.ClaimImport(t.Context(), time.Minute)
	if err != nil || !found || second.ID != first.ID {
		t.Fatalf("after the lease: %+v, %v, %v", second, found, err)
	}
	if _, err := w.CheckImport(t.Context(), first, first, nil); !errors.Is(err, lifecycle.ErrStale) {
		t.Errorf("who had it goes on: %v, want ErrStale", err)
	}
	if second, err = w.CheckImport(t.Context(), second, second, nil); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(20 * time.Second) // the step renewed it
	if _, found, err := w.ClaimImport(t.Context(), time.Minute); err != nil || found {
		t.Errorf("a step did not renew the lease: %v, %v", found, err)
	}
}

func importSales(t *testing.T, w *World) {
	good, back, elsewhere := w.Registered(t), w.TakenBack(t), w.Move(t, w.Registered(t), w.Clerk, w.Technician)
	job := w.claimed(t, lifecycle.ImportSales, lifecycle.ImportRunning)
	at := w.Clock.Now().Add(-10 * time.Hour)
	row := func(n int64, key lifecycle.UnitKey) lifecycle.SaleRow {
		return lifecycle.SaleRow{Row: n, Key: key, Receipt: Receipt, SoldAt: at, ID: lifecycle.SaleID(NewID("sal"))}
	}
	rows := []lifecycle.SaleRow{row(2, good.Key), row(3, back.Key), row(4, elsewhere.Key), row(5, lifecycle.UnitKey{Brand: Brand, Serial: "never"})}
	fates, wrong, err := w.TrySales(t.Context(), job, rows)
	if err != nil || fates[lifecycle.RowAdded] != 1 || fates[lifecycle.RowWrong] != 3 || len(wrong) != 3 {
		t.Errorf("a dry run: %v, %v, %v", fates, wrong, err)
	}
	job, err = w.Store.ImportSales(t.Context(), job, job, rows, nil)
	if err != nil || job.Counts.Added != 1 || job.Counts.Wrong != 3 {
		t.Fatalf("sales: %+v, %v", job.Counts, err)
	}
	unit, sale, err := w.Sale(t.Context(), rows[0].ID)
	if err != nil || unit.State != lifecycle.StateSold || !sale.SoldAt.Equal(at) || sale.ReceiptHash != w.ReceiptHash(job.Org, Receipt) {
		t.Errorf("the sale: %s %+v, %v", unit.State, sale, err)
	}
	list, _, err := w.Store.ImportErrors(t.Context(), job.ID, lifecycle.Page{})
	if err != nil || len(list) != 3 || list[0].Code != "sell.returned" || list[1].Code != "import.unknown" || list[2].Code != "import.unknown" {
		t.Errorf("errors %+v, %v", list, err)
	}
	rows[0].ID = lifecycle.SaleID(NewID("sal"))
	if fates, _, err := w.TrySales(t.Context(), job, rows[:1]); err != nil || fates[lifecycle.RowKnown] != 1 {
		t.Errorf("the same sale tried again: %v, %v", fates, err)
	}
	if job, err = w.Store.ImportSales(t.Context(), job, job, rows[:1], nil); err != nil || job.Counts.Known != 1 {
		t.Errorf("the same sale again: %+v, %v; want it known", job.Counts, err)
	}
}

func importErrors(t *testing.T, w *World) {
	job := w.claimed(t, lifecycle.ImportUnits, lifecycle.ImportChecking)
	var wrong []lifecycle.ImportError
	for row := range int64(5) {
		wrong = append(wrong, lifecycle.ImportError{Row: row + 2, Column: "Serial", Code: "serial.shape", Args: map[string]string{"n": "1"}, Value: "=cmd"})
	}
	if _, err := w.CheckImport(t.Context(), job, job, wrong); err != nil {
		t.Fatal(err)
	}
	var got []lifecycle.ImportError
	page := lifecycle.Page{Limit: 2}
	for {
		list, next, err := w.Store.ImportErrors(t.Context(), job.ID, page)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, list...)
		if page.After = next; next == "" {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(wrong) {
		t.Errorf("got %v, want %v", got, wrong)
	}
	if _, _, err := w.Store.ImportErrors(t.Context(), job.ID, lifecycle.Page{After: "1.x"}); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a made-up position: %v", err)
	}
}

func importList(t *testing.T, w *World) {
	var want []lifecycle.ImportID
	for range 3 {
		w.Clock.Add(time.Second)
		want = append([]lifecycle.ImportID{w.importOf(t, lifecycle.ImportUnits, lifecycle.ImportChecked).ID}, want...)
	}
	w.importOf(t, lifecycle.ImportSales, lifecycle.ImportChecked) // the shop's
	var got []lifecycle.ImportID
	page := lifecycle.Page{Limit: 2}
	for {
		list, next, err := w.Imports(t.Context(), w.Vendor.ID, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range list {
			got = append(got, job.ID)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
