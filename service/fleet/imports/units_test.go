package imports_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/fleet/imports"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func csvOf(n int) string {
	var text strings.Builder
	text.WriteString("Serial Number\n")
	for i := range n {
		fmt.Fprintf(&text, "IMP-%06d\n", i)
	}
	return text.String()
}

func TestAFileBecomesUnits(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	job, wrong := k.done(t, "october", csvOf(2500))
	want := lifecycle.ImportCounts{Row: 2501, Rows: 2500, Added: 2500}
	if job.State != lifecycle.ImportDone || job.Counts != want || len(wrong) > 0 {
		t.Fatalf("became %s, %+v, errors %v; want %+v", job.State, job.Counts, wrong, want)
	}
	for _, serial := range []string{"IMP-000000", "imp-002499"} {
		unit, err := k.UnitByKey(t.Context(), lifecycle.UnitKey{Brand: storetest.Brand, Serial: serial})
		if err != nil || unit.State != lifecycle.StateStock || unit.Custody != k.Vendor.ID || unit.Model != k.Model.ID {
			t.Fatalf("unit %s: %+v, %v", serial, unit, err)
		}
		history, _, err := k.History(t.Context(), unit.ID, lifecycle.Page{})
		if err != nil || len(history) != 1 || history[0].Change.Event != lifecycle.EventRegister {
			t.Fatalf("history of %s: %+v, %v; want its registration", serial, history, err)
		}
		if diff := cmp.Diff(unit, history[0].Change.Unit); diff != "" {
			t.Errorf("the ledger says otherwise (-table +ledger):\n%s", diff)
		}
		if label, err := k.LabelOf(t.Context(), unit.ID); err != nil || label == "" {
			t.Errorf("label of %s: %q, %v", serial, label, err)
		}
	}
	if _, err := k.ImportPart(t.Context(), job.ID, 0); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("the file of an import that is done is kept: %v", err)
	}
}

// TestAReferenceIsGoodOnce: the same file again is the same import, another one
// is none.
func TestAReferenceIsGoodOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	first, _ := k.done(t, "october", csvOf(10))
	again, err := k.send(t, "october", csvOf(10))
	if err != nil || again.ID != first.ID || again.Counts != first.Counts {
		t.Errorf("the same file again: %+v, %v; want the import of before", again, err)
	}
	if _, err := k.send(t, "october", csvOf(11)); !errors.Is(err, lifecycle.ErrKeyReused) {
		t.Errorf("another file under the same reference: %v, want ErrKeyReused", err)
	}
	twin, wrong := k.done(t, "november", csvOf(10))
	if twin.Counts.Known != 10 || twin.Counts.Added != 0 || len(wrong) != 10 || wrong[0].Code != "register.exists" {
		t.Errorf("the same rows under another reference: %+v, %v; want 10 known", twin.Counts, wrong)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	file := csvOf(1500) + "IMP-000007\n" + "\"\x01\"\n"
	head, err := k.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	job, wrong := k.done(t, "tried", file, dryRun)
	if job.State != lifecycle.ImportChecked || job.Counts.Added != 1500 || job.Counts.Wrong != 2 {
		t.Fatalf("dry run: %s %+v", job.State, job.Counts)
	}
	if want := []string{"1502 import.duplicate", "1503 serial.shape"}; !cmp.Equal(codes(wrong), want) {
		t.Errorf("errors %v, want %v", codes(wrong), want)
	}
	if now, err := k.Head(t.Context()); err != nil || now != head {
		t.Errorf("the ledger grew from %d to %d in a dry run, %v", head, now, err)
	}
	if _, err := k.Start(t.Context(), principal(k.VendorAdmin), job.ID); err != nil {
		t.Fatalf("Start: %v", err)
	}
	k.work(t)
	if job, err = k.Import(t.Context(), job.ID); err != nil || job.State != lifecycle.ImportDone || job.Counts.Added != 1500 {
		t.Errorf("the run: %s %+v, %v", job.State, job.Counts, err)
	}
	if want := []string{"1502 import.duplicate", "1503 serial.shape"}; !cmp.Equal(codes(k.errorsOf(t, job.ID)), want) {
		t.Errorf("errors of the run %v, want %v", codes(k.errorsOf(t, job.ID)), want)
	}
}

func codes(wrong []lifecycle.ImportError) []string {
	var list []string
	for _, e := range wrong {
		list = append(list, fmt.Sprintf("%d %s", e.Row, e.Code))
	}
	return list
}

