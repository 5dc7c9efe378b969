package certificate_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// qrVersion is the QR version that the certificate needs at level M.
func qrVersion(t *testing.T, c certificate.Certificate) int {
	t.Helper()
	data, err := certificate.Sign(c, signingKey(7))
	if err != nil {
		t.Fatal(err)
	}
	code, err := qrcode.New(certificate.Text("qc.example", data), qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	return code.VersionNumber
}

// TestQRVersions: on a label of 25 mm, version 10 has modules of three printer
// dots at 203 dpi; from version 11 on they are narrower.
func TestQRVersions(t *testing.T) {
	t.Parallel()
	if got := qrVersion(t, realistic()); got != 10 {
		t.Errorf("a realistic certificate needs version %d-M, want 10-M", got)
	}
	want := map[int]int{1: 10, 20: 10, 23: 10, 24: 11, 56: 11, 57: 12, 64: 12}
	for _, length := range slices.Sorted(maps.Keys(want)) {
		c := realistic()
		c.Unit.Serial = strings.Repeat("S", length)
		if got := qrVersion(t, c); got != want[length] {
			t.Errorf("a serial of %d characters needs version %d-M, want %d-M", length, got, want[length])
		}
	}
}

// TestBudget is the sum in the documentation of Text: 67 characters of texts
// fit version 10-M.
func TestBudget(t *testing.T) {
	t.Parallel()
	c := realistic()
	used := len(c.Issuer + c.Unit.Brand + c.Unit.Serial + c.Model + string(c.Method) + c.Firmware + c.Accreditation)
	c.Firmware += strings.Repeat("1", 67-used)
	if got := qrVersion(t, c); got != 10 {
		t.Errorf("67 characters need version %d-M, want 10-M", got)
	}
	c.Firmware += "1"
	if got := qrVersion(t, c); got != 11 {
		t.Errorf("68 characters need version %d-M, want 11-M", got)
	}
}

// TestLargestFits: whatever Sign accepts can be printed.
func TestLargestFits(t *testing.T) {
	t.Parallel()
	if got := qrVersion(t, largest(8)); got > 40 {
		t.Errorf("the largest certificate needs version %d-M", got)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	data := goldenBytes(t, "realistic")
	text := certificate.Text("qc.example", data)
	code, found := strings.CutPrefix(text, "HTTPS://QC.EXAMPLE/C/")
	if !found || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Fatalf("Text() = %s", text)
	}
	for _, read := range []string{text, code, strings.ToLower(text), " " + text + "\r\n", "https://other.example/c/" + code} {
		if got, err := certificate.FromText(read); err != nil || !bytes.Equal(got, data) {
			t.Errorf("FromText(%q) = %x, %v, want the certificate", read, got, err)
		}
	}
	bad := []string{
		"", " ", "HTTPS://QC.EXAMPLE/C/", "HTTPS://QC.EXAMPLE/" + code, "HTTPS://QC.EXAMPLE", text + "?", code[:1],
		code + "=", "0" + code[1:], code[:len(code)-1] + "Z", "HTTPS://QC.EXAMPLE/C/" + code + "/C/" + code,
	}
	for _, read := range bad {
		if got, err := certificate.FromText(read); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("FromText(%q) = %x, %v, want ErrInvalid", read, got, err)
		}
	}
}
