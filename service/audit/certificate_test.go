package audit_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// said is the public answer as a program reads it.
type said struct {
	Code, Verdict, Standing, Serial, Model, Issuer, Accreditation, Grade, Firmware, Proof string
	Current                                                                               bool
	Epoch                                                                                 lifecycle.Epoch
	AsOf                                                                                  time.Time `json:"as_of"`
	Waived                                                                                []string
	Bytes                                                                                 []byte
}

func (k *kit) ask(path string) said {
	k.t.Helper()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header.Set("Accept", "application/json")
	got := k.site.Do(request)
	if got.Status != http.StatusOK || got.Header.Get("Vary") != "Accept" {
		k.t.Fatalf("GET %s = %d %s", path, got.Status, got.Body)
	}
	var answer said
	got.Decode(&answer)
	return answer
}

func TestCertificateAnswersAnybody(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	path := "/C/" + string(issued.Code)

	page := k.get(path)
	for _, text := range []string{
		"Clean", "nobody could see through it", "Clean since", unit.Key.Serial, "Have it scanned at the till", "It names nobody", "Second Life", "Acme", "Signed by the unit itself",
		"Epoch 3 of its credentials", "three different people", "verify-certificate", certificate.Text("qc.example", issued.Bytes),
		path + ".tlog-proof", "It cannot say whether the unit was sold",
	} {
		if !strings.Contains(page.Body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	got := k.ask(path)
	stated, err := certificate.Verify(got.Bytes, k.keys)
	if err != nil {
		t.Fatal(err)
	}
	want := said{
		Code: string(issued.Code), Verdict: "clear", Standing: "for-sale", Current: true, Serial: unit.Key.Serial, Model: "Cam One",
		Issuer: "Second Life", Accreditation: "Acme", Grade: "device-signed", Firmware: "2.1.0", Epoch: stated.Epoch,
		AsOf: k.Clock.Now(), Waived: []string{}, Bytes: issued.Bytes, Proof: path + ".tlog-proof",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}

	// The QR code on the box is the whole certificate; typed small it works too.
	whole := strings.TrimPrefix(certificate.Text("qc.example", issued.Bytes), "HTTPS://QC.EXAMPLE")
	if diff := cmp.Diff(got, k.ask(whole)); diff != "" {
		t.Errorf("by the whole certificate (-want +got):\n%s", diff)
	}
	moved := k.get("/c/" + strings.ToLower(string(issued.Code)))
	if moved.Status != http.StatusMovedPermanently {
		t.Fatalf("the lower-case path = %d", moved.Status)
	}
	if got := k.get(moved.Header.Get("Location")); got.Status != http.StatusOK {
		t.Errorf("GET %s = %d", moved.Header.Get("Location"), got.Status)
	}
}

// What is public names no person, no receipt, no network, no account: not by
// name and not by id.
func TestPublicPagesHoldNoPersonalData(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	s := k.snapshot(unit)
	private := []string{
		"Test Person", "@example.test", string(k.Technician.Person), string(k.Validator.Person), string(k.Clerk.Person),
		string(k.Owner.Person), string(s.Return.ID), s.Return.ReceiptHash, string(s.Unit.ID), string(s.Order.ID), "psn_",
		s.Unit.Verifier, s.Unit.Network, string(k.Warehouse.ID), "Corner Shop",
	}
	request := httptest.NewRequest(http.MethodGet, "/C/"+string(issued.Code), nil)
	request.Header.Set("Accept", "application/json")
	for name, body := range map[string]string{
		"page": k.get("/C/" + string(issued.Code)).Body, "JSON": k.site.Do(request).Body,
		"proof": k.get("/C/" + string(issued.Code) + ".tlog-proof").Body,
	} {
		for _, secret := range private {
			if secret != "" && strings.Contains(body, secret) {
				t.Errorf("the %s holds %q", name, secret)
			}
		}
	}
}

func TestUnknownCertificatesLookAlike(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	stated, _, err := certificate.Parse(issued.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	other := stated
	other.Epoch++
	resigned, err := certificate.Sign(other, k.Ring.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	tail := func(data []byte) string { return strings.TrimPrefix(certificate.Text("h", data), "HTTPS://H/C/") }
	want := k.get("/C/AAAAAAAAAAAAAAAAAAAAAAAAAA")
	if want.Status != http.StatusNotFound {
		t.Fatalf("an unknown code = %d", want.Status)
	}
	for name, segment := range map[string]string{
		"serial": unit.Key.Serial, "unit id": string(unit.ID), "brand and serial": "acme%2F" + unit.Key.Serial, "noise": "~~~",
		"forged": tail(forged(t, stated)), "another statement by our key": tail(resigned),
		"cut off": tail(issued.Bytes[:len(issued.Bytes)-1]), "proof of nothing": "AAAAAAAAAAAAAAAAAAAAAAAAAA.tlog-proof",
	} {
		got := k.get("/C/" + segment)
		if got.Status != http.StatusNotFound || got.Body != want.Body || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s = %d, not the constant 404", name, got.Status)
		}
	}
}

// The proof of a certificate holds for an auditor who has its entry.
func TestCertificateProof(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	got := k.get("/C/" + string(issued.Code) + ".tlog-proof")
	if got.Status != http.StatusOK || !strings.Contains(got.Header.Get("Content-Disposition"), string(issued.Code)+".tlog-proof") {
		t.Fatalf("proof = %d %s", got.Status, got.Body)
	}
	proof, err := ledger.ParseProof([]byte(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := k.Leaf(t.Context(), string(unit.ID), proof.Index)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := leaf.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Verify(ledger.LeafHash(entry), k.verifiers()); err != nil {
		t.Errorf("the proof does not hold: %v", err)
	}
	if leaf.Event != string(lifecycle.EventCertify) {
		t.Errorf("the proof is of %s", leaf.Event)
	}
}
