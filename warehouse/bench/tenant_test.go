package bench_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

// Every door of a unit answers another organisation as if it did not exist.
func TestAnotherOrganisationFindsNothing(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	order := k.orderPath(unit)
	all := []lifecycle.Role{lifecycle.RoleTechnician, lifecycle.RoleValidator, lifecycle.RoleSecurityOfficer, lifecycle.RoleClerk}
	stranger := k.as(k.hire(access.Organisation{ID: k.Vendor.ID, Kind: lifecycle.OrgWarehouse}, "Stranger", all...))
	nothing := stranger.Get("/bench/units/acme/NOBODY")
	for _, path := range []string{page(unit), page(unit) + "/retire", page(unit) + "/waive", "/bench/certificates/" + string(made.Code)} {
		if got := stranger.Get(path); got.Status != http.StatusNotFound || got.Body != nothing.Body {
			t.Errorf("GET %s = %d, not the constant 404", path, got.Status)
		}
	}
	for _, path := range []string{order, order + "/events", "/v1/certificates/" + string(made.Code), "/v1/certificates/" + string(made.Code) + "/label.png"} {
		if got := stranger.Get(path); got.Status != http.StatusNotFound {
			t.Errorf("GET %s = %d", path, got.Status)
		}
	}
	for path, body := range map[string]any{
		order + "/tasks/lens/attest":                    map[string]any{"pass": true},
		order + "/presence":                             map[string]any{},
		order + "/waive":                                map[string]any{"cloud": "builtin", "second_email": "a@b.test", "second_password": "x"},
		"/v1/certificates":                              map[string]any{"units": refs(unit)},
		"/v1/units/acme/" + unit.Key.Serial + "/reopen": map[string]any{"cause": "doubt"},
		"/v1/units/acme/" + unit.Key.Serial + "/retire": map[string]any{"scan": "x", "second_email": "a@b.test", "second_password": "x"},
		"/v1/shipments":                                 map[string]any{"to": k.Retailer.ID, "units": refs(unit)},
		"/v1/shipments/shp_x/receive":                   map[string]any{"units": refs(unit)},
		"/v1/holds":                                     map[string]any{"brand": "acme", "serial": unit.Key.Serial, "kind": "legal"},
		"/v1/holds/hld_aaaaaaaaaaaaaaaaaaaaaaaaaa/lift": map[string]any{},
	} {
		if got := stranger.PostJSON(path, body); got.Status != http.StatusNotFound {
			t.Errorf("POST %s = %d %s", path, got.Status, got.Body)
		}
	}
	if list := stranger.Get("/bench?state=certified").Body; strings.Contains(list, unit.Key.Serial) {
		t.Error("another organisation's list has the unit")
	}
	if got := k.as(k.Clerk).Get(order); got.Status != http.StatusOK {
		t.Errorf("the desk that took it back follows the order: %d", got.Status)
	}
}

func TestWatchTellsOfTheUnitAlone(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, other := k.returned(), k.returned()
	ctx, cancel := context.WithTimeout(access.With(t.Context(), principal(k.Technician)), 2*time.Minute)
	defer cancel()
	order := k.snapshot(unit).Order.ID
	heard := make(chan lifecycle.Entry, 16)
	done := make(chan error, 1)
	go func() {
		done <- k.bench.Watch(ctx, order, func(e lifecycle.Entry) error {
			heard <- e
			return nil
		})
	}()
	next := func(want lifecycle.Event) {
		t.Helper()
		for {
			select {
			case e := <-heard:
				if e.Unit != unit.ID && e.Unit != "" {
					t.Errorf("told of %s", e.Unit)
				}
				if e.Event == want {
					return
				}
			case <-ctx.Done():
				t.Fatalf("%q was not told", want)
			}
		}
	}
	next("") // what happened before it began to listen
	k.report(other, "2.1", "")
	k.report(unit, "2.1", "")
	next(lifecycle.EventHardResetSeen)
	// The unit leaves: one last nudge that says nothing, then the stream ends.
	k.Must(t, unit.ID, lifecycle.Ship{Command: k.By(k.Technician), ID: "shp_x", To: k.Retailer.ID}.Decide)
	next(lifecycle.EventShip)
	shop := k.hire(k.Retailer, "Shop", lifecycle.RoleTechnician)
	k.Must(t, unit.ID, lifecycle.Receive{Command: k.By(shop)}.Decide)
	next("")
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("watch ended with %v", err)
		}
	case <-ctx.Done():
		t.Error("the stream did not end")
	}
	if err := k.bench.Watch(ctx, "ord_nobody", nil); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("watch an unknown order = %v", err)
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	t.Parallel()
	codes := []string{
		"bench.units-none", "bench.units-many", "bench.line", "bench.other-unit", "bench.no-unit-code", "bench.note-shape",
		"bench.firmware-needed", "bench.cause", "bench.second-wrong", "bench.second-not-theirs", "bench.no-such-receiver",
		"bench.not-coming", "bench.not-here", "bench.waits.validator", "bench.waits.cloud", "bench.missing.media",
		"bench.missing.codes-agree", "bench.next.identity", "bench.next.reset", "bench.next.checks", "bench.next.clouds",
		"bench.next.certificate", "bench.held", "bench.retired", "bench.certified", "bench.mismatch", "bench.not-yet",
		"bench.ready", "bench.ready-for-validator", "bench.certificate-history",
	}
	for _, verb := range lifecycle.CloudVerbs() {
		codes = append(codes, "bench.verb."+string(verb))
	}
	for _, verb := range lifecycle.UnitVerbs() {
		codes = append(codes, "bench.task."+string(verb), "bench.waits."+string(verb))
	}
	for _, grade := range lifecycle.Grades() {
		codes = append(codes, "bench.grade."+string(grade))
	}
	for _, proof := range []string{"signed-report", "codes-agree", "old-credential-refused", "two-people", "waived"} {
		codes = append(codes, "bench.proof."+proof)
	}
	missing, err := messages.Missing(codes...)
	if err != nil {
		t.Fatal(err)
	}
	if len(missing) > 0 {
		t.Errorf("without a sentence: %v", missing)
	}
}
