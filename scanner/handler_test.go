package scanner_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
)

// mountOthers stands for the rooms that verdicts lead to.
func mountOthers(r *web.Routes) {
	empty := func(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
	for _, path := range []string{"/desk", "/desk/take-back", "/desk/admit", "/desk/sealed", "/desk/returns/:id", "/till/sell"} {
		r.GET(path, access.ReturnOpen, empty)
	}
}

func strangersLabel(t *testing.T) string {
	t.Helper()
	label, err := code.NewLabelCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return label
}

type answer struct {
	Verdict lifecycle.Verdict `json:"verdict"`
	Unit    *struct{ Brand, Serial, GTIN, Model string }
	Read    struct{ Kind, Brand, Serial, GTIN, Shown string }

	Candidates []struct{ Brand, Serial string }
	Reasons    []web.ProblemReason
	Actions    []string
	AsOf       *string `json:"as_of"`
	Redacted   bool    `json:"secrets_redacted"`
}

func TestScansAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	got := b.as(b.Clerk).PostJSON("/v1/scans", map[string]any{"payload": link(unit.GTIN, unit.Key.Serial), "purpose": "return"})
	if got.Status != http.StatusOK {
		t.Fatalf("status = %d: %s", got.Status, got.Body)
	}
	var a answer
	got.Decode(&a)
	if a.Verdict != lifecycle.VerdictBound || a.Unit == nil || a.Unit.Serial != unit.Key.Serial || a.Unit.Model != "Cam One" {
		t.Errorf("answer = %s", got.Body)
	}
	if len(a.Actions) == 0 || a.Actions[0] != "take-back" || a.AsOf != nil || a.Redacted {
		t.Errorf("answer = %s", got.Body)
	}
}

func TestScansAPIWithoutASecretAnywhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.as(b.Clerk)
	for _, payload := range []string{matter, "X-HM://007JNU5AE7OSX", "https://x.example/?q=" + url.QueryEscape(matter)} {
		for _, body := range []map[string]any{
			{"payload": payload, "purpose": "return"},
			{"payload": "SN-000001", "second_payload": payload, "purpose": "return"},
		} {
			got := client.PostJSON("/v1/scans", body)
			var a answer
			got.Decode(&a)
			if a.Verdict != lifecycle.VerdictUnknown || !a.Redacted || strings.Contains(got.Body, payload[3:]) {
				t.Errorf("answer to %v = %s", body, got.Body)
			}
		}
		page := client.PostForm("/scan", url.Values{"payload": {payload}, "purpose": {"return"}})
		if page.Status != http.StatusOK || strings.Contains(page.Body, payload[3:]) {
			t.Errorf("the page repeats %q", payload)
		}
		if strings.Contains(b.site.Log.String(), payload[3:]) {
			t.Errorf("the log repeats %q", payload)
		}
	}
}

func TestScansAPIAsksAndNeverGuesses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.as(b.Clerk).PostJSON("/v1/scans", map[string]any{"payload": "SN-900001", "purpose": "return"})
	var a answer
	got.Decode(&a)
	if a.Verdict != lifecycle.VerdictUnknown || len(a.Candidates) != 2 || len(a.Actions) != 0 {
		t.Errorf("answer = %s, want both candidates and nothing to do", got.Body)
	}
}

func TestScansAPIRefusesBadShapes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.as(b.Clerk)
	cases := []struct {
		name   string
		body   map[string]any
		status int
		fields string
	}{
		{"nothing", map[string]any{}, http.StatusUnprocessableEntity, "payload purpose"},
		{"no such purpose", map[string]any{"payload": "x", "purpose": "gift"}, http.StatusUnprocessableEntity, "purpose"},
		{"4 kB", map[string]any{"payload": strings.Repeat("A", 4097), "purpose": "return"}, http.StatusOK, ""},
		{"64 kB", map[string]any{"payload": strings.Repeat("A", 65<<10), "purpose": "return"}, http.StatusRequestEntityTooLarge, ""},
		{"an image", map[string]any{"payload": "x", "purpose": "return", "image": "…"}, http.StatusUnprocessableEntity, "image"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := client.PostJSON("/v1/scans", c.body)
			if got.Status != c.status {
				t.Fatalf("status = %d, want %d: %s", got.Status, c.status, got.Body)
			}
			if c.status != http.StatusUnprocessableEntity {
				return
			}
			var fields []string
			for _, reason := range got.Problem().Reasons {
				fields = append(fields, reason.Field)
			}
			if strings.Join(fields, " ") != c.fields {
				t.Errorf("mistakes in %v, want %s", fields, c.fields)
			}
		})
	}
}

