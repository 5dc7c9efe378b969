package story

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// odd is a serial of every character that something in between could take for
// its own.
const odd = `'"<>;^~%2F`

// What scanners and people send that is no code of a unit: a word for each, and
// never clear.
func TestBadScans(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	clerk, mine := s.as("clerk", brightside, 0), s.pick(in("bound"), model("HI2"), soldBy(brightside))
	others := s.pick(in("stock"), custodyOf(corner))
	for _, c := range []struct{ name, payload, verdict, code string }{
		{"unknown serial", strings.Replace(mine.Payload, mine.Serial, "HI2-NEVER-MADE", 1), "unknown", "scan.unknown"},
		{"EAN only", strings.TrimPrefix(mine.GTIN, "0"), "unknown", "code.gtin-only"},
		{"wrong check digit", "9506000135015", "unknown", "code.check-digit"},
		{"wrong check digit in a link", strings.Replace(mine.Payload, mine.GTIN, "09506000135015", 1), "unknown", "code.check-digit"},
		{"another model's link", strings.Replace(mine.Payload, mine.GTIN, "09506000135045", 1), "mismatch", "scanner.other-model"},
		{"another organisation's unit", others.Payload, "refused", "scan.other-stock"},
		{"control characters", "HI2-2\x00\x070\x1b[2J", "unknown", "code.not-text"},
		{"4 kB", strings.Repeat("A", 4096), "unknown", "code.unknown"},
		{"60 kB", strings.Repeat("A", 60_000), "unknown", "code.too-long"},
		{"odd characters", odd, "unknown", "code.unknown"},
		{"a link to elsewhere", "https://evil.example/?x=" + url.QueryEscape(odd), "unknown", "code.unknown-link"},
		{"a secret", "MT:Y.K9042C00KA0648G00", "unknown", "code.secret"},
	} {
		v := clerk.scan(c.payload, "return")
		if v.Verdict != c.verdict || !has(v.Reasons.codes(), c.code) {
			t.Errorf("%s: %s %v, want %s %s", c.name, v.Verdict, v.Reasons.codes(), c.verdict, c.code)
		}
		if slices.Contains(v.Actions, "take-back") {
			t.Errorf("%s: there is a unit to take back: %v", c.name, v.Actions)
		}
	}
	if v := clerk.scan("MT:Y.K9042C00KA0648G00", "return"); !v.SecretsRedacted {
		t.Error("a secret was not redacted")
	}
	var apart verdict
	two := map[string]string{"payload": mine.Payload, "second_payload": s.pick(in("bound"), soldBy(brightside)).Payload, "purpose": "return"}
	clerk.post("/v1/scans", two).want(http.StatusOK).into(&apart)
	if apart.Verdict != "mismatch" || len(apart.Actions) > 0 {
		t.Errorf("box and unit disagree: %+v", apart)
	}
	if strings.Contains(s.out.String(), "Y.K9042C00KA0648G00") || strings.Contains(s.out.String(), "panic") {
		t.Errorf("the log: %s", s.out)
	}
}

