package print_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/scanner/label"
	"quitclaim/scanner/label/labeltest"
	"quitclaim/scanner/photo"
)

// What is printed is read back by a decoder that knows nothing of us and by our
// own: the preview and the document, on every stock.
func TestWhatIsPrintedIsReadBack(t *testing.T) {
	t.Parallel()
	raster, reader := labeltest.Program(t, "pdftoppm", "poppler-utils"), labeltest.Program(t, "zbarimg", "zbar-tools")
	k := setup(t)
	unit, issued := k.certified()
	code, err := k.LabelOf(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	client := k.as(k.Technician)
	for number, stock := range label.Stocks() {
		for ref, want := range map[string]string{unit.Key.String(): "https://qc.example/u/" + code, string(issued.Code): "HTTPS://QC.EXAMPLE/C/"} {
			if ours := ref == string(issued.Code); ours == (number%2 == 0) && os.Getenv("QUITCLAIM_TEST_LONG") != "1" {
				continue // one label a stock, in turn
			}
			preview := client.Get("/print/preview.png?stock=" + stock.ID + "&label=" + ref)
			if preview.Status != http.StatusOK {
				t.Fatalf("preview of %s on %s = %d %s", ref, stock.ID, preview.Status, preview.Body)
			}
			seen(t, reader, stock.ID+" preview", []byte(preview.Body), want, stock.ID == "zpl-51x25")
			if stock.Form == label.FormZPL {
				continue // it is drawn again in scanner/label
			}
			id := jobID()
			made := client.PostForm("/print/jobs", form(id, ref, stock.ID, ""))
			if made.Status != http.StatusSeeOther {
				t.Fatalf("print %s on %s = %d %s", ref, stock.ID, made.Status, made.Body)
			}
			document := client.Get("/v1/print-jobs/" + id + "/labels.pdf")
			file := filepath.Join(t.TempDir(), "labels")
			if err := os.WriteFile(file+".pdf", []byte(document.Body), 0o600); err != nil {
				t.Fatal(err)
			}
			labeltest.Run(t, raster, "-png", "-r", "300", "-x", "0", "-y", "0", "-W", "1300", "-H", "650", "-singlefile", file+".pdf", file)
			picture, err := os.ReadFile(file + ".png")
			if err != nil {
				t.Fatal(err)
			}
			seen(t, reader, stock.ID+" print", picture, want, stock.ID == "dymo-30330")
		}
	}
}

// seen has zbar read a picture, and our own decoder, which takes its time, where
// it is to.
func seen(t *testing.T, reader, what string, picture []byte, want string, ours bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "seen.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(labeltest.Run(t, reader, "--quiet", "--raw", file))); !strings.HasPrefix(got, want) {
		t.Errorf("%s: zbar reads %q, want %s", what, got, want)
	}
	if !ours {
		return
	}
	opened, err := photo.Open(picture)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	// "]Q1" is how a scanner says that it was a QR code.
	if got := photo.Codes(t.Context(), opened); len(got) != 1 || !strings.HasPrefix(got[0], "]Q1"+want) {
		t.Errorf("%s: our own decoder reads %q, want %s", what, got, want)
	}
}
