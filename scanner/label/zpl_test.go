package label

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	qrcode "github.com/skip2/go-qrcode"

	"quitclaim/service/lifecycle"
)

// format is what a printer makes of a ZPL format: fields, by their commands.
type format struct {
	width, height, copies int
	drop                  int // of ^BY
	fields                []field
}

type field struct {
	x, y int
	kind string // the command that says how the data is drawn, with its parameters
	data string
}

var errFormat = errors.New("not a format")

// parseZPL reads a format as a printer does: a caret or a tilde begins a command
// wherever it stands, and ^FH data has escapes.
func parseZPL(text string) (f format, err error) {
	text = strings.ReplaceAll(text, "\n", "")
	if !strings.HasPrefix(text, "^XA^CI28^") || !strings.HasSuffix(text, "^XZ") || strings.Count(text, "^XA") != 1 || strings.Count(text, "^XZ") != 1 {
		return f, errFormat
	}
	hex, at := false, field{}
	for command := range strings.SplitSeq(text[1:], "^") {
		if len(command) < 2 || strings.ContainsAny(command, "~\x00\x1b") {
			return f, fmt.Errorf("command %q: %w", command, errFormat)
		}
		name, rest := command[:2], command[2:]
		var values []int
		for part := range strings.SplitSeq(rest, ",") {
			n, _ := strconv.Atoi(part)
			values = append(values, n)
		}
		switch name {
		case "XA", "XZ", "CI", "LH":
		case "PW":
			f.width = values[0]
		case "LL":
			f.height = values[0]
		case "PQ":
			f.copies = values[0]
		case "BY":
			f.drop = values[2]
		case "FO":
			at = field{x: values[0], y: values[1]}
		case "A0", "BQ":
			at.kind = command
		case "FH":
			hex = true
		case "FD":
			if at.data, err = unescape(rest, hex); err != nil {
				return f, err
			}
		case "FS":
			f.fields = append(f.fields, at)
			hex = false
		default:
			return f, fmt.Errorf("command %q: %w", command, errFormat)
		}
	}
	return f, nil
}

