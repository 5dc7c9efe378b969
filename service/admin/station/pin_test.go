package station_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/webtest"
)

// same is what a stranger can tell one answer from another by.
func same(got *webtest.Response, badge string) string {
	got.Header.Del("X-Request-Id")
	var text strings.Builder
	if err := got.Header.Write(&text); err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(text.String()+got.Body, badge, "{badge}")
}

// TestWrongLooksAlike: an unknown badge, an ended one, another organisation's,
// one without a PIN, a locked one, a disabled person's and a wrong PIN.
func TestWrongLooksAlike(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, station := k.enrolled(t)
	tess := k.badge(t, k.tess)
	ended := k.badge(t, k.vera)
	k.badge(t, k.vera)
	foreign := k.badge(t, k.person(t, k.other, "eve", lifecycle.RoleTechnician))
	bare := k.person(t, k.org, "bare", lifecycle.RoleTechnician)
	without := access.NewBadgeCode()
	if _, err := k.SaveBadge(t.Context(), access.Badge{ID: "bdg_" + newID(), Person: bare.ID, Hash: access.CodeHash(without), MadeAt: k.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	locked := k.person(t, k.org, "lock", lifecycle.RoleTechnician)
	lockedBadge := k.badge(t, locked)
	for range access.PINTries {
		if _, err := k.WrongPIN(t.Context(), access.PINAlarm{ID: newID(), Org: k.org.ID, Station: station.ID, Person: locked.ID, At: k.Clock.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ name, badge, pin string }{
		{"wrong PIN", tess, "730250"}, {"no badge at all", "4006381333931", rightPIN}, {"unknown", access.NewBadgeCode(), rightPIN}, {"ended", ended, rightPIN},
		{"another organisation's", foreign, rightPIN}, {"without a PIN", without, rightPIN}, {"locked", lockedBadge, rightPIN},
		{"a PIN of a hundred digits", tess, strings.Repeat("1", 100)},
	}
	want := ""
	for _, tt := range tests {
		got := bench.post("/switch", "badge", tt.badge, "pin", tt.pin)
		wantStatus(t, got, http.StatusUnprocessableEntity)
		if want == "" {
			want = same(got, tt.badge)
		} else if text := same(got, tt.badge); text != want {
			t.Errorf("%s differs:\n%s\nfrom\n%s", tt.name, text, want)
		}
	}
	if got, err := k.Station(t.Context(), station.ID); err != nil || got.Wrong != int64(access.PINTries+len(tests)) {
		t.Errorf("%d wrong ones counted, %v", got.Wrong, err)
	}
}

// TestWrongPINsLock: the fifth wrong one in a row locks, whatever throttle lets
// through; an officer is told; the person sets a new one with their password.
func TestWrongPINsLock(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	tess := k.badge(t, k.tess)
	for try := range access.PINTries {
		got := bench.post("/switch", "badge", tess, "pin", "730250")
		wantStatus(t, got, http.StatusUnprocessableEntity)
		if try < access.PINTries-1 {
			continue
		}
		// Throttled now, and alike for a badge of nobody.
		if got := bench.post("/switch", "badge", tess, "pin", rightPIN); got.Status != http.StatusTooManyRequests {
			t.Errorf("after the last: %d, want 429", got.Status)
		}
	}
	nobody := access.NewBadgeCode()
	for try := range access.PINTries + 1 {
		want := http.StatusUnprocessableEntity
		if try == access.PINTries {
			want = http.StatusTooManyRequests
		}
		if got := bench.post("/switch", "badge", nobody, "pin", rightPIN); got.Status != want {
			t.Errorf("try %d of a badge of nobody: %d, want %d", try, got.Status, want)
		}
	}
	k.Clock.Add(time.Hour)
	wantStatus(t, bench.post("/switch", "badge", tess, "pin", rightPIN), http.StatusUnprocessableEntity)
	if !strings.Contains(k.log.String(), "a PIN was locked") || strings.Contains(k.log.String(), tess) || strings.Contains(k.log.String(), "730250") {
		t.Errorf("the log: %s", k.log.String())
	}

	officer := k.browser(t)
	officer.signIn(k.admin)
	page := officer.get("/stations")
	if !strings.Contains(page.Body, "The PIN of Name of tess was locked at Bench 3") {
		t.Fatalf("the officer is not told: %s", page.Body)
	}
	alarms, _, err := k.PINAlarms(t.Context(), k.org.ID, lifecycle.Page{})
	if err != nil || len(alarms) != 1 {
		t.Fatalf("alarms %+v, %v", alarms, err)
	}
	wantTo(t, officer.post("/stations/alarms/"+alarms[0].ID+"/seen"), "/stations?done=alarm-seen")
	if page := officer.get("/stations"); strings.Contains(page.Body, "was locked at") {
		t.Error("the alarm stands after it was seen")
	}

	own := k.browser(t)
	own.signIn(k.tess)
	if got := own.get("/account/pin"); !strings.Contains(got.Body, "locked after wrong ones") {
		t.Errorf("she is not told: %s", got.Body)
	}
	wantTo(t, own.post("/account/pin", "current", password, "pin", "918273", "pin_again", "918273"), "/account/pin?done=pin-set")
	wantTo(t, bench.post("/switch", "badge", tess, "pin", "918273", "next", "/bench"), "/bench")
}

// TestAStationIsThrottledAsAWhole: one guess at each of many badges.
func TestAStationIsThrottledAsAWhole(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	for range 30 {
		wantStatus(t, bench.post("/switch", "badge", access.NewBadgeCode(), "pin", rightPIN), http.StatusUnprocessableEntity)
	}
	tess := k.badge(t, k.tess)
	wantStatus(t, bench.post("/switch", "badge", tess, "pin", rightPIN), http.StatusTooManyRequests)
	k.Clock.Add(2 * time.Minute)
	wantTo(t, bench.post("/switch", "badge", tess, "pin", rightPIN, "next", "/bench"), "/bench")
}

// TestTheCoverIsNoSecondChance: guesses at the cover and at the badge count
// together.
func TestTheCoverIsNoSecondChance(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	tess := k.badge(t, k.tess)
	wantTo(t, bench.post("/switch", "badge", tess, "pin", rightPIN, "next", "/bench"), "/bench")
	wantTo(t, bench.post("/switch/cover"), "/switch")
	for range 3 {
		wantStatus(t, bench.post("/switch/uncover", "pin", "730250"), http.StatusUnprocessableEntity)
	}
	for range access.PINTries - 3 {
		wantStatus(t, bench.post("/switch", "badge", tess, "pin", "730250"), http.StatusUnprocessableEntity)
	}
	if pin, err := k.PIN(t.Context(), k.tess.ID); err != nil || pin.LockedAt.IsZero() {
		t.Errorf("PIN %+v, %v; want it locked", pin, err)
	}
}

func TestBadgeOnAPage(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.browser(t)
	b.signIn(k.admin)
	made := b.post("/stations/badges/" + string(k.vera.ID) + "/issue")
	wantStatus(t, made, http.StatusCreated)
	for _, part := range []string{"<svg", "Name of vera", "Refurb"} {
		if !strings.Contains(made.Body, part) {
			t.Errorf("%s is missing on the badge", part)
		}
	}
	badge, err := k.BadgeOf(t.Context(), k.vera.ID)
	if err != nil || badge.Hash == "" {
		t.Fatalf("badge %+v, %v", badge, err)
	}
	if got := b.get("/stations/badges"); got.Status != 200 || !strings.Contains(got.Body, "Issue a new one") {
		t.Errorf("the list: %d %s", got.Status, got.Body)
	}
	wantTo(t, b.post("/stations/badges/"+string(k.vera.ID)+"/end"), "/stations/badges?done=badge-ended")
	wantTo(t, b.post("/stations/badges/"+string(k.vera.ID)+"/end"), "/stations/badges?done=badge-ended")
}

func TestAPI(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	made, err := access.IssueToken(t.Context(), k.Opened, newID(), access.Credential{Kind: access.KindPerson, Person: k.admin.ID, Name: "test"}, k.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	admin := k.site.WithToken(made.Text)
	var one struct {
		ID, Code, Link string
		Idle           int `json:"idle_minutes"`
	}
	got := admin.PostJSON("/v1/stations", map[string]any{"name": "Till", "idle_minutes": 5})
	wantStatus(t, got, http.StatusCreated)
	if got.Decode(&one); len(one.Code) != 12 || one.Idle != 5 || !strings.HasSuffix(one.Link, one.Code) {
		t.Errorf("made %+v", one)
	}
	same := admin.WithKey("one-key-for-two")
	wantStatus(t, same.PostJSON("/v1/stations", map[string]any{"name": "Till", "idle_minutes": 5}), http.StatusCreated)
	wantStatus(t, same.PostJSON("/v1/stations", map[string]any{"name": "Till", "idle_minutes": 5}), http.StatusConflict)
	for _, idle := range []int{0, 61, -1} {
		wantStatus(t, admin.PostJSON("/v1/stations", map[string]any{"name": "Till", "idle_minutes": idle}), http.StatusUnprocessableEntity)
	}
	if got := admin.Get("/v1/stations"); got.Status != 200 || strings.Contains(got.Body, one.Code) || !strings.Contains(got.Body, one.ID) {
		t.Errorf("the list: %d %s", got.Status, got.Body)
	}
	wantStatus(t, admin.Delete("/v1/stations/"+one.ID), http.StatusNoContent)
	wantStatus(t, admin.Delete("/v1/stations/"+one.ID), http.StatusNoContent)
	issued := admin.PostJSON("/v1/people/"+string(k.tess.ID)+"/badge", map[string]any{})
	wantStatus(t, issued, http.StatusCreated)
	var badge struct{ Code string }
	if issued.Decode(&badge); !strings.HasPrefix(badge.Code, "QB") {
		t.Errorf("badge %+v", badge)
	}
	wantStatus(t, admin.Delete("/v1/people/"+string(k.tess.ID)+"/badge"), http.StatusNoContent)
}
