package fleet_test

import (
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// One field finds a unit by whatever is printed on it or on its papers, and
// nobody finds what does not concern them.
func TestAUnitIsFoundByWhateverIsPrinted(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Registered(t)
	sell := lifecycle.Sell{
		Command: k.By(k.Clerk), ID: lifecycle.SaleID(storetest.NewID("sal")), ReceiptHash: k.ReceiptHash(k.Retailer.ID, "K-17/4711"),
	}
	if _, err := k.AdvanceWithReceipt(t.Context(), unit.ID, k.Retailer.ID, "K-17/4711", sell.Decide); err != nil {
		t.Fatal(err)
	}
	certified := k.Certified(t)
	s, err := k.Snapshot(t.Context(), certified.ID)
	if err != nil {
		t.Fatal(err)
	}
	clerk, technician, owner := k.as(k.Clerk), k.as(k.Technician), k.as(k.Owner)
	for text, serial := range map[string]string{
		unit.Key.Serial: unit.Key.Serial, strings.ToLower(unit.Key.Serial): unit.Key.Serial, " K-17/4711 ": unit.Key.Serial,
		string(sell.ID): unit.Key.Serial, string(s.Certificate.Code): certified.Key.Serial,
		strings.ToLower(string(s.Certificate.Code)): certified.Key.Serial, string(s.Return.ID): certified.Key.Serial,
	} {
		found := clerk.Get("/v1/search?q=" + strings.ReplaceAll(strings.TrimSpace(text), "/", "%2F"))
		if found.Status != http.StatusOK || strings.Count(found.Body, `"serial"`) != 1 || !strings.Contains(found.Body, serial) {
			t.Errorf("%q finds %d %s, want %s", text, found.Status, found.Body, serial)
		}
		if page := clerk.Get("/search?q=" + strings.ReplaceAll(strings.TrimSpace(text), "/", "%2F")); page.Status != http.StatusSeeOther {
			t.Errorf("page for %q: %d", text, page.Status)
		}
	}
	none := technician.Get("/v1/search?q=nobody-has-this").Body
	for _, text := range []string{unit.Key.Serial, "K-17%2F4711", string(sell.ID)} {
		if found := technician.Get("/v1/search?q=" + text); found.Body != none {
			t.Errorf("a stranger's %q finds %s", text, found.Body)
		}
	}
	if nothing := clerk.Get("/v1/search?q="); nothing.Status != http.StatusUnprocessableEntity {
		t.Errorf("a search for nothing: %d", nothing.Status)
	}
	if page := clerk.Get("/search"); page.Status != http.StatusOK || strings.Contains(page.Body, "mistake") {
		t.Errorf("the search before anything is asked: %d %s", page.Status, page.Body)
	}
	if page := clerk.Get("/search?q="); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a page's search for nothing: %d", page.Status)
	}
	if denied := owner.Get("/v1/search?q=" + unit.Key.Serial); denied.Status != http.StatusForbidden && denied.Status != http.StatusNotFound {
		t.Errorf("an owner's search: %d %s", denied.Status, denied.Body)
	}
}