func TestScansAreForTheDeskTheTillAndTheBench(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Sold(t)
	body := map[string]any{"payload": unit.Key.Serial, "purpose": "return"}
	for name, c := range map[string]struct {
		p    access.Principal
		want int
	}{
		"a clerk":           {principal(b.Clerk), http.StatusOK},
		"a technician":      {principal(b.Technician), http.StatusOK},
		"an owner":          {principal(b.Owner), http.StatusForbidden},
		"an auditor":        {principal(b.retailer(lifecycle.RoleAuditor)), http.StatusForbidden},
		"nobody":            {access.Anonymous(), http.StatusUnauthorized},
		"a machine, scopes": {access.Principal{Kind: access.KindMachine, Machine: "tok_1", Org: b.Retailer.ID, OrgKind: lifecycle.OrgRetailer, Scopes: []access.Scope{access.ScopeScans}, OnBehalfOf: b.Clerk.Person}, http.StatusOK},
		"a machine, none":   {access.Principal{Kind: access.KindMachine, Machine: "tok_2", Org: b.Retailer.ID, OrgKind: lifecycle.OrgRetailer, Scopes: []access.Scope{access.ScopeUnits}, OnBehalfOf: b.Clerk.Person}, http.StatusForbidden},
	} {
		if got := b.site.As(c.p).PostJSON("/v1/scans", body); got.Status != c.want {
			t.Errorf("%s: status = %d, want %d: %s", name, got.Status, c.want, got.Body)
		}
	}
}

// hostile is what DESIGN's bad input asks for.
const hostile = `'"<>;^~%2F`

func (b bundle) registered(t *testing.T, serial string) lifecycle.Unit {
	t.Helper()
	key, err := lifecycle.ParseUnitKey(storetest.Brand, serial)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := b.Register(t.Context(), key, b.Model.ID, lifecycle.Register{
		Command: b.By(b.VendorAdmin), ID: lifecycle.UnitID(storetest.NewID("unt")), Key: key,
	}.Decide)
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return outcome.Change.Unit
}

func TestHostileSerial(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.registered(t, hostile)
	vendor := b.VendorAdmin
	vendor.Roles = []lifecycle.Role{lifecycle.RoleTechnician, lifecycle.RoleClerk}
	client := b.as(vendor)
	page := client.PostForm("/scan", url.Values{"purpose": {"sale"}, "brand": {"acme"}, "serial": {hostile}, "serial_again": {hostile}})
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "verdict clear") {
		t.Fatalf("page = %d\n%s", page.Status, page.Body)
	}
	if strings.Contains(page.Body, `"<>`) {
		t.Error("the serial is not escaped in the page")
	}
	want := `href="/till/sell?brand=acme&amp;serial=%27%22%3C%3E%3B%5E~%252F"`
	if !strings.Contains(page.Body, want) {
		t.Errorf("the button does not lead to %s:\n%s", want, page.Body)
	}
	sticker, err := b.record.LabelOf(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := client.PostJSON("/v1/scans", map[string]any{"payload": sticker, "purpose": "sale"})
	var a answer
	got.Decode(&a)
	if a.Unit == nil || a.Unit.Serial != hostile {
		t.Errorf("scan of the hostile serial's label = %s", got.Body)
	}
	label := client.Get("/v1/units/acme/" + url.PathEscape(hostile) + "/label.svg")
	if label.Status != http.StatusOK || strings.Contains(label.Body, `"<>`) {
		t.Errorf("label = %d %s", label.Status, label.Body)
	}
}

func TestLabelResolvesToItsUnit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t)
	clerk := b.as(b.Clerk)
	path := "/v1/units/acme/" + unit.Key.Serial + "/label"
	svg, png := clerk.Get(path+".svg"), clerk.Get(path+".png")
	if svg.Status != http.StatusOK || svg.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(svg.Body, unit.Key.Serial) {
		t.Errorf("svg = %d %s", svg.Status, svg.Header)
	}
	if png.Status != http.StatusOK || png.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(png.Body, "\x89PNG") {
		t.Errorf("png = %d %s", png.Status, png.Header)
	}
	label, err := b.record.LabelOf(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range []string{code.LabelURL(origin, label), code.FormatLabelCode(label), strings.ToLower(label)} {
		got := clerk.PostJSON("/v1/scans", map[string]any{"payload": payload, "purpose": "sale"})
		var a answer
		got.Decode(&a)
		if a.Verdict != lifecycle.VerdictClear || a.Unit == nil || a.Unit.Serial != unit.Key.Serial {
			t.Errorf("scan of the label = %s", got.Body)
		}
	}
}

// TestLabelIsTheStoresOwn holds the store to what record stands for here.
func TestLabelIsTheStoresOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t)
	label, err := b.World.LabelOf(t.Context(), unit.ID)
	if err != nil || label == "" {
		t.Fatalf("LabelOf = %q, %v", label, err)
	}
	named, err := b.World.UnitByCode(t.Context(), "label", label)
	if err != nil || named.ID != unit.ID {
		t.Errorf("the label leads to %s, %v; want %s", named.ID, err, unit.ID)
	}
}

