package bench_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quitclaim/warehouse/certificate"
)

// The printed label is read by another program than ours, and what it says is
// checked offline.
func TestLabelReadsAndVerifiesOffline(t *testing.T) {
	t.Parallel()
	reader := zbarimg(t)
	k := setup(t)
	unit := k.reset()
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	picture := k.as(k.Technician).Get("/v1/certificates/" + string(made.Code) + "/label.png")
	if picture.Header.Get("Content-Type") != "image/png" {
		t.Fatalf("label: %d %s", picture.Status, picture.Header.Get("Content-Type"))
	}
	file := filepath.Join(t.TempDir(), "label.png")
	if err := os.WriteFile(file, []byte(picture.Body), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, reader, "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	text := strings.TrimSpace(string(out))
	if text != made.Text || !strings.HasPrefix(text, "HTTPS://QC.EXAMPLE/C/") {
		t.Fatalf("the label says %q, want %q", text, made.Text)
	}
	data, err := certificate.FromText(text)
	if err != nil {
		t.Fatal(err)
	}
	stated, err := certificate.Verify(data, k.pinned())
	if err != nil {
		t.Fatal(err)
	}
	if stated.Code != made.Code || stated.Unit != unit.Key {
		t.Errorf("the label certifies %s %s", stated.Code, stated.Unit)
	}
}

// zbarimg is a decoder that knows nothing of us. Where it is not installed the
// test is skipped, unless everything must run.
func zbarimg(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("zbarimg is not installed (Debian: zbar-tools)")
		}
		t.Skip("zbarimg is not installed (Debian: zbar-tools): the label is not read back")
	}
	return path
}

func TestLabelNamesNobody(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	label := k.as(k.Technician).Get("/v1/certificates/" + string(made.Code) + "/label.svg").Body
	sees(t, "the label", label, unit.Key.Serial, "Cam One", "Second Life", "device-signed")
	for _, private := range []string{"Test Person", string(k.Technician.Person), string(k.Validator.Person), string(k.Owner.Person)} {
		if strings.Contains(label, private) {
			t.Errorf("the label says %q", private)
		}
	}
}
