package bench_test

import (
	"strings"
	"testing"

	"quitclaim/scanner/label/labeltest"
	"quitclaim/warehouse/certificate"
)

// The printed label is read by another program than ours, and what it says is
// checked offline.
func TestLabelReadsAndVerifiesOffline(t *testing.T) {
	t.Parallel()
	reader := labeltest.Program(t, "zbarimg", "zbar-tools")
	k := setup(t)
	unit := k.reset()
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	picture := k.as(k.Technician).Get("/v1/certificates/" + string(made.Code) + "/label.png")
	if picture.Header.Get("Content-Type") != "image/png" {
		t.Fatalf("label: %d %s", picture.Status, picture.Header.Get("Content-Type"))
	}
	file := labeltest.Keep(t, "label.png", []byte(picture.Body))
	text := strings.TrimSpace(string(labeltest.Run(t, reader, "--quiet", "--raw", file)))
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