func TestLabelsAreForCustodianAndVendor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t)
	path := "/v1/units/acme/" + unit.Key.Serial + "/label.svg"
	if got := b.as(b.VendorAdmin).Get(path); got.Status != http.StatusOK {
		t.Errorf("the vendor gets %d", got.Status)
	}
	stranger := b.as(b.Technician)
	there, nowhere := stranger.Get(path), stranger.Get("/v1/units/acme/SN-404404/label.svg")
	if there.Status != http.StatusNotFound || there.Body != nowhere.Body || nowhere.Status != http.StatusNotFound {
		t.Errorf("a stranger gets %d and %d, %q and %q", there.Status, nowhere.Status, there.Body, nowhere.Body)
	}
	if got := stranger.Get("/v1/units/acme/" + strings.Repeat("A", 4096) + "/label.svg"); got.Status != http.StatusNotFound {
		t.Errorf("a serial of 4 kB: %d", got.Status)
	}
}

func TestTypedSerialMustBeTypedTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	clerk := b.as(b.Clerk)
	form := url.Values{"purpose": {"return"}, "brand": {"acme"}, "serial": {unit.Key.Serial}, "serial_again": {"SN-000009"}}
	got := clerk.PostForm("/scan", form)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "two different ways") {
		t.Errorf("page = %d\n%s", got.Status, got.Body)
	}
	if !strings.Contains(got.Body, "<details open>") || !strings.Contains(got.Body, `value="`+unit.Key.Serial+`"`) {
		t.Error("what was typed is gone")
	}
	form.Set("serial_again", " "+strings.ToLower(unit.Key.Serial))
	if got := clerk.PostForm("/scan", form); got.Status != http.StatusOK || !strings.Contains(got.Body, "verdict bound") {
		t.Errorf("typed twice alike = %d\n%s", got.Status, got.Body)
	}
	if got := clerk.PostForm("/scan", url.Values{"purpose": {"return"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing at all = %d", got.Status)
	}
}

func TestVerdictPageShowsOneButton(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	got := b.as(b.Clerk).Get("/scan?purpose=return&brand=acme&serial=" + unit.Key.Serial)
	if got.Status != http.StatusOK || strings.Count(got.Body, `class="button primary"`) != 1 {
		t.Errorf("page = %d with %d main buttons", got.Status, strings.Count(got.Body, `class="button primary"`))
	}
	if !strings.Contains(got.Body, `href="/desk/take-back?brand=acme&amp;serial=`+unit.Key.Serial+`"`) {
		t.Errorf("no way to take it back:\n%s", got.Body)
	}
	if got := b.as(b.Technician).Get("/scan"); got.Status != http.StatusOK || !strings.Contains(got.Body, `value="bench"`) {
		t.Errorf("a technician's scan page = %d", got.Status)
	}
}

func TestEverySentenceIsThere(t *testing.T) {
	t.Parallel()
	codes := []string{"serial.typed-apart", "scanner.other-model"}
	for _, action := range []string{"admit", "take-back", "return-sealed", "follow", "sell", "void", "bench", "certify", "receive", "ship"} {
		codes = append(codes, "scanner.next."+action)
	}
	for _, purpose := range lifecycle.Purposes() {
		codes = append(codes, "scan-form.ask."+string(purpose))
	}
	missing, err := messages.Missing(codes...)
	if err != nil || len(missing) > 0 {
		t.Errorf("missing = %v, %v", missing, err)
	}
}

// TestScreens photographs the pages into $QUITCLAIM_SCREENS, for people to look
// at.
func TestScreens(t *testing.T) {
	dir := os.Getenv("QUITCLAIM_SCREENS")
	if dir == "" {
		t.Skip("QUITCLAIM_SCREENS names no folder: nothing is photographed")
	}
	b := setup(t)
	stock, sold, bound, back := b.Registered(t), b.Sold(t), b.Bound(t), b.TakenBack(t)
	held := b.Bound(t)
	b.Must(t, held.ID, lifecycle.PlaceHold{Command: b.By(b.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
	b.registered(t, "SN-555555")
	query := func(purpose string, unit lifecycle.Unit) string {
		return "/scan?purpose=" + purpose + "&brand=acme&serial=" + unit.Key.Serial
	}
	b.as(b.Clerk).Shoot(dir, "/scan", query("sale", stock), query("return", sold), query("return", bound),
		query("sale", back), query("return", held), "/scan?purpose=return&brand=acme&serial=SN-777777",
		"/scan?purpose=return&brand=acme&serial=SN-555555")
}
