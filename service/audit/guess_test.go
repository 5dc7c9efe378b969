package audit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/audit"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/certificate"
)

// from asks from one network.
func (k *kit) from(network, path string) *webtest.Response {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.RemoteAddr = network + ":4711"
	return k.site.Do(request)
}

func whole(issued lifecycle.Certificate) string {
	return strings.TrimPrefix(certificate.Text("qc.example", issued.Bytes), "HTTPS://QC.EXAMPLE")
}

const guess = "/C/BBBBBBBBBBBBBBBBBBBBBBBBBB"

// TestGuessingIsSlowed per network, proofs with it; a QR code is no guess, so
// who has the box is answered in the network of somebody who guesses.
func TestGuessingIsSlowed(t *testing.T) {
	t.Parallel()
	k := setup(t)
	_, issued := k.certified()
	typed := "/C/" + string(issued.Code)
	for range 60 { // right codes are forgiven
		if got := k.from("192.0.2.1", typed); got.Status != http.StatusOK {
			t.Fatalf("a right code = %d", got.Status)
		}
	}
	throttled := 0
	for i := range 60 {
		path := guess
		if i%2 == 0 {
			path += ".tlog-proof"
		}
		if got := k.from("192.0.2.1", path); got.Status == http.StatusTooManyRequests {
			throttled++
		}
	}
	if throttled < 20 {
		t.Errorf("of 60 guesses in one moment %d were turned away", throttled)
	}
	if got := k.from("192.0.2.1", typed); got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Errorf("a typed code among guesses = %d: whether it is right shows", got.Status)
	}
	if got := k.from("192.0.2.1", whole(issued)); got.Status != http.StatusOK {
		t.Errorf("the QR code in the same network = %d", got.Status)
	}
	if got := k.from("192.0.2.2", typed); got.Status != http.StatusOK {
		t.Errorf("a buyer in another network = %d", got.Status)
	}
	k.site.Pass(2 * time.Minute)
	k.Clock.Add(2 * time.Minute)
	if got := k.from("192.0.2.1", typed); got.Status != http.StatusOK {
		t.Errorf("two minutes later = %d", got.Status)
	}
}

// TestGuessesOfACrowdAreCountedTogether: a guess from each of many networks is
// one guess after the other at the same codes. The next minute is new.
func TestGuessesOfACrowdAreCountedTogether(t *testing.T) {
	t.Parallel()
	k := setup(t)
	_, issued := k.certified()
	typed := "/C/" + string(issued.Code)
	answered := 0
	for i := range 700 {
		if k.from(fmt.Sprintf("10.0.%d.%d", i/250, i%250), guess).Status == http.StatusNotFound {
			answered++
		}
	}
	if answered < 500 || answered > 610 {
		t.Errorf("of 700 guesses by 700 networks %d were answered", answered)
	}
	if got := k.from("192.0.2.9", typed); got.Status != http.StatusTooManyRequests {
		t.Errorf("a typed code meanwhile = %d: whether it is right shows", got.Status)
	}
	if got := k.from("192.0.2.9", whole(issued)); got.Status != http.StatusOK {
		t.Errorf("a QR code meanwhile = %d", got.Status)
	}
	k.Clock.Add(time.Minute)
	if got := k.from("192.0.2.9", typed); got.Status != http.StatusOK {
		t.Errorf("a minute later = %d", got.Status)
	}
}

// calls writes down what is asked of the record, and who is counted.
type calls struct {
	*storetest.World
	made []string
}

func (c *calls) note(what string) { c.made = append(c.made, what) }

func (c *calls) Certificate(ctx context.Context, code lifecycle.CertificateCode) (lifecycle.Unit, lifecycle.Certificate, error) {
	c.note("certificate")
	return c.World.Certificate(ctx, code)
}

func (c *calls) Snapshot(ctx context.Context, id lifecycle.UnitID) (lifecycle.Snapshot, error) {
	c.note("snapshot")
	return c.World.Snapshot(ctx, id)
}

func (c *calls) ChangeAttempts(ctx context.Context, key string, change func(access.Attempts) (access.Attempts, error)) error {
	name, _, _ := strings.Cut(key, " ")
	c.note(name)
	return c.World.ChangeAttempts(ctx, key, change)
}

// TestWhatIsWrongCostsTheSame: unknown, malformed and foreign codes have the
// same bytes after the same work, and so have two processes together. The label
// on a unit is not looked up at all.
func TestWhatIsWrongCostsTheSame(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	stated, _, err := certificate.Parse(issued.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	record := &calls{World: k.World}
	handler, err := audit.NewHandler(audit.New(audit.Config{
		Record: record, Hashes: func(ctx context.Context) tlog.HashReader { return k.Ledger(ctx) },
		Certificates: k.keys, Ledger: k.Ring.LedgerVerifier(), PublicKeys: k.Ring.Public(), Host: "qc.example", Guesses: record, Now: k.Clock.Now,
	}))
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, nil)
	ask := func(path string) (status int, body string, made []string) {
		record.made = nil
		got := site.As(access.Anonymous()).Get(path)
		return got.Status, got.Body, record.made
	}
	status, body, made := ask(guess)
	want := []string{"certificate", "certificates", "certificate"}
	if diff := cmp.Diff(want, made); status != http.StatusNotFound || diff != "" {
		t.Fatalf("an unknown code = %d (-want +got):\n%s", status, diff)
	}
	label := k.Label(t, unit)
	for name, path := range map[string]string{
		"malformed": "/C/~", "a serial": "/C/" + unit.Key.Serial, "a label": "/C/" + label, "foreign": "/C/" + strings.TrimPrefix(certificate.Text("h", forged(t, stated)), "HTTPS://H/C/"),
		"long": "/C/" + strings.Repeat("A", 400), "its proof": guess + ".tlog-proof",
	} {
		s, b, m := ask(path)
		if s != status || b != body || cmp.Diff(want, m) != "" {
			t.Errorf("%s = %d after %v, want the 404 after %v", name, s, m, want)
		}
	}

	// What was sent stands in the form that changes the language, and nowhere else.
	plain := func(path, body string) string { return strings.ReplaceAll(body, `value="`+path+`"`, "") }
	_, page, made := ask("/u/" + label)
	page = plain("/u/"+label, page)
	if !strings.Contains(page, "nothing more: not who has it") || strings.Contains(page, unit.Key.Serial) || len(made) > 0 {
		t.Errorf("the label's page after %v: %s", made, page)
	}
	for _, path := range []string{"/U/" + label, "/u/0000000000000000000000000000", "/u/~"} {
		if s, b, m := ask(path); s != http.StatusOK || plain(path, b) != page || len(m) > 0 {
			t.Errorf("%s = %d after %v, not the page of every label", path, s, m)
		}
	}
}
