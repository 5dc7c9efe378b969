package sale_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

type saleAnswer struct {
	ID, Brand, Serial, State string

	SoldAt   string  `json:"sold_at"`
	VoidedAt *string `json:"voided_at"`
	Flagged  bool
}

func body(unit lifecycle.Unit, more ...string) map[string]any {
	m := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial, "receipt": "R-77"}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}

func TestSellStockAndCertified(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, unit := range map[string]lifecycle.Unit{"stock": b.Registered(t), "certified": b.certified(t)} {
		got := b.pos().PostJSON("/v1/sales", body(unit))
		if got.Status != http.StatusCreated {
			t.Fatalf("%s: sale = %d %s\n%s", name, got.Status, got.Body, b.site.Log)
		}
		var a saleAnswer
		got.Decode(&a)
		after, err := b.Snapshot(t.Context(), unit.ID)
		if err != nil {
			t.Fatal(err)
		}
		if a.State != "sold" || after.Unit.State != lifecycle.StateSold || after.Unit.Custody != "" || after.Unit.Epoch != unit.Epoch+1 {
			t.Errorf("%s: %+v, unit %+v; want sold, with a customer, at the next epoch", name, a, after.Unit)
		}
		if after.Sale == nil || after.Sale.ReceiptHash != b.ReceiptHash(b.Retailer.ID, "R-77") || after.Sale.Machine != "tok_pos" {
			t.Errorf("%s: sale = %+v, want the receipt's hash and the machine", name, after.Sale)
		}
		if after.Sale != nil && after.Sale.Clerk != b.Clerk.Person {
			t.Errorf("%s: clerk = %s, want whom the machine acts for", name, after.Sale.Clerk)
		}
	}
}

func TestSaleIsRefusedWithEveryReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.certified(t)
	// A day later, under a recall, on its way to the warehouse: three reasons.
	b.Clock.Add(25 * time.Hour)
	vendor := b.Clerk
	b.Must(t, unit.ID, lifecycle.Ship{Command: b.By(b.Clerk), ID: "shp_away", To: b.Warehouse.ID}.Decide)
	b.Must(t, unit.ID, lifecycle.PlaceHold{Command: b.By(vendor), ID: "hld_1", Kind: lifecycle.HoldRecall}.Decide)
	got := b.as(b.Clerk).PostJSON("/v1/sales", body(unit))
	if got.Status != http.StatusConflict {
		t.Fatalf("sale = %d %s", got.Status, got.Body)
	}
	problem := got.Problem()
	var codes []string
	for _, reason := range problem.Reasons {
		codes = append(codes, reason.Code)
		if reason.Detail == reason.Code {
			t.Errorf("%s has no sentence", reason.Code)
		}
	}
	if want := "hold.recall sell.not-probed sell.in-transit"; strings.Join(codes, " ") != want {
		t.Errorf("reasons = %v, want %s", codes, want)
	}
	if after, err := b.Unit(t.Context(), unit.ID); err != nil || after.State != lifecycle.StateCertified {
		t.Errorf("unit is %s after a refusal, %v", after.State, err)
	}
	check := b.check(t, b.Clerk, unit.Key.Serial)
	if check.Verdict != "held" || len(check.Reasons) != 3 {
		t.Errorf("check = %+v, want held with the same reasons", check)
	}
	page := b.as(b.Clerk).PostForm("/till/sales", url.Values{"brand": {"acme"}, "serial": {unit.Key.Serial}})
	if page.Status != http.StatusConflict || !strings.Contains(page.Body, "verdict refused") || strings.Count(page.Body, `<li>`) < 2 {
		t.Errorf("page = %d\n%s", page.Status, page.Body)
	}
}

func TestSaleOfTheSameKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t)
	client := b.as(b.Clerk).WithKey("till-7-000123")
	first, again := client.PostJSON("/v1/sales", body(unit)), client.PostJSON("/v1/sales", body(unit))
	if first.Status != http.StatusCreated || again.Status != http.StatusCreated || first.Body != again.Body {
		t.Errorf("replay = %d %s, first %d %s", again.Status, again.Body, first.Status, first.Body)
	}
	after, err := b.Unit(t.Context(), unit.ID)
	if err != nil || after.Epoch != unit.Epoch+1 {
		t.Errorf("epoch = %d, %v; want one advance for both requests", after.Epoch, err)
	}
	if got := client.PostJSON("/v1/sales", body(unit, "receipt", "R-78")); got.Status != http.StatusUnprocessableEntity || got.Problem().Code != "key-reused" {
		t.Errorf("the same key with another body = %d %s", got.Status, got.Body)
	}
	if got := b.as(b.Clerk).PostJSON("/v1/sales", body(unit)); got.Status != http.StatusConflict {
		t.Errorf("a second sale = %d", got.Status)
	}
}

func TestSaleOfWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t)
	stranger := b.Technician
	stranger.Roles = []lifecycle.Role{lifecycle.RoleClerk}
	theirs := b.as(stranger).PostJSON("/v1/sales", body(unit))
	nobodys := b.as(stranger).PostJSON("/v1/sales", map[string]any{"brand": "acme", "serial": "SN-404404"})
	if theirs.Status != http.StatusNotFound || theirs.Body != nobodys.Body {
		t.Errorf("another's stock = %d %s, nobody's unit = %d %s; want the same", theirs.Status, theirs.Body, nobodys.Status, nobodys.Body)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagOtherStock {
		t.Errorf("flags = %v, %v; want other-stock", flags, err)
	}
	long := b.as(b.Clerk).PostJSON("/v1/sales", map[string]any{"brand": "acme", "serial": strings.Repeat("A", 4096), "receipt": "a\x00b"})
	if long.Status != http.StatusUnprocessableEntity || len(long.Problem().Reasons) != 2 {
		t.Errorf("bad shapes = %d %s", long.Status, long.Body)
	}
}

func TestSaleAfterTheFactIsRecordedAndFlagged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.certified(t)
	b.Clock.Add(25 * time.Hour)
	yesterday := b.Clock.Now().Add(-30 * time.Minute).Format(time.RFC3339)
	got := b.pos().PostJSON("/v1/sales", body(unit, "sold_at", yesterday))
	var a saleAnswer
	if got.Status != http.StatusCreated {
		t.Fatalf("sale = %d %s", got.Status, got.Body)
	}
	got.Decode(&a)
	if !a.Flagged {
		t.Errorf("answer = %s, want flagged: the probe was too old", got.Body)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagSaleAfterTheFact {
		t.Errorf("flags = %v, %v", flags, err)
	}
}

func TestVoid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.certified(t)
	var a saleAnswer
	b.as(b.Clerk).PostJSON("/v1/sales", body(unit)).Decode(&a)
	stranger := b.Technician
	stranger.Roles = []lifecycle.Role{lifecycle.RoleClerk}
	if got := b.as(stranger).PostJSON("/v1/sales/"+a.ID+"/void", nil); got.Status != http.StatusNotFound {
		t.Errorf("a stranger's void = %d", got.Status)
	}
	client := b.as(b.Clerk).WithKey("void-000001")
	first, again := client.PostJSON("/v1/sales/"+a.ID+"/void", nil), client.PostJSON("/v1/sales/"+a.ID+"/void", nil)
	if first.Status != http.StatusOK || first.Body != again.Body {
		t.Fatalf("void = %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	first.Decode(&a)
	if a.State != "certified" || a.VoidedAt == nil {
		t.Errorf("answer = %s, want certified again", first.Body)
	}
	if got := b.check(t, b.Clerk, unit.Key.Serial); got.Verdict != "clear" {
		t.Errorf("check after the void = %+v, want clear: its certificate goes on", got)
	}
	if got := b.as(b.Clerk).PostJSON("/v1/sales/sal_nobody/void", nil); got.Status != http.StatusNotFound {
		t.Errorf("void of no sale = %d", got.Status)
	}
}

func TestVoidIsRefusedAfterTheDayOrAContact(t *testing.T) {
	t.Parallel()
	b := setup(t)
	late, used := b.Registered(t), b.Registered(t)
	var lateSale, usedSale saleAnswer
	b.as(b.Clerk).PostJSON("/v1/sales", body(late)).Decode(&lateSale)
	b.as(b.Clerk).PostJSON("/v1/sales", body(used)).Decode(&usedSale)
	after, err := b.Unit(t.Context(), used.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.Bind(t, after, b.Owner)
	got := b.as(b.Clerk).PostJSON("/v1/sales/"+usedSale.ID+"/void", nil)
	if got.Status != http.StatusConflict || len(got.Problem().Reasons) < 2 {
		t.Errorf("void of a bound unit = %d %s", got.Status, got.Body)
	}
	page := b.as(b.Clerk).Get("/till/sales/" + usedSale.ID)
	if page.Status != http.StatusOK || strings.Contains(page.Body, "/void") {
		t.Errorf("its page = %d, and offers a void", page.Status)
	}
	b.Clock.Add(25 * time.Hour)
	got = b.as(b.Clerk).PostJSON("/v1/sales/"+lateSale.ID+"/void", nil)
	if got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != "void.too-late" {
		t.Errorf("void a day later = %d %s", got.Status, got.Body)
	}
}

func TestSecondSaleIsRefusedAndLeavesAFlag(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Sold(t)
	got := b.as(b.Clerk).PostJSON("/v1/sales", body(unit))
	if got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != "sell.sold" {
		t.Fatalf("second sale = %d %s", got.Status, got.Body)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagResoldWithoutReturn || flags[0].Org != b.Vendor.ID {
		t.Errorf("flags = %v, %v; want resold-without-return for the vendor", flags, err)
	}
}
