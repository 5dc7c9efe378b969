package sale_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quitclaim/retailer/sale"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// golden is one answer whose text and signature never change: tills out there
// check against this format. testdata/check.golden has both, and so has
// service/docs/sales-check.md.
func golden() sale.Check {
	return sale.Check{
		Org: "org_elm", Key: lifecycle.UnitKey{Brand: "acme", Serial: "SN-0001A"}, Verdict: lifecycle.VerdictRefused,
		Reasons: []lifecycle.Reason{
			{Code: "sell.no-certificate"},
			{Code: "sell.not-probed", Args: map[string]string{"cloud": "builtin"}},
		},
		AsOf: moment("2026-03-14T08:00:00.5Z"), CheckedAt: moment("2026-03-14T09:26:53.589Z"),
		Until: moment("2026-03-14T09:27:53.589Z"),
	}
}

func TestSignedTextIsFrozen(t *testing.T) {
	t.Parallel()
	check := golden()
	check.Sign(testKey())
	public := hex.EncodeToString(testKey().Public().(ed25519.PublicKey))
	got := string(check.SignedText()) + "--\n" + check.SignatureText() + "\n" + public + "\n"
	want, err := os.ReadFile(filepath.Join("testdata", "check.golden"))
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "service", "docs", "sales-check.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(want)), "\n") {
		if line != "--" && !strings.Contains(string(doc), line) {
			t.Errorf("the document does not have the line %q of the golden answer", line)
		}
	}
}

func TestVerifyOffline(t *testing.T) {
	t.Parallel()
	public := testKey().Public().(ed25519.PublicKey)
	cases := []struct {
		name   string
		change func(*sale.Check)
		at     time.Duration // after the check
		public ed25519.PublicKey
		good   bool
	}{
		{"as it was signed", func(*sale.Check) {}, 0, public, true},
		{"in its last moment", func(*sale.Check) {}, time.Minute - time.Millisecond, public, true},
		{"a moment too late", func(*sale.Check) {}, time.Minute, public, false},
		{"before it was made", func(*sale.Check) {}, -time.Millisecond, public, false},
		{"another key", func(*sale.Check) {}, 0, ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey), false},
		{"no key", func(*sale.Check) {}, 0, nil, false},
		{"another verdict", func(c *sale.Check) { c.Verdict = lifecycle.VerdictClear }, 0, public, false},
		{"another unit", func(c *sale.Check) { c.Key.Serial = "SN-0001B" }, 0, public, false},
		{"the same unit, other letters", func(c *sale.Check) { c.Key.Serial = "sn-0001a" }, 0, public, true},
		{"another organisation", func(c *sale.Check) { c.Org = "org_oak" }, 0, public, false},
		{"a reason less", func(c *sale.Check) { c.Reasons = c.Reasons[:1] }, 0, public, false},
		{"good for longer", func(c *sale.Check) { c.Until = c.Until.Add(time.Hour) }, 0, public, false},
		{"fresher clouds", func(c *sale.Check) { c.AsOf = c.CheckedAt }, 0, public, false},
		{"no clouds", func(c *sale.Check) { c.AsOf = time.Time{} }, 0, public, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check := golden()
			check.Sign(testKey())
			c.change(&check)
			err := check.Verify(c.public, golden().CheckedAt.Add(c.at))
			if (err == nil) != c.good {
				t.Errorf("Verify = %v, want good: %t", err, c.good)
			}
		})
	}
}

type checkAnswer struct {
	Org, Brand, Serial, Verdict, Signature string

	Reasons   []web.ProblemReason
	AsOf      *string `json:"as_of"`
	CheckedAt string  `json:"checked_at"`
	Until     string  `json:"valid_until"`
}

// text is the signed text, written a second time and by the document alone.
func (a checkAnswer) text() []byte {
	var codes []string
	for _, reason := range a.Reasons {
		codes = append(codes, reason.Code)
	}
	asOf := "-"
	if a.AsOf != nil {
		asOf = *a.AsOf
	}
	return []byte("quitclaim/sale-check/v1\n" + a.Org + "\n" + strings.ToLower(a.Brand+"/"+a.Serial) + "\n" + a.Verdict + "\n" +
		strings.Join(codes, ",") + "\n" + asOf + "\n" + a.CheckedAt + "\n" + a.Until + "\n")
}

