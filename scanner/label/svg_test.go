package label_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	qrcode "github.com/skip2/go-qrcode"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/label"
)

var update = flag.Bool("update", false, "write the golden files anew")

func drawSVG(t *testing.T, l label.Label) []byte {
	t.Helper()
	picture, err := l.SVG()
	if err != nil {
		t.Fatalf("SVG: %v", err)
	}
	return picture
}

func TestSVGGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"unit", "unit-25x50", "hostile", "certificate"} {
		got := drawSVG(t, labels()[name])
		golden := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", golden, diff)
		}
	}
}

// Whatever stands in a serial, the picture has the same elements, and a reader
// of XML gets the text back as it was.
func TestSVGTextCannotBecomeMarkup(t *testing.T) {
	t.Parallel()
	for _, line := range []string{hostile, markup, "&amp;&lt;", "]]>", "<!--", `" onload="x`, "a\x00b\x1b\n", "\xff", "\u202e"} {
		l := label.Label{Code: unitURL, Lines: []string{line}, WidthMM: 100}
		elements, texts := parseSVG(t, drawSVG(t, l))
		want := []string{"svg", "title", "rect", "path"}
		for range texts {
			want = append(want, "text")
		}
		if diff := cmp.Diff(want, elements); diff != "" || len(texts) == 0 {
			t.Errorf("line %q: elements (-want +got):\n%s", line, diff)
		}
		clean := strings.Map(func(c rune) rune {
			if c < ' ' || c == '\u202e' {
				return '\ufffd'
			}
			return c
		}, strings.ToValidUTF8(line, "\ufffd"))
		if got := strings.Join(texts, ""); got != strings.ReplaceAll(clean, " ", "") && got != clean {
			t.Errorf("line %q comes back as %q", line, got)
		}
	}
}

// parseSVG lists the elements, and the text of the text elements.
func parseSVG(t *testing.T, picture []byte) (elements, texts []string) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	inText := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return elements, texts
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements = append(elements, token.Name.Local)
			if inText = token.Name.Local == "text"; inText {
				texts = append(texts, "")
			}
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				texts[len(texts)-1] += string(token)
			}
		}
	}
}

// The path must be the library's bitmap, module by module.
func TestSVGPathIsTheBitmap(t *testing.T) {
	t.Parallel()
	qr, err := qrcode.New(unitURL, qrcode.High)
	if err != nil {
		t.Fatal(err)
	}
	qr.DisableBorder = true
	want := qr.Bitmap()
	_, rest, _ := strings.Cut(string(drawSVG(t, labels()["unit"])), ` d="`)
	path, _, _ := strings.Cut(rest, `"`)
	got := make([][]bool, len(want))
	for i := range got {
		got[i] = make([]bool, len(want))
	}
	for run := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var x, y, length, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &length, &back); err != nil || length != back {
			t.Fatalf("run %q: %v", run, err)
		}
		for i := range length {
			got[y][x+i] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
}
