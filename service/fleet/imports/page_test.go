package imports_test

import (
	"bytes"
	"flag"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/webtest"
)

// form sends the upload form, as a browser does without JavaScript.
func form(t *testing.T, c *webtest.Client, fields map[string]string, file string) *webtest.Response {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "october.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(part, file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/imports", &body)
	request.Header.Set("Content-Type", w.FormDataContentType())
	return c.Do(request)
}

func shows(t *testing.T, got *webtest.Response, parts ...string) {
	t.Helper()
	if got.Status != http.StatusOK && got.Status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	for _, part := range parts {
		if !strings.Contains(got.Body, part) {
			t.Errorf("%q is missing in %s", part, got.Body)
		}
	}
}

// TestAnImportByItsPages: send, choose columns, look at the dry run, start, read
// the errors, all by forms.
func TestAnImportByItsPages(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	vendor := k.site.As(principal(k.VendorAdmin))
	shows(t, vendor.Get("/imports"), "Send and try it", k.Model.Name, "No file was imported yet.")

	sent := form(t, vendor, map[string]string{"kind": "units", "reference": "october"}, "A;B\nred;P-1\nblue;P-2\ngreen;P-1\n")
	at := sent.Header.Get("Location")
	if sent.Status != http.StatusSeeOther || !strings.HasPrefix(at, "/imports/imp_") {
		t.Fatalf("sent: %d %s", sent.Status, sent.Body)
	}
	shows(t, vendor.Get(at), "Say which column is which.", "<option value=\"B\">", "P-1", "import")
	shows(t, vendor.PostForm(at+"/columns", map[string][]string{"column.serial": {""}}), "Say which column this is.", "which model the units are")
	if got := vendor.PostForm(at+"/columns", map[string][]string{"column.serial": {"B"}, "model": {string(k.Model.ID)}}); got.Status != http.StatusSeeOther {
		t.Fatalf("columns: %d %s", got.Status, got.Body)
	}
	shows(t, vendor.Get(at), "Every row is looked at.", `<progress`, "data-live")
	k.work(t)
	shows(t, vendor.Get(at), "Write 2 rows", "The same serial number stands in row 2.")
	if got := vendor.PostForm(at+"/start", nil); got.Status != http.StatusSeeOther {
		t.Fatalf("start: %d %s", got.Status, got.Body)
	}
	k.work(t)
	shows(t, vendor.Get(at), "Every row was worked.", "errors.csv")
	shows(t, vendor.Get(at+"?fragment=progress"), "Written")
	shows(t, vendor.Get("/imports"), "october.csv", "Done")

	shows(t, form(t, vendor, map[string]string{"kind": "units", "reference": "october"}, "A\nx\n"), "Another file came under this reference.")
	shows(t, form(t, vendor, map[string]string{"kind": "sales", "reference": "x"}, "A\nx\n"), "You may not import this.")
	shows(t, form(t, vendor, map[string]string{"kind": "units", "reference": "y"}, "PK\x03\x04"), "This is a workbook.")
	if got := k.site.As(principal(k.Clerk)).Get(at); got.Status != http.StatusNotFound {
		t.Errorf("another organisation sees the page: %d", got.Status)
	}
	if got := vendor.PostForm(at+"/cancel", nil); got.Status != http.StatusConflict {
		t.Errorf("an import that is over is cancelled: %d", got.Status)
	}
}

// TestACancelledImportStops, and says so.
func TestACancelledImportStops(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	job, err := k.send(t, "cancelled", csvOf(100))
	if err != nil {
		t.Fatal(err)
	}
	vendor := k.site.As(principal(k.VendorAdmin))
	if got := vendor.PostJSON("/v1/imports/"+string(job.ID)+"/cancel", map[string]any{}); got.Status != http.StatusOK || !strings.Contains(got.Body, `"state":"cancelled"`) {
		t.Fatalf("cancel: %d %s", got.Status, got.Body)
	}
	k.work(t)
	if job, err = k.Import(t.Context(), job.ID); err != nil || job.Counts.Rows != 0 || job.State != lifecycle.ImportCancelled {
		t.Errorf("became %s %+v, %v", job.State, job.Counts, err)
	}
	shows(t, vendor.Get("/imports/"+string(job.ID)), "It was cancelled.")
}

// TestATillsNightlyFile: sales of yesterday are taken down, and what cannot be is
// told by its rule's own reasons.
func TestATillsNightlyFile(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	good, back := k.Registered(t), k.TakenBack(t)
	k.Clock.Add(24 * 3600e9)
	at := k.Clock.Now().Add(-10 * 3600e9).Format("2006-01-02 15:04:05")
	file := "Serial;Date;Bon\n" + good.Key.Serial + ";" + at + ";R-7\n" + back.Key.Serial + ";" + at + ";R-8\nNEVER;" + at + ";R-9\n" + good.Key.Serial + ";tomorrow;R-7\n"
	job, wrong := k.done(t, "sales-1", file, sales)
	want := []string{"3 sell.returned", "4 import.unknown", "5 import.instant"}
	if fmt.Sprint(codes(wrong)) != fmt.Sprint(want) || job.Counts.Added != 1 {
		t.Errorf("errors %v, %+v; want %v", codes(wrong), job.Counts, want)
	}
	unit, err := k.Unit(t.Context(), good.ID)
	if err != nil || unit.State != lifecycle.StateSold {
		t.Errorf("the unit is %s, %v", unit.State, err)
	}
	if job, _ = k.done(t, "sales-2", file, sales, dryRun); job.Counts.Known != 1 {
		t.Errorf("the same sales tried again: %+v, want one known", job.Counts)
	}
	clerk := k.site.As(principal(k.Clerk))
	shows(t, clerk.Get("/imports"), "Brand of every unit", "Units that you sold")
	shows(t, clerk.Get("/imports/"+string(job.ID)))
}

var screens = flag.String("screens", "", "folder for pictures of the pages")

// TestScreens takes pictures of the pages for a person to look at.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("-screens names no folder")
	}
	k := newKit(t)
	vendor := k.site.As(principal(k.VendorAdmin))
	asked := form(t, vendor, map[string]string{"kind": "units", "reference": "asked"}, "A;B\nred;P-1\nblue;P-2\n").Header.Get("Location")
	job, _ := k.done(t, "october", csvOf(1200)+"IMP-000001\n\n\"x\n", dryRun)
	vendor.Shoot(*screens, "/imports", asked, "/imports/"+string(job.ID))
}