func unescape(data string, hex bool) (string, error) {
	if !hex {
		return "", fmt.Errorf("field data without ^FH: %w", errFormat)
	}
	var out []byte
	for i := 0; i < len(data); i++ {
		if data[i] != '_' {
			out = append(out, data[i])
			continue
		}
		if i+2 >= len(data) {
			return "", fmt.Errorf("half an escape: %w", errFormat)
		}
		value, err := strconv.ParseUint(data[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("escape %q: %w", data[i:i+3], errFormat)
		}
		out = append(out, byte(value))
		i += 2
	}
	return string(out), nil
}

// drawnAgain is the drawing that a printer would make of the fields, with our
// letters instead of its own.
func drawnAgain(t *testing.T, f format) *image.Paletted {
	t.Helper()
	d := drawing{width: f.width, height: f.height}
	for _, one := range f.fields {
		if magnification, found := strings.CutPrefix(one.kind, "BQN,2,"); found {
			level := map[byte]qrcode.RecoveryLevel{'Q': qrcode.High, 'M': qrcode.Medium}[one.data[0]]
			modules, err := encode(strings.TrimPrefix(one.data[1:], "A,"), level)
			if err != nil {
				t.Fatal(err)
			}
			d.symbol, d.x, d.y = modules, one.x, one.y+f.drop
			d.module, _ = strconv.Atoi(magnification)
			continue
		}
		if _, err := fmt.Sscanf(one.kind, "A0N,%d,", &d.size); err != nil {
			t.Fatal(err)
		}
		d.pitch = pitch(d.size)
		d.rows = append(d.rows, row{text: one.data, x: one.x, y: one.y + d.size*3/4})
	}
	picture, err := d.picture()
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func unitLabel() Label {
	return Unit("https://qc.example/u/7K3MQ9XR2TVBHD4C8EJN0PSW5ZX", "7K3M-Q9XR-2TVB-HD4C-8EJN-0PSW-5ZX", lifecycle.UnitKey{Brand: "acme", Serial: "SN00A1"})
}

// The format says what the preview shows: drawn again from what a printer reads,
// it is the preview dot for dot, at both resolutions.
func TestZPLIsThePreview(t *testing.T) {
	t.Parallel()
	proof := Certificate(Proof{Text: "HTTPS://QC.EXAMPLE/C/" + strings.Repeat("ABCD2345", 36), Address: "HTTPS://QC.EXAMPLE/C/" + strings.Repeat("A", 26),
		Code: strings.Repeat("A", 26), Model: "Cam ~2^", Serial: "SN_00,A1", Issuer: "Zweites Leben", Day: "2026-11-20", Grade: "probed", Epoch: 3})
	for _, stock := range Stocks() {
		if stock.Form != FormZPL {
			continue
		}
		for _, dpi := range []int{203, 300} {
			for _, l := range []Label{unitLabel(), proof} {
				text, err := l.On(stock, dpi).ZPL(2)
				if err != nil {
					t.Fatalf("%s %d dpi: %v", stock.ID, dpi, err)
				}
				f, err := parseZPL(string(text))
				if err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
				d, err := layout(l.On(stock, dpi))
				if err != nil {
					t.Fatal(err)
				}
				preview, err := d.picture()
				if err != nil {
					t.Fatal(err)
				}
				if f.copies != 2 || f.width != d.width || f.height != d.height {
					t.Errorf("%s %d dpi: %d × %d dots, %d copies, want %d × %d, 2", stock.ID, dpi, f.width, f.height, f.copies, d.width, d.height)
				}
				if again := drawnAgain(t, f); again.Bounds() != preview.Bounds() || !bytes.Equal(again.Pix, preview.Pix) {
					t.Errorf("%s %d dpi: what is printed is not the preview:\n%s", stock.ID, dpi, text)
				}
			}
		}
	}
}

func TestZPLGolden(t *testing.T) {
	t.Parallel()
	l := unitLabel()
	l.Lines[1] = "SN^XZ~JR_5E,é"
	got, err := l.On(Stocks()[5], 203).ZPL(1)
	if err != nil {
		t.Fatal(err)
	}
	const want = `^XA
^CI28
^PW406
^LL203
^LH0,0
^BY2,3,10
^FO23,17^BQN,2,4^FH^FDQA,https://qc.example/u/7K3MQ9XR2TVBHD4C8EJN0PSW5ZX^FS
^FO189,34^A0N,23,18^FH^FDacme^FS
^FO189,63^A0N,23,18^FH^FDSN_5EXZ_7EJR_5F5E_2C_C3_A9^FS
^FO189,91^A0N,23,18^FH^FD7K3M-Q9XR-2TVB-^FS
^FO189,120^A0N,23,18^FH^FDHD4C-8EJN-0PSW-^FS
^FO189,149^A0N,23,18^FH^FD5ZX^FS
^PQ1
^XZ
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("ZPL (-want +got):\n%s", diff)
	}
}

func TestZPLRefuses(t *testing.T) {
	t.Parallel()
	for _, copies := range []int{-1, 0, 100} {
		if text, err := unitLabel().ZPL(copies); !errors.Is(err, lifecycle.ErrInvalid) || text != nil {
			t.Errorf("%d copies: %q, %v, want invalid", copies, text, err)
		}
	}
}

// FuzzZPL: no text becomes a command. Read back as a printer reads it, the format
// has the fields of any label, and says the text.
func FuzzZPL(f *testing.F) {
	for _, seed := range []string{"SN00A1", "^XZ^XA^DFR:X.ZPL", "~JR", "_5E", "a,b>c\\d", "\x00\x1b\n", "é\xff☃", "^FS^FO0,0^FDx"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, code, serial string) {
		l := Label{Code: code, Lines: []string{"acme", serial}, WidthMM: 102, HeightMM: 51}
		text, err := l.ZPL(1)
		if err != nil {
			return // does not fit
		}
		read, err := parseZPL(string(text))
		if err != nil {
			t.Fatalf("code %q, serial %q: %v\n%s", code, serial, err, text)
		}
		for _, c := range text {
			if c != '\n' && (c < ' ' || c > '~' || c == '~') {
				t.Fatalf("byte %#x in\n%s", c, text)
			}
		}
		said := ""
		for _, one := range read.fields[1:] {
			said += one.data
		}
		if got := read.fields[0].data[3:]; got != code {
			t.Errorf("the code says %q, want %q", got, code)
		}
		clean := func(s string) string { return strings.ReplaceAll(printable(s), " ", "") }
		if strings.ReplaceAll(said, " ", "") != "acme"+clean(serial) && strings.TrimSpace(serial) != "" {
			t.Errorf("the text says %q, want acme and %q", said, printable(serial))
		}
	})
}

// The colours of a preview are ink and paper alone.
func TestPreviewHasTwoColours(t *testing.T) {
	t.Parallel()
	d, err := layout(unitLabel())
	if err != nil {
		t.Fatal(err)
	}
	picture, err := d.picture()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(color.Palette{color.White, color.Black}, picture.Palette); diff != "" {
		t.Errorf("palette (-want +got):\n%s", diff)
	}
}
