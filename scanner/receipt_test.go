package scanner_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quitclaim/scanner"
	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// receiptOf releases the unit and gives the code of the receipt.
func (b bundle) receiptOf(t *testing.T, unit lifecycle.Unit) string {
	t.Helper()
	return b.releasedBy(t, unit, b.Owner)
}

// releasedBy is receiptOf for another owner than the world's.
func (b bundle) releasedBy(t *testing.T, unit lifecycle.Unit, owner lifecycle.Actor) string {
	t.Helper()
	text := func(id lifecycle.UnitID, epoch lifecycle.Epoch) string {
		made, err := code.NewReceiptCode(strings.NewReader(storetest.Hex(fmt.Sprint(id, epoch))))
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	outcome, err := b.AdvanceWithRelease(t.Context(), unit.ID,
		func(id lifecycle.UnitID, epoch lifecycle.Epoch) string { return storetest.Hex(text(id, epoch)) },
		lifecycle.Release{Command: b.By(owner), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	if err != nil {
		t.Fatal(err)
	}
	return text(unit.ID, outcome.Change.Unit.Epoch)
}

func (b bundle) scan(t *testing.T, actor lifecycle.Actor, payload, second string, purpose lifecycle.Purpose) scanner.Result {
	t.Helper()
	got, err := b.scanner.Scan(t.Context(), actor, scanner.Question{Payload: payload, Second: second, Purpose: purpose})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestReceiptLeadsToTheReturn: from its QR code and typed, alone and beside the
// unit, in either order.
func TestReceiptLeadsToTheReturn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	receipt := b.receiptOf(t, unit)
	url, box := code.ReceiptURL(origin, receipt), link(unit.GTIN, unit.Key.Serial)
	for name, payloads := range map[string][2]string{
		"its QR code": {url, ""}, "typed": {code.FormatLabelCode(receipt), ""}, "and the unit": {url, box}, "after the unit": {box, url},
	} {
		got := b.scan(t, b.Clerk, payloads[0], payloads[1], lifecycle.PurposeReturn)
		if got.Verdict != lifecycle.VerdictClear || got.Reasons[0].Code != "scanner.released" || got.Released.IsZero() {
			t.Errorf("%s: %s %v", name, got.Verdict, codes(got.Reasons))
		}
		if got.Unit == nil || got.Unit.ID != unit.ID || len(got.Next) == 0 || got.Next[0] != lifecycle.NextTakeBack {
			t.Errorf("%s: unit %v, next %v", name, got.Unit, got.Next)
		}
	}
	for _, purpose := range []lifecycle.Purpose{lifecycle.PurposeSale, lifecycle.PurposeBench} {
		got := b.scan(t, b.Technician, url, "", purpose)
		if got.Verdict != lifecycle.VerdictUnknown || got.Reasons[0].Code != "code.receipt" || got.Unit != nil {
			t.Errorf("for a %s: %s %v", purpose, got.Verdict, codes(got.Reasons))
		}
	}
}

// A receipt for another unit than the one that was scanned is a mismatch, and
// one that is history gives nothing.
func TestReceiptThatDoesNotFit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Bound(t)
	url := code.ReceiptURL(origin, b.receiptOf(t, unit))
	swap := b.scan(t, b.Clerk, link(other.GTIN, other.Key.Serial), url, lifecycle.PurposeReturn)
	if swap.Verdict != lifecycle.VerdictMismatch || swap.Unit != nil || !swap.Released.IsZero() {
		t.Errorf("of another unit: %s %v", swap.Verdict, codes(swap.Reasons))
	}
	never := b.scan(t, b.Clerk, code.ReceiptURL(origin, "7K3MQ9XR2TVBHD4C8EJN0PSW5Y"), "", lifecycle.PurposeReturn)
	if never.Verdict != lifecycle.VerdictUnknown || never.Reasons[0].Code != "scanner.receipt-unknown" {
		t.Errorf("of no release: %s %v", never.Verdict, codes(never.Reasons))
	}

	verifier := storetest.Hex("made for the next owner")
	released, err := b.Unit(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.Must(t, unit.ID, b.Hears(released, lifecycle.ResetNone, verifier))
	b.Must(t, unit.ID, lifecycle.Bind{Command: b.By(b.Neighbour), ID: lifecycle.BindingID(storetest.NewID("bnd")), ProofHash: verifier}.Decide)
	past := b.scan(t, b.Clerk, url, "", lifecycle.PurposeReturn)
	if past.Verdict != lifecycle.VerdictUnknown || past.Reasons[0].Code != "scanner.receipt-history" || past.Unit != nil || past.Model != "" || past.Next != nil {
		t.Errorf("somebody has it again: %s %v, unit %v %q", past.Verdict, codes(past.Reasons), past.Unit, past.Model)
	}
	both := b.scan(t, b.Clerk, link(unit.GTIN, unit.Key.Serial), url, lifecycle.PurposeReturn)
	if both.Verdict != lifecycle.VerdictBound || !both.Released.IsZero() || !lifecycle.HasReason(both.Reasons, "scanner.receipt-history") {
		t.Errorf("beside its unit: %s %v", both.Verdict, codes(both.Reasons))
	}
	again := code.ReceiptURL(origin, b.releasedBy(t, unit, b.Neighbour))
	if got := b.scan(t, b.Clerk, url, "", lifecycle.PurposeReturn); got.Reasons[0].Code != "scanner.receipt-history" {
		t.Errorf("released again by the next owner: %v", codes(got.Reasons))
	}
	if got := b.scan(t, b.Clerk, again, "", lifecycle.PurposeReturn); got.Verdict != lifecycle.VerdictClear {
		t.Errorf("the next owner's own: %s %v", got.Verdict, codes(got.Reasons))
	}
}

// No paper puts a hold aside, and whoever took the unit back on the strength of
// a receipt is led to that return.
func TestReceiptUnderAHoldAndAfterTheReturn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	b.Must(t, unit.ID, lifecycle.PlaceHold{Command: b.By(b.Owner), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldStolen}.Decide)
	stolen := code.ReceiptURL(origin, b.receiptOf(t, unit))
	if got := b.scan(t, b.Clerk, stolen, "", lifecycle.PurposeReturn); got.Verdict != lifecycle.VerdictHeld || !got.Released.IsZero() {
		t.Errorf("of a stolen unit: %s %v", got.Verdict, codes(got.Reasons))
	}
	back := b.Bound(t)
	receipt := code.ReceiptURL(origin, b.receiptOf(t, back))
	b.Must(t, back.ID, b.TakeBack())
	if got := b.scan(t, b.Clerk, receipt, "", lifecycle.PurposeReturn); got.Reasons[0].Code != "scan.already-returned" || got.Return == "" {
		t.Errorf("after the return: %s %v", got.Verdict, codes(got.Reasons))
	}
	stranger := b.Clerk
	stranger.Org = b.Warehouse.ID
	if got := b.scan(t, stranger, receipt, "", lifecycle.PurposeReturn); got.Reasons[0].Code != "scanner.receipt-history" || got.Unit != nil {
		t.Errorf("at another desk: %s %v", got.Verdict, codes(got.Reasons))
	}
}

func TestReceiptOnThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	receipt := b.receiptOf(t, unit)
	page := b.as(b.Clerk).PostForm("/scan", url.Values{"payload": {code.ReceiptURL(origin, receipt)}, "purpose": {"return"}})
	for _, text := range []string{"Released by its owner", "A receipt is not the unit", "/desk/take-back?", unit.Key.Serial, "<details open>"} {
		if page.Status != http.StatusOK || !strings.Contains(page.Body, text) {
			t.Errorf("the page (%d) does not say %q", page.Status, text)
		}
	}
	with := b.as(b.Clerk).PostForm("/scan", url.Values{
		"payload": {"https://qc.example/R/" + receipt}, "second_payload": {link(unit.GTIN, unit.Key.Serial)}, "purpose": {"return"},
	})
	if strings.Contains(with.Body, "A receipt is not the unit") || !strings.Contains(with.Body, "Released by its owner") {
		t.Errorf("with the unit: %d", with.Status)
	}
	var body struct {
		ReleasedAt string `json:"released_at"`
	}
	b.as(b.Clerk).PostJSON("/v1/scans", map[string]any{"payload": receipt, "purpose": "return"}).Decode(&body)
	if body.ReleasedAt == "" {
		t.Error("the API does not say when it was released")
	}
}
