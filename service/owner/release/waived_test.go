package release_test

import (
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
)

// A cloud that its vendor gave up is never called confirmed: the receipt says who
// gave it up, when, and what nobody knows.
func TestReceiptSaysWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	k.script.Always(cloudtest.Down)
	code := k.letGo(unit, false).Receipt.Code
	k.Clock.Add(lifecycle.WaiveAfter)
	s, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	by := k.VendorAdmin
	k.Must(t, unit.ID, lifecycle.Waive{
		Command: k.By(by), Order: s.Order.ID, Cloud: s.Order.Tasks[0].Cloud, Reason: "shut-down", Second: "psn_second",
	}.Decide)
	if got := k.receipt(code).Clouds; len(got) != 1 || got[0].Ended != "waived" || got[0].Erased != "waived" {
		t.Errorf("clouds %+v, want them given up", got)
	}
	body := k.site.As(access.Anonymous()).Get("/R/" + code).Body
	for _, text := range []string{"Shut down, not confirmed", "Waived by its vendor on", "could not be confirmed deleted. Given up on"} {
		if !strings.Contains(body, text) {
			t.Errorf("the receipt does not say %q", text)
		}
	}
	for _, text := range []string{"Done, and looked at again", "asked for again until it is", string(by.Person), "psn_second"} {
		if strings.Contains(body, text) {
			t.Errorf("the receipt says %q", text)
		}
	}
}
