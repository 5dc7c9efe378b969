package commands_test

import (
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"quitclaim/scanner/code"
	"quitclaim/warehouse/bench/commands"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for scanned, want := range map[string]commands.Command{
		"QC:NEXT": commands.Next, " qc:pass\r\n": commands.Pass, "QC:THREE": commands.Third, "p": commands.Pass, "F ": commands.Fail,
		"2": commands.Second, "QC:DANCE": "DANCE", "QC:": "",
	} {
		got, ok := commands.Parse(scanned)
		if !ok || got != want {
			t.Errorf("%q: %q, %t; want %q", scanned, got, ok, want)
		}
	}
	for _, scanned := range []string{"", "QC", "QCNEXT", "PASS", "SN-000001", "4", "x", "acme/QC:1"} {
		if got, ok := commands.Parse(scanned); ok {
			t.Errorf("%q is taken for the command %q", scanned, got)
		}
	}
}

// Each has a letter of its own, and a code that no reader of units takes for
// one, whatever its serials look like.
func TestCommandsAreNoUnits(t *testing.T) {
	t.Parallel()
	anything, err := code.NewSerialPattern("acme", `[A-Z0-9-]{1,32}`, "SN-1")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]commands.Command{}
	for _, c := range commands.All() {
		if other, taken := keys[c.Key()]; taken {
			t.Errorf("%s and %s have the same key", c, other)
		}
		keys[c.Key()] = c
		if !c.Known() {
			t.Errorf("%s is not known", c)
		}
		if back, ok := commands.Parse(c.Code()); !ok || back != c {
			t.Errorf("%s reads as %q", c.Code(), back)
		}
		for _, rules := range []code.Rules{{}, {Serials: []code.SerialPattern{anything}, Hosts: []string{"qc.example"}}} {
			if reading := code.Parse(c.Code(), rules); reading.Key.Brand != "" || reading.Kind == code.KindLabel {
				t.Errorf("%s is read as a unit: %+v", c.Code(), reading)
			}
		}
	}
	if commands.Command("DANCE").Known() {
		t.Error("what is on no sheet is known")
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for c, want := range map[commands.Command]int{commands.First: 0, commands.Second: 1, commands.Third: 2} {
		if got, ok := c.Answer(); !ok || got != want {
			t.Errorf("%s: %d, %t", c, got, ok)
		}
	}
	if _, ok := commands.Pass.Answer(); ok {
		t.Error("a word that chooses nothing chooses")
	}
}

// What is printed is read back, by the decoder that pictures are read with.
func TestTheSheetIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range commands.All() {
		svg, err := c.Bars()
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(drawn(t, svg))
		if err != nil {
			t.Fatal(err)
		}
		read, err := oned.NewCode128Reader().Decode(bitmap, nil)
		if err != nil || read.GetText() != c.Code() {
			t.Errorf("%s: read %v, %v", c, read, err)
		}
	}
}

// drawn is the picture of the bars: every module that the path fills, three
// pixels wide.
func drawn(t *testing.T, svg string) image.Image {
	t.Helper()
	box := regexp.MustCompile(`viewBox="0 0 (\d+) `).FindStringSubmatch(svg)
	if box == nil || strings.ContainsAny(svg, "\n") {
		t.Fatalf("no drawing: %s", svg)
	}
	width, _ := strconv.Atoi(box[1])
	picture := image.NewGray(image.Rect(0, 0, 3*width, 60))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for _, bar := range regexp.MustCompile(`M(\d+) 0h1v`).FindAllStringSubmatch(svg, -1) {
		at, _ := strconv.Atoi(bar[1])
		for x := 3 * at; x < 3*at+3; x++ {
			for y := range 60 {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	return picture
}
