package audit_test

import (
	"os"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// TestScreens photographs the public page into $QUITCLAIM_SCREENS, for people
// to look at.
func TestScreens(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("QUITCLAIM_SCREENS")
	if dir == "" {
		t.Skip("QUITCLAIM_SCREENS names no folder: nothing is photographed")
	}
	k := setup(t)
	_, current := k.certified()
	unit, old := k.certified()
	k.Must(t, unit.ID, lifecycle.Reopen{Command: k.By(k.Validator), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	k.site.As(access.Anonymous()).Shoot(dir, "/C/"+string(current.Code), "/C/"+string(old.Code), "/C/UNKNOWN")
}
