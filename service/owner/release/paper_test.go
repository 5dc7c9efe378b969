package release_test

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/scanner/label/labeltest"
	"quitclaim/service/web/webtest"
)

// A printed receipt is what a desk scans when the phone is empty: it is one page
// of A4, it fits the roll of a receipt printer, and a decoder that is not ours
// reads its code on both, at the dots of such a printer.
func TestThePrintedReceiptCanBeScanned(t *testing.T) {
	t.Parallel()
	text, raster, reader := labeltest.Program(t, "pdftotext", "poppler-utils"), labeltest.Program(t, "pdftoppm", "poppler-utils"), labeltest.Program(t, "zbarimg", "zbar-tools")
	k := newKit(t)
	unit := k.linked()
	body := k.letGo(unit, true)
	server := httptest.NewServer(k.site.Server.Handler())
	t.Cleanup(server.Close)
	tab := webtest.NewTab(t, server.URL)
	tab.Open("/R/" + body.Receipt.Code)
	tab.Sees(unit.Key.Serial)
	for _, on := range []struct {
		name          string
		width, height float64
	}{{"A4", 210, 297}, {"80 mm", 80, 297}} {
		file := labeltest.Keep(t, "receipt.pdf", tab.Print(on.width, on.height))
		said := string(labeltest.Run(t, text, file, "-"))
		if pages := strings.Count(said, "\f"); pages != 1 {
			t.Errorf("%s: %d pages, want 1", on.name, pages)
		}
		if !strings.Contains(said, unit.Key.Serial) || strings.Contains(said, "You can print this page") {
			t.Errorf("%s says\n%s", on.name, said)
		}
		picture := filepath.Join(t.TempDir(), "page")
		labeltest.Run(t, raster, "-r", "203", "-gray", "-singlefile", file, picture)
		got := strings.TrimSpace(string(labeltest.Run(t, reader, "--quiet", "--raw", picture+".pgm")))
		if !strings.EqualFold(got, body.Receipt.URL) {
			t.Errorf("%s: the code says %q, want %q", on.name, got, body.Receipt.URL)
		}
	}
}
