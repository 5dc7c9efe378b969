package story

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// pixels is a picture in two colours, as JavaScript hands it over.
type pixels struct {
	Width, Height int
	Ink           string // "1" for a dark dot, row by row
}

// near: there is ink at most two dots from here.
func (p pixels) near(x, y int) bool {
	for row := max(0, y-2); row <= min(p.Height-1, y+2); row++ {
		for column := max(0, x-2); column <= min(p.Width-1, x+2); column++ {
			if p.Ink[row*p.Width+column] == '1' {
				return true
			}
		}
	}
	return false
}

// shown draws the page's picture of the label at its own size, and reads it.
const shown = `(async () => {
  const image = document.querySelector("figure.label img");
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  let ink = "";
  for (let at = 0; at < data.length; at += 4) {
    ink += data[at] + data[at + 1] + data[at + 2] < 384 ? "1" : "0";
  }
  return { Width: width, Height: height, Ink: ink };
})()`

// printed fetches the document that the page offers to print.
const printed = `(async () => {
  const answer = await fetch(document.querySelector("main a[href$='labels.pdf']").href);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
})()`

// What the clerk sees before printing is what comes out of the printer: each dot
// of the code, and letters to within two dots.
func TestThePreviewIsThePrint(t *testing.T) {
	t.Parallel()
	raster, err := exec.LookPath("pdftoppm")
	if err != nil {
		lacking(t, "pdftoppm (poppler-utils)")
	}
	s := demo(t, quick)
	browser := s.browser(t)
	u := s.pick(in("certified"))
	desk := s.tab(t, browser)
	desk.signIn(s.as("clerk", u.Custody, 0).person)
	for stock, dpi := range map[string]int{"brother-62": 300, "dymo-30330": 300} {
		desk.open("/print?labels=" + u.Brand + "/" + u.Serial + "&stock=" + stock)
		preview := evaluate[pixels](desk, shown)
		desk.press("print", click(`main form button.primary`))
		document, err := base64.StdEncoding.DecodeString(evaluate[string](desk, printed))
		if err != nil {
			t.Fatal(err)
		}
		compareDots(t, stock, preview, rasterised(t, raster, document, dpi, preview))
	}
}

func rasterised(t *testing.T, raster string, document []byte, dpi int, size pixels) pixels {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labels.pdf")
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}
	n := fmt.Sprint
	out, err := exec.CommandContext(t.Context(), raster, "-gray", "-r", n(dpi), "-x", "0", "-y", "0", "-W", n(size.Width), "-H", n(size.Height), path).Output()
	if err != nil {
		t.Fatalf("rasterise: %v", err)
	}
	p := pixels{}
	if _, err := fmt.Sscanf(string(out[:min(64, len(out))]), "P5\n%d %d\n255\n", &p.Width, &p.Height); err != nil {
		t.Fatal(err)
	}
	ink := make([]byte, 0, p.Width*p.Height)
	for _, grey := range out[len(out)-p.Width*p.Height:] {
		ink = append(ink, "10"[grey>>7])
	}
	p.Ink = string(ink)
	return p
}

func compareDots(t *testing.T, stock string, preview, paper pixels) {
	t.Helper()
	if preview.Width != paper.Width || preview.Height != paper.Height {
		t.Fatalf("%s: previewed %d by %d dots, printed %d by %d", stock, preview.Width, preview.Height, paper.Width, paper.Height)
	}
	ink, stray := 0, 0
	for at := range preview.Ink {
		x, y := at%preview.Width, at/preview.Width
		if preview.Ink[at] == '1' {
			ink++
		}
		if preview.Ink[at] != paper.Ink[at] && (!preview.near(x, y) || !paper.near(x, y)) {
			stray++
		}
	}
	if stray > 0 || ink < 1000 {
		t.Errorf("%s: of %d dark dots %d are elsewhere in print", stock, ink, stray)
	}
}
