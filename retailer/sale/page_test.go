package sale_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestTillByPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t)
	clerk := b.as(b.Clerk)
	if got := clerk.Get("/till"); got.Status != http.StatusOK || !strings.Contains(got.Body, `value="sale"`) {
		t.Errorf("till = %d\n%s", got.Status, got.Body)
	}
	form := clerk.Get("/till/sell?brand=acme&serial=" + unit.Key.Serial)
	if form.Status != http.StatusOK || !strings.Contains(form.Body, "verdict clear") || !strings.Contains(form.Body, `name="receipt"`) {
		t.Fatalf("form = %d\n%s", form.Status, form.Body)
	}
	values := url.Values{"brand": {"acme"}, "serial": {unit.Key.Serial}, "receipt": {strings.Repeat("9", 65)}}
	if got := clerk.PostForm("/till/sales", values); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "receipt-mistake") {
		t.Errorf("a receipt of 65 characters = %d\n%s", got.Status, got.Body)
	}
	values.Set("receipt", "R-1")
	sold := clerk.PostForm("/till/sales", values)
	where, _, _ := strings.Cut(sold.Header.Get("Location"), "?")
	if sold.Status != http.StatusSeeOther || !strings.HasPrefix(where, "/till/sales/sal_") {
		t.Fatalf("sale = %d to %s", sold.Status, where)
	}
	page := clerk.Get(where + "?done=sold")
	if page.Status != http.StatusOK || !strings.Contains(page.Body, where+"/void") || !strings.Contains(page.Body, "The sale is recorded.") {
		t.Errorf("page = %d\n%s", page.Status, page.Body)
	}
	if strings.Contains(page.Body, "R-1") {
		t.Error("the page shows the receipt number")
	}
	if got := clerk.PostForm(where+"/void", nil); got.Status != http.StatusSeeOther {
		t.Errorf("void = %d\n%s", got.Status, got.Body)
	}
	if got := clerk.Get(where); got.Status != http.StatusOK || !strings.Contains(got.Body, "Sale taken back") || strings.Contains(got.Body, where+"/void") {
		t.Errorf("page after the void = %d\n%s", got.Status, got.Body)
	}
	if got := b.as(b.Technician).Get(where); got.Status == http.StatusOK {
		t.Error("another organisation sees the sale")
	}
	if got := b.site.As(access.Anonymous()).Get(where); got.Status != http.StatusSeeOther {
		t.Errorf("nobody gets %d, want the sign-in", got.Status)
	}
}

func TestSellFormOfARefusedUnitHasNoForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.TakenBack(t)
	got := b.as(b.Clerk).Get("/till/sell?brand=acme&serial=" + unit.Key.Serial)
	if got.Status != http.StatusOK || strings.Contains(got.Body, `name="receipt"`) || !strings.Contains(got.Body, "verdict refused") {
		t.Errorf("page = %d\n%s", got.Status, got.Body)
	}
	if !strings.Contains(got.Body, "Every account of before is let go") {
		t.Errorf("the open tasks are not in words:\n%s", got.Body)
	}
	hostile := b.as(b.Clerk).Get("/till/sell?brand=acme&serial=" + url.QueryEscape(`'"<>;^~%2F`))
	if hostile.Status != http.StatusOK || strings.Contains(hostile.Body, `"<>`) {
		t.Errorf("a hostile serial = %d\n%s", hostile.Status, hostile.Body)
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
	stock, back, certified := b.Registered(t), b.TakenBack(t), b.certified(t)
	recalled := b.certified(t)
	b.Must(t, recalled.ID, lifecycle.PlaceHold{Command: b.By(b.Clerk), ID: "hld_1", Kind: lifecycle.HoldRecall}.Decide)
	b.Must(t, recalled.ID, lifecycle.PlaceHold{Command: b.By(b.Clerk), ID: "hld_2", Kind: lifecycle.HoldLegal}.Decide)
	var sold, voided saleAnswer
	b.as(b.Clerk).PostJSON("/v1/sales", body(stock)).Decode(&sold)
	b.Clock.Add(time.Minute)
	b.as(b.Clerk).PostJSON("/v1/sales", body(b.Registered(t))).Decode(&voided)
	b.as(b.Clerk).PostJSON("/v1/sales/"+voided.ID+"/void", nil)
	query := func(unit lifecycle.Unit) string { return "/till/sell?brand=acme&serial=" + unit.Key.Serial }
	b.as(b.Clerk).Shoot(dir, "/till", query(certified), query(back), query(recalled),
		"/till/sales/"+sold.ID, "/till/sales/"+voided.ID, "/till/sell?brand=acme&serial=SN-404404")
}
