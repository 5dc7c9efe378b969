package paper_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/label/labeltest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
	"quitclaim/warehouse/certificate"
	"quitclaim/warehouse/certificate/paper"
)

var keep = flag.String("keep", "", "a folder to keep the papers in, to look at")

// source is a certificate with names that need more than ASCII.
func source(t *testing.T, change func(*certificate.Certificate)) paper.Source {
	t.Helper()
	stated := certificate.Certificate{
		Code: certificate.NewCode([16]byte{1, 2, 3}), Issuer: "Zweites Leben", Unit: lifecycle.UnitKey{Brand: "nimbus", Serial: "NB24X-0007-AB12-9931"},
		Model: "NB-CAM-2K-PR", Epoch: 4, At: time.Date(2026, 11, 20, 14, 3, 0, 0, time.UTC), Method: lifecycle.ResetHard,
		Firmware: "4.2.11", Grade: lifecycle.GradeDeviceSigned, Accreditation: "NB-117", Waived: []string{"old cloud"},
	}
	if change != nil {
		change(&stated)
	}
	data, err := certificate.Sign(stated, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	back := &lifecycle.Return{At: stated.At.Add(-48 * time.Hour), Epoch: stated.Epoch}
	return paper.Source{
		Issued: lifecycle.Certificate{Code: stated.Code, Epoch: stated.Epoch, ContinuedTo: stated.Epoch, Bytes: data},
		Snapshot: lifecycle.Snapshot{
			Unit:   lifecycle.Unit{Key: stated.Unit, Epoch: stated.Epoch, State: lifecycle.StateCertified},
			Model:  lifecycle.Model{Name: stated.Model, RemovableMedia: true},
			Return: back,
		},
		Manufacturer: "Nimbus Ωptik Łódź", Organisation: "Zweites Leben GmbH & Söhne, Größenwahnstraße",
		PropertyNumber: "7K3M-Q9XR-2TVB-HD4C-8EJN-0PSW-5ZX", Host: "qc.example", Address: "HTTPS://QC.EXAMPLE/C/" + string(stated.Code),
	}
}

func record(t *testing.T, s paper.Source) paper.Record {
	t.Helper()
	r, err := paper.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func words(t *testing.T, language messages.Language) paper.Words {
	t.Helper()
	catalogue, err := messages.In(language)
	if err != nil {
		t.Fatal(err)
	}
	return func(code string, args map[string]string) string {
		if !catalogue.Has(code) {
			t.Errorf("no sentence for %s in %s", code, language)
		}
		return catalogue.Text(code, args)
	}
}

// The paper, in each language and on both sizes, is one page that says all that
// the record says, and its code is the certificate, which verifies offline.
func TestPaperSaysTheRecord(t *testing.T) {
	t.Parallel()
	text, raster, reader := labeltest.Program(t, "pdftotext", "poppler-utils"), labeltest.Program(t, "pdftoppm", "poppler-utils"), labeltest.Program(t, "zbarimg", "zbar-tools")
	r := record(t, source(t, nil))
	for _, row := range []struct {
		language messages.Language
		size     paper.Size
		notKnown string
	}{{"en", paper.A4, "not known to this record"}, {"de", paper.A4, "in diesem Nachweis nicht bekannt"}, {"es", paper.Letter, "no consta en este registro"}} {
		t.Run(string(row.language)+" "+string(row.size), func(t *testing.T) {
			t.Parallel()
			document, err := paper.PDF(r, row.size, words(t, row.language))
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			if *keep != "" {
				folder = *keep
			}
			file := filepath.Join(folder, string(row.language)+".pdf")
			if err := os.WriteFile(file, document, 0o600); err != nil {
				t.Fatal(err)
			}
			said := strings.Join(strings.Fields(string(labeltest.Run(t, text, "-layout", file, "-"))), " ")
			for _, want := range []string{
				r.Manufacturer, r.Model, r.Serial, r.PropertyNumber, r.Organisation, r.Accreditation, string(r.Code), r.Key, r.ToolVersion,
				"2026-11-20 14:03 UTC", "2026-11-18", "old cloud", "NIST SP 800-88r2", string(r.Verified), row.notKnown,
			} {
				if !strings.Contains(said, want) {
					t.Errorf("the paper does not say %q:\n%s", want, said)
				}
			}
			if pages := strings.Count(string(labeltest.Run(t, text, file, "-")), "\f"); pages != 1 {
				t.Errorf("%d pages, want 1", pages)
			}
			picture := filepath.Join(t.TempDir(), "page")
			labeltest.Run(t, raster, "-r", "300", "-gray", "-singlefile", file, picture)
			code := strings.TrimSpace(string(labeltest.Run(t, reader, "--quiet", "--raw", picture+".pgm")))
			if code != r.Text {
				t.Fatalf("the code says %q, want %q", code, r.Text)
			}
			data, err := certificate.FromText(code)
			if err != nil {
				t.Fatal(err)
			}
			public := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
			stated, err := certificate.Verify(data, certificate.Keys{certificate.KeyIDOf(public): public})
			if err != nil || stated.Code != r.Code {
				t.Errorf("the code certifies %s, %v; want %s", stated.Code, err, r.Code)
			}
		})
	}
}

// What nobody knows is null, and is named: nothing is invented.
func TestRecordSaysWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	bare := source(t, func(c *certificate.Certificate) { c.Firmware, c.Accreditation, c.Waived = "", "", nil })
	bare.Snapshot.Return.Epoch++ // of a later life of the unit
	bare.Snapshot.Unit.Epoch++
	r := record(t, bare)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal(data, &said); err != nil {
		t.Fatal(err)
	}
	want := []any{
		"category", "place", "contact", "performed_by.name", "performed_by.title", "verified_by.name", "verified_by.title", "returned_at", "tool_version",
	}
	if diff := cmp.Diff(want, said["not_known"]); diff != "" {
		t.Errorf("not known (-want +got):\n%s", diff)
	}
	for _, name := range []string{"category", "place", "contact", "returned_at"} {
		if value, there := said[name]; !there || value != nil {
			t.Errorf("%s = %v, want null", name, value)
		}
	}
	if r.Current {
		t.Error("a certificate of an epoch that is over is current")
	}
	if _, err := paper.PDF(r, paper.Letter, words(t, "en")); err != nil {
		t.Errorf("its paper: %v", err)
	}
}

// Every grade and method has its words, and every text at its bound its place.
func TestPaperOfEveryKind(t *testing.T) {
	t.Parallel()
	for _, language := range []messages.Language{"en", "de", "es"} {
		for i, grade := range lifecycle.Grades() {
			s := source(t, func(c *certificate.Certificate) {
				c.Grade, c.SelfCustody = grade, i == 1
				if grade == lifecycle.GradeProbed {
					c.Method = "rotation"
				}
				c.Unit.Serial, c.Model, c.Firmware = strings.Repeat("W", 64), strings.Repeat("M", 32), strings.Repeat("9", 32)
				c.Waived = []string{strings.Repeat("a", 32), strings.Repeat("b", 32)}
			})
			s.Snapshot.Model.RemovableMedia = i == 2
			s.Organisation, s.Manufacturer = strings.Repeat("Ö", 200), "\U0001F600 \x00 "+strings.Repeat("x", 100)
			if document, err := paper.PDF(record(t, s), paper.A4, words(t, language)); err != nil || len(document) == 0 {
				t.Errorf("%s %s: %d bytes, %v", language, grade, len(document), err)
			}
		}
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]paper.Size{"": paper.A4, "a4": paper.A4, "A4": paper.A4, "Letter": paper.Letter} {
		if got, err := paper.ParseSize(text); got != want || err != nil {
			t.Errorf("ParseSize(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	if _, err := paper.ParseSize("b5"); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("ParseSize(b5): %v, want invalid", err)
	}
}
