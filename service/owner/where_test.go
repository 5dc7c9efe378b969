package owner_test

import (
	"strings"
	"testing"
	"time"
)

// What a cloud still has of an earlier owner is shown, for it is not as it should
// be; since when they had the unit is not the next one's to know.
func TestALinkOfBeforeTellsNoDate(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	since := k.now(t, unit.ID).BoundAt
	k.Clock.Add(100 * 24 * time.Hour)
	code := k.offer(t, unit, k.Owner, "")
	if got := k.as(k.Neighbour).PostJSON("/v1/transfers/"+code+"/accept", proofBody(k.makes(t, unit))); got.Status != 200 {
		t.Fatalf("accept: %d %s", got.Status, got.Body)
	}
	got := k.as(k.Neighbour).Get("/v1" + pathOf(unit)).Body
	if !strings.Contains(got, `"known":false,"before":true`) {
		t.Errorf("nothing of before is shown: %s", got)
	}
	if strings.Contains(got, since.Format(time.DateOnly)) {
		t.Errorf("it says since when somebody else had it: %s", got)
	}
	wants(t, "the page", k.as(k.Neighbour).Get(pathOf(unit)), 200, "An owner that is not known here", "Before your time.")
}
