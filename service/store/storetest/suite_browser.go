package storetest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func browserScenarios() []scenario {
	return []scenario{
		{"an owner hears of a browser that was not seen before", strangeBrowsers},
		{"browsers are strange again where somebody else may have had them", distrustedBrowsers},
		{"a browser that is long gone is forgotten", forgottenBrowsers},
	}
}

// comesIn begins a session in a browser.
func (w *World) comesIn(t *testing.T, person lifecycle.PersonID, browser string) {
	t.Helper()
	session := access.Session{
		ID: NewID("ses"), Person: person, Browser: Hex(browser), TokenHash: Hex(NewID("token")), Data: []byte("x"),
		ExpiresAt: w.Clock.Now().Add(time.Hour),
	}
	if err := w.CommitSession(t.Context(), session); err != nil {
		t.Error(err)
	}
}

// heard is how many times somebody was told of a strange browser.
func (w *World) heard(t *testing.T, person lifecycle.PersonID) int {
	t.Helper()
	return strings.Count(w.toldOf(t, person), "signed-in:")
}

func strangeBrowsers(t *testing.T, w *World) {
	mara, neighbour := w.addressOwner(t, "mara@home.example"), w.addressOwner(t, "eve@home.example")
	for _, step := range []struct {
		browser string
		want    int
	}{{"phone", 0}, {"phone", 0}, {"laptop", 1}, {"laptop", 1}, {"phone", 1}, {"tablet", 2}} {
		if w.comesIn(t, mara.ID, step.browser); w.heard(t, mara.ID) != step.want {
			t.Errorf("after the %s she has heard %d times, want %d", step.browser, w.heard(t, mara.ID), step.want)
		}
	}
	// A browser that two share is each one's own.
	w.comesIn(t, neighbour.ID, "shared")
	if w.comesIn(t, neighbour.ID, "laptop"); w.heard(t, neighbour.ID) != 1 {
		t.Errorf("who came in where another had been heard %d times, want 1", w.heard(t, neighbour.ID))
	}
	staff := w.ada(t)
	w.comesIn(t, staff.ID, "desk")
	if w.comesIn(t, staff.ID, "another desk"); w.heard(t, staff.ID) != 0 {
		t.Error("staff hear of each desk")
	}
	// Of those who come in first, all at once, one is the first.
	first := w.addressOwner(t, "ann@home.example")
	var group sync.WaitGroup
	for _, browser := range []string{"a", "b", "c", "c"} {
		group.Go(func() { w.comesIn(t, first.ID, browser) })
	}
	group.Wait()
	if got := w.heard(t, first.ID); got != 2 {
		t.Errorf("of three browsers at once she has heard %d times, want 2", got)
	}
	if err := w.ForgetPerson(t.Context(), mara.ID); err != nil {
		t.Fatal(err)
	}
}

func distrustedBrowsers(t *testing.T, w *World) {
	mara := w.addressOwner(t, "mara@home.example")
	w.comesIn(t, mara.ID, "phone")
	link := w.provenLink(t, "lost", mara.ID)
	if _, err := w.Recover(t.Context(), link.Hash, access.Recovered{PasswordHash: "$argon2id$new"}); err != nil {
		t.Fatal(err)
	}
	if w.comesIn(t, mara.ID, "phone"); w.heard(t, mara.ID) != 1 {
		t.Errorf("after a recovery a browser of before was told %d times, want 1", w.heard(t, mara.ID))
	}
	w.Clock.Add(time.Second)
	key := w.passkey(t, mara.ID, "phone")
	for _, counter := range []uint32{7, 7} {
		_ = w.UsePasskey(t.Context(), key.ID, counter, false, w.Clock.Now())
	}
	if w.comesIn(t, mara.ID, "phone"); w.heard(t, mara.ID) != 2 {
		t.Errorf("after a clone alarm a browser of before was told %d times, want 2", w.heard(t, mara.ID))
	}
}

func forgottenBrowsers(t *testing.T, w *World) {
	mara := w.addressOwner(t, "mara@home.example")
	w.comesIn(t, mara.ID, "old phone")
	w.Clock.Add(time.Hour)
	w.comesIn(t, mara.ID, "phone")
	w.Clock.Add(access.BrowserFor)
	if _, _, err := w.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.comesIn(t, mara.ID, "phone"); w.heard(t, mara.ID) != 0 { // and what she was told before is gone
		t.Errorf("the browser seen last was told %d times, want none", w.heard(t, mara.ID))
	}
	if w.comesIn(t, mara.ID, "old phone"); w.heard(t, mara.ID) != 1 {
		t.Errorf("one that was forgotten was told %d times, want 1", w.heard(t, mara.ID))
	}
}
