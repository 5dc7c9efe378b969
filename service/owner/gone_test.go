package owner_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

// TestWhereAnOpenOfferLeadsSaysHowItEnded: whoever shows the code and sees the
// unit go reads why, and not that it was handed over where a desk has taken it.
func TestWhereAnOpenOfferLeadsSaysHowItEnded(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.offer(t, unit, k.Owner, "")
	page := k.as(k.Owner).Get(pathOf(unit) + "/transfer")
	gone := regexp.MustCompile(`data-gone="([^"]+)"`).FindStringSubmatch(page.Body)
	if gone == nil {
		t.Fatalf("the page leads nowhere: %d %s", page.Status, page.Body)
	}
	k.Must(t, unit.ID, k.TakeBack())
	got := k.as(k.Owner).Get(html.UnescapeString(gone[1]))
	wants(t, "a return", got, 200, "It is no longer yours.", unit.Key.Serial, "A shop took it back")
	if strings.Contains(got.Body, "handed") {
		t.Errorf("a return is called a transfer: %s", got.Body)
	}
}
