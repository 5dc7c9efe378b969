package rows_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/fleet/rows"
	"quitclaim/service/lifecycle"
)

func open(text string) rows.Open {
	return func(at int64) io.Reader { return strings.NewReader(text[min(at, int64(len(text))):]) }
}

// read is every record of a reader, in short.
func read(t *testing.T, in rows.Reader) []string {
	t.Helper()
	var list []string
	for {
		r, err := in.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		one := fmt.Sprintf("%d %q", r.Row, r.Cells)
		if r.Fault != "" {
			one = fmt.Sprintf("%d %s in %d", r.Row, r.Fault, r.FaultCell)
		}
		for cell := range r.Cells {
			if r.Long(cell) {
				one += fmt.Sprintf(" long %d", cell)
			}
			if r.Broken(cell) {
				one += fmt.Sprintf(" broken %d", cell)
			}
		}
		if r.Unended {
			one += " unended"
		}
		list = append(list, one)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":                  {"", nil},
		"line ends of each kind": {"a,b\nc,d\r\ne,f\rg,h\n", []string{`1 ["a" "b"]`, `2 ["c" "d"]`, `3 ["e" "f"]`, `4 ["g" "h"]`}},
		"no line end at the end": {"a,b\nc,d", []string{`1 ["a" "b"]`, `2 ["c" "d"] unended`}},
		"an empty cell at it":    {"a,", []string{`1 ["a" ""]`}},
		"a quoted one at it":     {"a,\"b\"", []string{`1 ["a" "b"]`}},
		"empty lines count":      {"a\n\n\r\nb\n", []string{`1 ["a"]`, `4 ["b"]`}},
		"quotes":                 {"\"a,\"\"x\"\"\n\",b\nc,d\n", []string{"1 [\"a,\\\"x\\\"\\n\" \"b\"]", `2 ["c" "d"]`}},
		"a quote never closed":   {"a,\"b\nc,d\ne,f\n", []string{`1 import.quote in 1`, `2 ["c" "d"]`, `3 ["e" "f"]`}},
		"the same, CR LF":        {"a,\"b\r\nc,d\r\n", []string{`1 import.quote in 1`, `2 ["c" "d"]`}},
		"text behind a quote":    {"\"a\"b,c\nd,e\n", []string{`1 import.quote in 0`, `2 ["d" "e"]`}},
		"the same over lines":    {"\"a\nb\"c,d\ne,f\n", []string{`1 import.quote in 0`, `2 ["b\"c" "d"] broken 0`, `3 ["e" "f"]`}},
		"a quote within":         {"a\"b,c\n", []string{`1 ["a\"b" "c"] broken 0`}},
		"a long cell":            {strings.Repeat("x", 600) + ",b\nc,d\n", []string{`1 ["` + strings.Repeat("x", 512) + `" "b"] long 0`, `2 ["c" "d"]`}},
	} {
		got := read(t, rows.NewCSV(open(c.text), ',', 0, 1))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestAReaderGoesOnAtAnyRecord: what is read from the place behind a record is
// what would have been read anyway.
func TestAReaderGoesOnAtAnyRecord(t *testing.T) {
	t.Parallel()
	text := "a,b\r\n\"q\nr\",2\r\n\r\n\"open,3\nx\"y,4\n5,6\r7,8"
	whole := read(t, rows.NewCSV(open(text), ',', 0, 1))
	in := rows.NewCSV(open(text), ',', 0, 1)
	for n := 1; ; n++ {
		r, err := in.Next()
		if err != nil {
			break
		}
		from := read(t, rows.NewCSV(open(text), ',', r.Next, r.Row+1))
		if !slices.Equal(whole[n:], from) {
			t.Errorf("after row %d: %q, want %q", r.Row, from, whole[n:])
		}
	}
}

func TestNDJSON(t *testing.T) {
	t.Parallel()
	text := `{"a":"x","b":1.50,"c":true}` + "\n\n" + `{"b":null}` + "\r\n[1]\n" + `{"a":{"x":1}}` + "\n" + `{"a":"` + strings.Repeat("y", 70<<10) + `"}` + "\n" + `{"a":"z"`
	want := []string{`1 ["x" "1.50"]`, `3 ["" ""]`, `4 import.json in -1`, `5 ["" ""] broken 0`, `6 import.line-long in -1`, `7 import.json in -1`}
	if diff := cmp.Diff(want, read(t, rows.NewNDJSON(open(text), []string{"a", "b"}, 0, 1))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	wide := func(mark, text string, big bool) string {
		out := mark
		for _, r := range text {
			high, low := byte(r>>8), byte(r)
			if !big {
				high, low = low, high
			}
			out += string([]byte{high, low})
		}
		return out
	}
	for name, c := range map[string]struct{ file, want string }{
		"UTF-8":                      {"aé", "aé"},
		"UTF-8 with a mark":          {"\xEF\xBB\xBFaé", "aé"},
		"UTF-16, little":             {wide("\xFF\xFE", "aé\n", false), "aé\n"},
		"UTF-16, big":                {wide("\xFE\xFF", "aé\n", true), "aé\n"},
		"UTF-16 without a mark":      {wide("", "serial;x\n", false), "serial;x\n"},
		"UTF-16 big, without a mark": {wide("", "serial;x\n", true), "serial;x\n"},
		"a pair":                     {"\xFF\xFE\x3D\xD8\x00\xDE", "😀"},
		"half a pair":                {"\xFF\xFE\x3D\xD8a\x00", "\uFFFDa"},
		"cut in a unit":              {"\xFF\xFEa\x00b", "a\uFFFD"},
		"another code page":          {"gr\xF6\xDFer", "gr\xF6\xDFer"},
		"zero bytes":                 {"a\x00b\x00\x00c", "a\x00b\x00\x00c"},
	} {
		in, err := rows.Text(iotest.OneByteReader(strings.NewReader(c.file)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(in); err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	if _, err := rows.Text(strings.NewReader("\xFF\xFE\x00\x00a\x00\x00\x00")); !errors.Is(err, rows.ErrEncoding) {
		t.Errorf("UTF-32: %v", err)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Serial;Note\r\nx;y\r\n":       `csv ; ["Serial" "Note"] 13 2`,
		"sep=\t\r\nSerial\tNote\r\n":   "csv \t [\"Serial\" \"Note\"] 20 3",
		"Serial\nx\n":                  `csv , ["Serial"] 7 2`,
		"\"a;b\",c\n":                  `csv , ["a;b" "c"] 8 2`,
		"{\"b\":1,\"a\":2}\n{\"c\":1}": "ndjson \x00 [\"a\" \"b\" \"c\"] 0 1",
	} {
		got, err := rows.Look([]byte(text), "")
		said := fmt.Sprintf("%s %c %q %d %d", got.Format, got.Delimiter, got.Header, got.Start, got.FirstRow)
		if err != nil || said != want {
			t.Errorf("%q: %q, %v; want %q", text, said, err, want)
		}
	}
	for text, code := range map[string]string{
		"": "import.empty", "PK\x03\x04": "import.workbook", "[{}]": "import.json-list", "a,b,A\n": "import.column-twice", "\"a": "import.quote",
		strings.Repeat("x,", 300) + "\n": "import.columns-many",
	} {
		_, err := rows.Look([]byte(text), "")
		var invalid *lifecycle.Invalid
		if !errors.As(err, &invalid) || !lifecycle.HasReason(invalid.Reasons, code) {
			t.Errorf("%.20q: %v, want %s", text, err, code)
		}
	}
}

func TestNothingRunsInASpreadsheet(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "\t=1": "'\t=1", "\r=1": "'\r=1", " =1": "' =1", "\x00=1": "'=1",
		"\u00a0=1": "'\u00a0=1", "＝1": "'＝1", "|calc": "'|calc", "plain": "plain", "": "", "a=1": "a=1", "\xff": "\uFFFD",
	} {
		if got := rows.Plain(cell); got != want {
			t.Errorf("Plain(%q) = %q, want %q", cell, got, want)
		}
	}
	var out bytes.Buffer
	w, err := rows.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write("a", "=b,c"); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil || out.String() != "\uFEFFa,\"'=b,c\"\r\n" {
		t.Errorf("wrote %q, %v", out.String(), err)
	}
}