// Returns that cannot be: each a clear error, and nothing is half done.
func TestBadReturns(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	clerk := s.as("clerk", brightside, 0)
	u := s.pick(in("bound"), soldBy(brightside))
	with := func(changes map[string]any) map[string]any {
		body := returnOf(u, u.Receipt)
		maps.Copy(body, changes)
		return body
	}
	const written = `SELECT (SELECT count(*) FROM unit_return) + (SELECT count(*) FROM reset_order) + (SELECT count(*) FROM flag)`
	before := s.count(written)
	for _, c := range []struct {
		name   string
		body   any
		status int
		want   []string
	}{
		{"unknown serial", with(map[string]any{"serial": "HI2-NEVER-MADE"}), http.StatusNotFound, nil},
		{"a serial of 4 kB", with(map[string]any{"serial": strings.Repeat("A", 4096)}), http.StatusUnprocessableEntity, []string{"field.serial"}},
		{"control characters", with(map[string]any{"serial": "HI2-\x00\x1b"}), http.StatusUnprocessableEntity, []string{"field.serial"}},
		{"odd characters", with(map[string]any{"serial": odd}), http.StatusNotFound, nil},
		{"an odd brand", with(map[string]any{"brand": odd}), http.StatusUnprocessableEntity, []string{"field.brand"}},
		{"another's stock", returnOf(s.pick(in("stock"), custodyOf(corner)), ""), http.StatusConflict, []string{"return.other-stock"}},
		{"own stock", returnOf(s.pick(in("stock"), custodyOf(brightside)), ""), http.StatusConflict, []string{"return.not-sold"}},
		{"every mistake at once", with(map[string]any{"condition": "broken", "reason": "", "receipt": strings.Repeat("R", 65), "colour": "red"}),
			http.StatusUnprocessableEntity, []string{"field.oneof", "field.required", "field.max", "field.unknown"}},
		{"half a document", `{"brand":`, http.StatusUnprocessableEntity, []string{"body.json"}},
		{"two documents", `{} {}`, http.StatusUnprocessableEntity, []string{"body.json"}},
		{"a list", `[]`, http.StatusUnprocessableEntity, []string{"body.json"}},
		{"too large", strings.Repeat(" ", 70_000) + `{}`, http.StatusRequestEntityTooLarge, nil},
	} {
		got := clerk.post("/v1/returns", c.body)
		got.what += ", " + c.name
		got.refused(c.status, c.want...)
	}
	clerk.postAs("", "/v1/returns", returnOf(u, u.Receipt)).refused(http.StatusUnprocessableEntity, "idempotency-key.missing")
	clerk.postAs("short", "/v1/returns", returnOf(u, u.Receipt)).refused(http.StatusUnprocessableEntity, "idempotency-key.shape")
	s.nobody().post("/v1/returns", returnOf(u, u.Receipt)).refused(http.StatusUnauthorized)
	s.owner(u.Owner).post("/v1/returns", returnOf(u, u.Receipt)).refused(http.StatusForbidden)
	// A flag that another's stock was on the wrong desk is all that was written.
	if after := s.count(written); after != before+1 {
		t.Errorf("%d rows for nothing but one flag", after-before)
	}

	// One key is one request: the same again has the same answer, another body
	// has none, and a returned unit is not returned twice.
	key := newKey()
	first := clerk.postAs(key, "/v1/returns", returnOf(u, u.Receipt)).want(http.StatusCreated)
	if again := clerk.postAs(key, "/v1/returns", returnOf(u, u.Receipt)); !again.same(first) {
		var a, b taken
		again.want(http.StatusCreated).into(&a)
		first.into(&b)
		if a.ID != b.ID || a.Order.ID != b.Order.ID {
			t.Errorf("a replay: %s\nthe first: %s", again.Body, first.Body)
		}
	}
	if p := clerk.postAs(key, "/v1/returns", with(map[string]any{"reason": "faulty"})).refused(http.StatusUnprocessableEntity); p.Code != "key-reused" {
		t.Errorf("one key, two bodies: %+v", p)
	}
	s.as("clerk", brightside, 1).postAs(key, "/v1/returns", returnOf(u, u.Receipt)).refused(http.StatusConflict, "return.returned")
	clerk.post("/v1/returns", returnOf(u, u.Receipt)).refused(http.StatusConflict, "return.returned")
	s.clean()
}

// A unit whose serial is made of what other systems trip over walks like any
// other.
func TestAnOddSerialWalks(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	maker, clerk := s.as("admin", vendor, 0), s.as("clerk", brightside, 0)
	u := unit{Brand: "halden", Serial: odd, GTIN: "09506000135045"}
	maker.post("/v1/units", map[string]string{"brand": u.Brand, "serial": u.Serial, "gtin": u.GTIN}).want(http.StatusCreated)
	maker.post("/v1/units", map[string]string{"brand": u.Brand, "serial": u.Serial, "gtin": u.GTIN}).refused(http.StatusConflict, "register.exists")
	s.ship(s.machine(maker, "shipments"), u, brightside, clerk)
	clerk.sell(u, "R-ODD").want(http.StatusCreated)
	// ^ and ~ are in no GS1 code (General Specifications, figure 7.11-1): such a
	// serial can only be typed.
	if v := clerk.scan("https://id.gs1.org/01/"+u.GTIN+"/21/"+url.PathEscape(odd), "return"); v.Verdict != "unknown" {
		t.Errorf("a link with it: %+v", v)
	}
	r := clerk.takeBack(u, "R-ODD")
	v := s.signedIn(clerk.person)
	v.open("/desk/returns/"+r.ID).want(http.StatusOK).shows(t, odd)
	v.open("/scan?"+url.Values{"purpose": {"return"}, "brand": {u.Brand}, "serial": {u.Serial}}.Encode()).want(http.StatusOK).shows(t, odd)
	escaped := "/" + url.PathEscape(u.Brand) + "/" + url.PathEscape(u.Serial)
	v.open("/units"+escaped).want(http.StatusOK).shows(t, odd)
	for _, picture := range []string{"/label.png", "/label.svg"} {
		clerk.get(u.path() + picture).want(http.StatusOK)
	}
	page := v.open("/desk")
	if strings.Contains(string(page.Body), odd) {
		t.Errorf("the serial stands in the page as it is:\n%s", page.Body)
	}
	s.toWarehouse(clerk, u)
	s.signedIn(s.as("technician", refit, 0).person).open("/bench/units"+escaped).want(http.StatusOK).shows(t, odd)
	s.clean()
}
