package bench_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestShipAndReceiveAPallet(t *testing.T) {
	t.Parallel()
	k := setup(t)
	one, two, held := k.reset(), k.reset(), k.reset()
	k.as(k.Officer1).PostForm(page(held)+"/holds", form("kind", "legal"))
	technician := k.as(k.Technician).WithKey("pallet-number-one")
	body := map[string]any{"to": k.Retailer.ID, "units": refs(one, two, held)}
	first := technician.PostJSON("/v1/shipments", body)
	var sent items
	first.Decode(&sent)
	if first.Status != http.StatusOK || !sent.Items[0].Done || !sent.Items[1].Done || sent.Items[2].Done {
		t.Fatalf("ship = %d %s", first.Status, first.Body)
	}
	var again items
	technician.PostJSON("/v1/shipments", body).Decode(&again)
	if again.ID != sent.ID {
		t.Errorf("a repeat has the shipment %s, the first %s", again.ID, sent.ID)
	}
	sees(t, "the sender's list", k.as(k.Technician).Get("/shipments").Body, one.Key.Serial, two.Key.Serial, "Corner Shop")
	sees(t, "the receiver's list", k.as(k.Clerk).Get("/shipments").Body, one.Key.Serial, "Second Life")
	if custody := k.snapshot(one).Unit.Custody; custody != k.Warehouse.ID {
		t.Errorf("custody = %s on the road", custody)
	}
	receive := "/v1/shipments/" + string(sent.ID) + "/receive"
	if got := k.as(k.Technician).PostJSON(receive, map[string]any{"units": refs(one)}); got.Status != http.StatusNotFound {
		t.Errorf("the sender receives: %d", got.Status)
	}
	if got := k.as(k.Clerk).PostJSON("/v1/shipments/shp_other/receive", map[string]any{"units": refs(one)}); got.Status != http.StatusNotFound {
		t.Errorf("another shipment: %d", got.Status)
	}
	if got := k.as(k.Clerk).PostJSON(receive, map[string]any{"units": refs(one)}); got.Status != http.StatusOK {
		t.Errorf("receive = %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Clerk).PostJSON(receive, map[string]any{"payload": two.Key.Serial}); got.Status != http.StatusOK {
		t.Errorf("receive by scan = %d %s", got.Status, got.Body)
	}
	for _, unit := range []lifecycle.Unit{one, two} {
		if custody := k.snapshot(unit).Unit.Custody; custody != k.Retailer.ID {
			t.Errorf("custody of %s = %s", unit.Key.Serial, custody)
		}
	}
	if got := k.as(k.Clerk).PostJSON(receive, map[string]any{}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("receive nothing = %d", got.Status)
	}
}

// Whoever scripts against us knows organisations by name.
func TestShipToAName(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	technician := k.as(k.Technician)
	for to, status := range map[string]int{"Corner": 422, "corner shop": 422, "Second Life": 422, "Corner Shop": 201} {
		got := technician.PostJSON("/v1/shipments", map[string]any{"to": to, "units": refs(unit)})
		if got.Status != status {
			t.Errorf("to %q = %d, want %d\n%s", to, got.Status, status, got.Body)
		}
	}
	if got := k.snapshot(unit).Shipment; got == nil || got.To != k.Retailer.ID {
		t.Errorf("shipment = %+v, want one to %s", got, k.Retailer.ID)
	}
}

func TestShipByPage(t *testing.T) {
	t.Parallel()
	k := setup(t)
	one, two := k.reset(), k.reset()
	technician := k.as(k.Technician)
	sees(t, "the form for one unit", technician.Get("/shipments?brand=acme&serial="+one.Key.Serial).Body, "acme/"+one.Key.Serial)
	wrong := technician.PostForm("/shipments", form("to", string(k.Retailer.ID), "units", one.Key.Serial+"\nnonsense\n"))
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("a line of nonsense = %d", wrong.Status)
	}
	sees(t, "the form again", wrong.Body, "Line 2 names no unit", one.Key.Serial+"\nnonsense", "selected")
	nowhere := technician.PostForm("/shipments", form("to", "org_nowhere", "units", one.Key.Serial))
	if nowhere.Status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown receiver = %d", nowhere.Status)
	}
	got := technician.PostForm("/shipments", form("to", string(k.Retailer.ID), "units", one.Key.Serial+"\r\n"+one.Key.Serial+"\r\n\r\nacme/"+two.Key.Serial))
	if got.Status != http.StatusSeeOther {
		t.Fatalf("ship = %d %s", got.Status, plain(got.Body))
	}
	again := technician.PostForm("/shipments", form("to", string(k.Retailer.ID), "units", one.Key.Serial))
	sees(t, "a unit on the road, sent again", again.Body, "0 done, 1 left out")
	k.Clock.Add(lifecycle.ShipmentDue + time.Hour)
	sees(t, "a late unit", technician.Get("/shipments").Body, "Late")

	for payload, sentence := range map[string]string{
		"NOBODY": "no code contains", "SN-999999": "Nothing of the sort", k.returned().Key.Serial: "Nothing of the sort",
	} {
		got := k.as(k.Clerk).PostForm("/shipments/receive", form("payload", payload))
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("receive %s = %d", payload, got.Status)
		}
		if payload != "NOBODY" && !strings.Contains(got.Body, sentence) {
			t.Errorf("receive %s does not say %q: %s", payload, sentence, plain(got.Body))
		}
	}
}
