package bench_test

import (
	"os"
	"path/filepath"
	"testing"

	"quitclaim/service/lifecycle"
)

// TestScreens photographs the pages into $QUITCLAIM_SCREENS, for people to look
// at.
func TestScreens(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("QUITCLAIM_SCREENS")
	if dir == "" {
		t.Skip("QUITCLAIM_SCREENS names no folder: nothing is photographed")
	}
	k := setup(t)
	fresh, ready, sealed, half, apart, held := k.returned(), k.reset(), k.reset(), k.returned(), k.returned(), k.returned()
	k.report(half, "1.9", "")
	k.attest(k.Technician, half, "codes-agree")
	k.as(k.Technician).PostForm(page(apart)+"/codes", form("box", apart.Key.Serial, "device", fresh.Key.Serial))
	k.as(k.Officer1).PostForm(page(held)+"/holds", form("kind", "legal"))
	made := k.certify(k.Validator, sealed).items.Items[0].Certificate
	onRoad := k.TakenBack(t)
	k.send(onRoad)
	notYet := k.returned()
	k.report(notYet, "1.9", "")
	k.attest(k.Technician, notYet, "codes-agree")
	k.darken(notYet)
	k.prove(notYet)
	unproven := k.unproven()
	k.askPresence(unproven)
	k.as(k.Technician).PostJSON("/v1/shipments", map[string]any{"to": k.Retailer.ID, "units": refs(sealed)})

	shoot := func(who lifecycle.Actor, name string, paths ...string) {
		for _, path := range paths {
			k.as(who).Shoot(filepath.Join(dir, name), path)
		}
	}
	shoot(k.Technician, "list", "/bench", "/shipments")
	shoot(k.Technician, "technician", page(fresh), page(half), page(apart), page(held), page(onRoad), page(unproven), page(ready))
	shoot(k.Technician, "retire", page(fresh)+"/retire")
	shoot(k.Validator, "validator", "/bench", page(ready), page(notYet), "/bench/certificates/"+string(made.Code))
	shoot(k.Officer1, "officer", page(held), page(fresh)+"/waive")
	let, first, _ := k.letGo()
	shoot(first, "vendor", page(let)+"/waive")
}

// unproven is a unit that came back without any right shown.
func (k *kit) unproven() lifecycle.Unit {
	k.t.Helper()
	unit := k.Bound(k.t)
	k.Must(k.t, unit.ID, lifecycle.TakeBack{
		Command: k.By(k.Clerk), Return: lifecycle.ReturnID("ret_" + unit.Key.Serial), Order: lifecycle.OrderID("ord_" + unit.Key.Serial),
		Condition: "used", Reason: "faulty",
	}.Decide)
	k.send(unit)
	return k.Must(k.t, unit.ID, lifecycle.Receive{Command: k.By(k.Technician)}.Decide).Change.Unit
}
