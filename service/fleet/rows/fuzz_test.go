package rows_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"quitclaim/service/fleet/rows"
)

// drain reads everything, and fails where a reader does not move on, says a row
// twice, or keeps more than it may.
func drain(t *testing.T, in rows.Reader, size int) {
	t.Helper()
	row, at := int64(0), int64(0)
	for {
		r, err := in.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.Row <= row || r.Next <= at || r.Next > int64(size) {
			t.Fatalf("row %d to %d follows row %d to %d in %d bytes", r.Row, r.Next, row, at, size)
		}
		row, at = r.Row, r.Next
		for _, cell := range r.Cells {
			if len(cell) > 512 {
				t.Fatalf("a cell of %d bytes", len(cell))
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n", "\"a\"\"b\",\"c\nd\"\r\ne", "\"open\nx,y\n", "a\"b\r\r\n,", "\xff\x00,\n\n"} {
		f.Add([]byte(seed), byte(','))
	}
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte) {
		if delimiter == '"' || delimiter == '\n' || delimiter == '\r' {
			return
		}
		drain(t, rows.NewCSV(func(at int64) io.Reader { return bytes.NewReader(text[at:]) }, delimiter, 0, 1), len(text))
	})
}

func FuzzNDJSON(f *testing.F) {
	for _, seed := range []string{"{\"a\":1}\n", "{\"a\":\"\\ud800\"}\n\n[", "{\"a\":{}}{", "null\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		drain(t, rows.NewNDJSON(func(at int64) io.Reader { return bytes.NewReader(text[at:]) }, []string{"a"}, 0, 1), len(text))
	})
}

func FuzzText(f *testing.F) {
	f.Add([]byte("\xFF\xFEa\x00"))
	f.Add([]byte("\xFE\xFF\xD8\x00\xD8\x00\x00a"))
	f.Fuzz(func(t *testing.T, file []byte) {
		in, err := rows.Text(bytes.NewReader(file))
		if err != nil {
			return
		}
		text, err := io.ReadAll(in)
		if err != nil || len(text) > 2*len(file)+3 {
			t.Fatalf("%d bytes became %d, %v", len(file), len(text), err)
		}
		_, _ = rows.Look(text, "") // it only must not fall over
	})
}