// TestEveryRowSaysWhatIsWrong walks the ways in which a row can be wrong, each
// beside rows that are right.
func TestEveryRowSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	file := strings.Join([]string{
		"serial;gtin;device_key;note",
		"A-1;;;fine",
		";;;no serial",
		"A-2;123;;bad number",
		"a-1;;;the first again, in other letters",
		"A-3;;short;no key",
		"A-4;;" + strings.Repeat("A", 43) + ";a key of zeros",
		"A-5;;",
		"A-6;;;x;too many",
		"A-7;;;fine;;;",
		"A\x008;;;zero byte",
		"\xff\xfe9;;;no character",
		strings.Repeat("9", 600) + ";;;long",
		`"A-9"x;;;quotes`,
		`A"9;;;a quote within`,
		"=cmd|' /C calc'!A0;;;a formula is a serial like any other",
		"A-10;;;\"a note\nof two lines\"",
		"",
		"A-11;4006381333931;;another vendor's number",
		"A-12;;;last",
	}, "\r\n")
	job, wrong := k.done(t, "walk", file)
	want := []string{
		"3 field.required", "4 field.gtin", "5 import.duplicate", "6 unit.device-key", "7 unit.device-key", "8 import.cells", "9 import.cells",
		"11 import.nul", "12 import.character", "13 import.cell-long", "14 import.quote", "15 import.quote", "19 unit.gtin",
	}
	if diff := cmp.Diff(want, codes(wrong)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if job.Counts.Added != 5 || job.State != lifecycle.ImportDone {
		t.Errorf("became %s %+v, want 5 units", job.State, job.Counts)
	}
	for _, e := range wrong {
		if e.Code == "import.cell-long" && (e.Column != "serial" || len(e.Value) > 100) {
			t.Errorf("a long cell: column %q, value of %d bytes", e.Column, len(e.Value))
		}
	}
}

// TestWrongHeadersAreToldAtOnce: every mistake, and nothing is kept.
func TestWrongHeadersAreToldAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, err := k.send(t, "wrong", "name,price\nx,1\n", func(in *imports.Upload) {
		in.Layout.Model, in.Layout.Columns = "", map[string]string{"gtin": "EAN", "colour": "name"}
	})
	var invalid *lifecycle.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("got %v, want mistakes", err)
	}
	var got []string
	for _, r := range invalid.Reasons {
		got = append(got, r.Field+" "+r.Code)
	}
	want := []string{"column.colour import.field", "column.gtin import.column", "column.serial import.column-missing"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if _, err := k.ImportByReference(t.Context(), k.Vendor.ID, "wrong"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a file with a wrong header is kept: %v", err)
	}
	for name, file := range map[string]string{
		"import.empty": " \r\n", "import.workbook": "PK\x03\x04xlsx", "import.json-list": `[{"serial":"x"}]`,
		"import.encoding": "\xff\xfe\x00\x00s\x00\x00\x00",
	} {
		if _, err := k.send(t, "wrong", file); !errors.As(err, &invalid) || invalid.Reasons[0].Code != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAPersonChoosesTheColumns of a file whose header says nothing.
func TestAPersonChoosesTheColumns(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	vendor := principal(k.VendorAdmin)
	job, err := k.send(t, "asked", "A,B\nred,S-1\nblue,S-2\n", ask, dryRun)
	if err != nil || job.State != lifecycle.ImportColumns {
		t.Fatalf("a file without known columns: %s, %v", job.State, err)
	}
	layout := lifecycle.ImportLayout{Columns: map[string]string{"serial": "B"}, Model: k.Model.ID}
	if job, err = k.Assign(t.Context(), vendor, job.ID, layout); err != nil || job.State != lifecycle.ImportChecking {
		t.Fatalf("Assign: %s, %v", job.State, err)
	}
	k.work(t)
	if job, err = k.Start(t.Context(), vendor, job.ID); err != nil {
		t.Fatalf("Start: %v", err)
	}
	k.work(t)
	if _, err := k.UnitByKey(t.Context(), lifecycle.UnitKey{Brand: storetest.Brand, Serial: "S-2"}); err != nil {
		t.Errorf("the chosen column was not read: %v", err)
	}
	if _, err := k.Start(t.Context(), vendor, job.ID); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("a second start: %v, want a refusal", err)
	}
	if _, err := k.Look(t.Context(), principal(k.Clerk), job.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another organisation sees it: %v", err)
	}
}

func TestNDJSON(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	file := `{"sn":"N-1","colour":["red"]}` + "\n\n" + `{"sn":12345678901234567890}` + "\n" + `{"sn":{"x":1}}` + "\n" + `{"colour":1}` + "\n" + `{"sn":"N-`
	job, wrong := k.done(t, "json", file)
	if want := []string{"4 import.quote", "5 field.required", "6 import.json"}; !cmp.Equal(codes(wrong), want) {
		t.Errorf("errors %v, want %v", codes(wrong), want)
	}
	if job.Format != lifecycle.ImportNDJSON || job.Counts.Added != 2 {
		t.Errorf("became %s %+v", job.Format, job.Counts)
	}
	if _, err := k.UnitByKey(t.Context(), lifecycle.UnitKey{Brand: storetest.Brand, Serial: "12345678901234567890"}); err != nil {
		t.Errorf("a long number lost its digits: %v", err)
	}
}
