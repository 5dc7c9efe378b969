package scanner_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/draw"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/webtest"
)

// pictureOf is a photograph of these codes, side by side.
func pictureOf(t *testing.T, payloads ...string) []byte {
	t.Helper()
	const side = 360
	sheet := image.NewGray(image.Rect(0, 0, side*max(1, len(payloads))+80, side+80))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	for i, payload := range payloads {
		symbol, err := qrcode.New(payload, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		at := image.Pt(40+i*side, 40)
		draw.Draw(sheet, image.Rectangle{at, at.Add(image.Pt(side, side))}, symbol.Image(side), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, sheet); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sendPicture(client *webtest.Client, file []byte) *webtest.Response {
	return client.PostFiles("/v1/scans", url.Values{"purpose": {"return"}}, "photo", file)
}

func TestScanAPicture(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Sold(t)
	client := b.as(b.Clerk)
	own, err := b.record.LabelOf(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	box, neighbour := link(unit.GTIN, unit.Key.Serial), link(other.GTIN, other.Key.Serial)
	tests := []struct {
		name       string
		codes      []string
		verdict    lifecycle.Verdict
		reason     string
		serial     string
		candidates int
		redacted   bool
	}{
		{"the box", []string{box}, lifecycle.VerdictBound, "scan.bound", unit.Key.Serial, 0, false},
		{"our label", []string{code.LabelURL(origin, own)}, lifecycle.VerdictBound, "scan.bound", unit.Key.Serial, 0, false},
		{"box and label of one unit", []string{box, code.LabelURL(origin, own)}, lifecycle.VerdictBound, "scan.bound", unit.Key.Serial, 0, false},
		{"box and setup code", []string{matter, box}, lifecycle.VerdictBound, "scan.bound", unit.Key.Serial, 0, true},
		{"only a setup code", []string{matter}, lifecycle.VerdictUnknown, "code.secret", "", 0, true},
		{"two units", []string{box, neighbour}, lifecycle.VerdictUnknown, "scanner.several-units", "", 2, false},
		{"one serial of two brands", []string{"SN-900001"}, lifecycle.VerdictUnknown, "code.ambiguous", "", 2, false},
		{"a box and a serial of two brands", []string{box, "SN-900001"}, lifecycle.VerdictUnknown, "scanner.several-units", "", 3, false},
		{"no code", nil, lifecycle.VerdictUnknown, "scanner.no-code", "", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := sendPicture(client, pictureOf(t, tt.codes...))
			if got.Status != http.StatusOK {
				t.Fatalf("status = %d: %s", got.Status, got.Body)
			}
			var a answer
			got.Decode(&a)
			serial := ""
			if a.Unit != nil {
				serial = a.Unit.Serial
			}
			if a.Verdict != tt.verdict || len(a.Reasons) == 0 || a.Reasons[0].Code != tt.reason || serial != tt.serial ||
				len(a.Candidates) != tt.candidates || a.Redacted != tt.redacted {
				t.Errorf("answer = %s", got.Body)
			}
			if strings.Contains(got.Body, matter[3:]) || tt.candidates > 0 && len(a.Actions) > 0 {
				t.Errorf("answer = %s, says a secret or acts on a guess", got.Body)
			}
		})
	}
}

func TestScanAPictureAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	file := pictureOf(t, link(unit.GTIN, unit.Key.Serial))
	client := b.as(b.Clerk)
	var a answer
	client.PostBody("/v1/scans?purpose=return", "image/png", file).Decode(&a)
	if a.Verdict != lifecycle.VerdictBound {
		t.Errorf("a picture as the body = %+v, want bound", a)
	}
	if got := client.PostBody("/v1/scans", "image/png", file); got.Status != 422 || !strings.Contains(got.Body, `"purpose"`) {
		t.Errorf("without a purpose = %d %s, want 422", got.Status, got.Body)
	}
}

func TestPicturesThatAreNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.as(b.Clerk)
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), 60_000)
	header = append(binary.BigEndian.AppendUint32(header, 60_000), 8, 0, 0, 0, 0)
	bomb := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	bomb = binary.BigEndian.AppendUint32(bomb, crc32.ChecksumIEEE(header))
	whole := pictureOf(t, "SN-000001")
	for _, tt := range []struct {
		name   string
		file   []byte
		status int
		code   string
	}{
		{"none", nil, http.StatusUnprocessableEntity, "photo.missing"},
		{"a web page", []byte("<!doctype html>"), http.StatusUnprocessableEntity, "photo.not-a-picture"},
		{"half a picture", whole[:len(whole)/2], http.StatusUnprocessableEntity, "photo.not-a-picture"},
		{"a bomb", bomb, http.StatusUnprocessableEntity, "photo.too-many-pixels"},
		{"a little more than 10 MB", append(whole[:len(whole):len(whole)], make([]byte, 10<<20)...), http.StatusUnprocessableEntity, "photo.too-large"},
		{"far more", make([]byte, 11<<20), http.StatusRequestEntityTooLarge, "too-large"},
	} {
		got := sendPicture(client, tt.file)
		if got.Status != tt.status || !strings.Contains(got.Body, tt.code) {
			t.Errorf("%s = %d %s, want %d %s", tt.name, got.Status, got.Body, tt.status, tt.code)
		}
		page := client.PostFiles("/scan/photo", url.Values{"purpose": {"return"}}, "photo", tt.file)
		if page.Status != tt.status || tt.status == 422 && !strings.Contains(page.Body, "photo-mistake") {
			t.Errorf("%s, from the page = %d, want %d with the mistake at its field", tt.name, page.Status, tt.status)
		}
	}
}

func TestPhotoPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Sold(t)
	client := b.as(b.Clerk)
	form := client.Get("/scan").Body
	for _, want := range []string{`action="/scan/photo"`, `enctype="multipart/form-data"`, `accept="image/jpeg,image/png"`, "capture="} {
		if !strings.Contains(form, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	post := func(payloads ...string) string {
		return client.PostFiles("/scan/photo", url.Values{"purpose": {"return"}}, "photo", pictureOf(t, payloads...)).Body
	}
	if page := post(link(unit.GTIN, unit.Key.Serial)); !strings.Contains(page, unit.Key.Serial) || !strings.Contains(page, "/desk/take-back?") {
		t.Error("the verdict on a unit in a picture leads nowhere")
	}
	page := post(link(unit.GTIN, unit.Key.Serial), link(other.GTIN, other.Key.Serial))
	for _, serial := range []string{unit.Key.Serial, other.Key.Serial} {
		if !strings.Contains(page, "serial="+serial) {
			t.Errorf("two units in a picture: %s cannot be chosen", serial)
		}
	}
	if strings.Contains(page, "/desk/take-back?") {
		t.Error("two units in a picture: one can be taken back unasked")
	}
}
