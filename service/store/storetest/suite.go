package storetest

import (
	"testing"

	"quitclaim/service/lifecycle"
)

// scenario is one promise of the store, tried in a world of its own.
type scenario struct {
	name string
	run  func(*testing.T, *World)
}

// Run is what every engine must do alike. open opens an empty store.
func Run(t *testing.T, open func(testing.TB) Opened) {
	t.Helper()
	var all []scenario
	for _, part := range [][]scenario{
		advanceScenarios(), onceScenarios(), readScenarios(), overviewScenarios(), peopleScenarios(), mailScenarios(), recoveryScenarios(), addressScenarios(), workScenarios(), sweepScenarios(), watchScenarios(),
		flagScenarios(), cloudScenarios(), ledgerScenarios(), importScenarios(), walkScenarios(), photographScenarios(), shareScenarios(), contestScenarios(), clockScenarios(), startScenarios(), kitScenarios(),
		batchScenarios(), printScenarios(), releaseScenarios(), firmwareScenarios(), noticeScenarios(), untoldScenarios(), providerScenarios(),
		consentScenarios(), passkeyScenarios(), browserScenarios(), standingScenarios(),
		credentialScenarios(),
	} {
		all = append(all, part...)
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := Populate(t, open(t))
			w.another = open
			s.run(t, w)
		})
	}
}

// snapshot reads a unit's snapshot, which must be there.
func (w *World) snapshot(t testing.TB, unit lifecycle.UnitID) lifecycle.Snapshot {
	t.Helper()
	s, err := w.Snapshot(t.Context(), unit)
	if err != nil {
		t.Fatalf("snapshot of %s: %v", unit, err)
	}
	return s
}