func (b bundle) check(t *testing.T, actor lifecycle.Actor, serial string) checkAnswer {
	t.Helper()
	got := b.as(actor).Get("/v1/sales/check?brand=acme&serial=" + url.QueryEscape(serial))
	if got.Status != http.StatusOK {
		t.Fatalf("check = %d %s", got.Status, got.Body)
	}
	var a checkAnswer
	got.Decode(&a)
	keyID, text, found := strings.Cut(a.Signature, ".")
	signature, err := base64.RawURLEncoding.DecodeString(text)
	if !found || len(keyID) != 8 || err != nil {
		t.Fatalf("signature = %q, %v", a.Signature, err)
	}
	if !ed25519.Verify(b.key.Public().(ed25519.PublicKey), a.text(), signature) {
		t.Errorf("the signature does not hold over %q", a.text())
	}
	return a
}

func TestCheckAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stock, sold, back, certified := b.Registered(t), b.Sold(t), b.TakenBack(t), b.certified(t)
	cases := []struct {
		name, serial string
		verdict      lifecycle.Verdict
		reason       string
		asOf         bool
	}{
		{"stock", stock.Key.Serial, lifecycle.VerdictClear, "scan.sellable", false},
		{"certified", certified.Key.Serial, lifecycle.VerdictClear, "scan.sellable", true},
		{"sold", sold.Key.Serial, lifecycle.VerdictRefused, "scan.already-sold", false},
		{"taken back", back.Key.Serial, lifecycle.VerdictRefused, "scan.not-certified", false},
		{"nobody's", "SN-404404", lifecycle.VerdictUnknown, "scan.unknown", false},
		{"hostile", `'"<>;^~%2F`, lifecycle.VerdictUnknown, "scan.unknown", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := b.check(t, b.Clerk, c.serial)
			if got.Verdict != string(c.verdict) || got.Reasons[0].Code != c.reason || (got.AsOf != nil) != c.asOf {
				t.Errorf("answer = %+v, want %s %s, as_of %t", got, c.verdict, c.reason, c.asOf)
			}
			if got.Reasons[0].Detail == c.reason {
				t.Errorf("%s has no sentence", c.reason)
			}
		})
	}
}

func TestCheckOfOtherStockIsRefusedAndFlagged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t) // the retailer's
	clerk := b.Technician   // the warehouse's
	clerk.Roles = []lifecycle.Role{lifecycle.RoleClerk}
	got := b.check(t, clerk, unit.Key.Serial)
	if got.Verdict != "refused" || got.Reasons[0].Code != "scan.other-stock" {
		t.Errorf("answer = %+v, want refused: other-stock", got)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagOtherStock || flags[0].Org != b.Retailer.ID {
		t.Errorf("flags = %v, %v; want other-stock for the custodian", flags, err)
	}
}

func TestCheckRefusesBadShapesAndStrangers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := b.as(b.Clerk)
	for query, want := range map[string]int{
		"":                         http.StatusUnprocessableEntity,
		"?brand=acme":              http.StatusUnprocessableEntity,
		"?brand=ac%20me&serial=1":  http.StatusUnprocessableEntity,
		"?brand=acme&serial=a%00b": http.StatusUnprocessableEntity,
		"?brand=acme&serial=" + strings.Repeat("A", 4096): http.StatusUnprocessableEntity,
		"?brand=acme&serial=1":                            http.StatusOK,
	} {
		if got := clerk.Get("/v1/sales/check" + query); got.Status != want {
			t.Errorf("check%.40s = %d, want %d", query, got.Status, want)
		}
	}
	if got := b.as(b.Owner).Get("/v1/sales/check?brand=acme&serial=1"); got.Status != http.StatusForbidden {
		t.Errorf("an owner gets %d", got.Status)
	}
	if got := b.site.As(access.Anonymous()).Get("/v1/sales/check?brand=acme&serial=1"); got.Status != http.StatusUnauthorized {
		t.Errorf("nobody gets %d", got.Status)
	}
	if got := b.pos().Get("/v1/sales/check?brand=acme&serial=1"); got.Status != http.StatusOK {
		t.Errorf("a POS gets %d %s", got.Status, got.Body)
	}
}
