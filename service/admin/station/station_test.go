package station_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestEnrol(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, station := k.enrolled(t)
	if station.Name != "Bench 3" || station.Idle != 2*time.Minute || !station.Stands() {
		t.Errorf("enrolled %+v", station)
	}
	if got := bench.get("/switch"); got.Status != 200 || !strings.Contains(got.Body, "Bench 3") {
		t.Errorf("the station's page: %d %s", got.Status, got.Body)
	}
	// What needs an account leads a station to the switch, not to a password.
	wantTo(t, bench.get("/bench?x=1"), "/switch?next=%2Fbench%3Fx%3D1")
	wantTo(t, k.browser(t).get("/bench"), "/sign-in?next=%2Fbench")

	elsewhere := k.browser(t)
	for _, code := range []string{"", "ABCDEFGHIJKL"} {
		if got := elsewhere.post("/switch/enrol", "code", code); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("the code %q: %d", code, got.Status)
		}
	}
	if got := elsewhere.post("/switch", "badge", k.badge(t, k.tess), "pin", rightPIN); got.Status != 303 || got.Header.Get("Location") != "/switch" {
		t.Errorf("badge and PIN where there is no station: %d to %s", got.Status, got.Header.Get("Location"))
	}
	if len(elsewhere.cookies) != 0 {
		t.Errorf("a browser that is no station has %v", elsewhere.cookies)
	}
}

// TestEnrollingSignsOut: the admin who walks over to enter the code is not
// signed in there afterwards.
func TestEnrollingSignsOut(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.browser(t)
	b.signIn(k.admin)
	code := codeOnPage.FindStringSubmatch(b.post("/stations", "name", "Desk", "idle", "1").Body)[1]
	if got := b.get("/switch/enrol/" + code); got.Status != 200 || !strings.Contains(got.Body, code) {
		t.Fatalf("the link: %d", got.Status)
	}
	wantTo(t, b.post("/switch/enrol", "code", code), "/switch?done=station-enrolled")
	wantTo(t, b.get("/bench"), "/switch?next=%2Fbench")
	if got := b.post("/switch/enrol", "code", code); got.Status != 422 {
		t.Errorf("the code once more: %d", got.Status)
	}
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	tess, vera := k.badge(t, k.tess), k.badge(t, k.vera)

	asked := bench.post("/switch", "badge", tess, "next", "/bench?unit=1")
	if asked.Status != 200 || !strings.Contains(asked.Body, `name="pin"`) || !strings.Contains(asked.Body, tess) {
		t.Fatalf("after the badge: %d %s", asked.Status, asked.Body)
	}
	wantTo(t, bench.post("/switch", "badge", tess, "pin", rightPIN, "next", "/bench?unit=1"), "/bench?unit=1")
	first := bench.cookies["quitclaim"]
	if got := bench.get("/bench"); got.Status != 200 || !strings.HasPrefix(got.Body, string(k.tess.ID)) {
		t.Fatalf("at work: %d %s", got.Status, got.Body)
	}
	// The next badge ends the session before it, also without a word of leave.
	wantTo(t, bench.post("/switch", "badge", strings.ToLower(vera), "pin", rightPIN, "next", "/bench"), "/")
	old := k.browser(t)
	old.cookies["quitclaim"], old.cookies["quitclaim-station"] = first, bench.cookies["quitclaim-station"]
	wantTo(t, old.get("/bench"), "/switch?next=%2Fbench")

	wantTo(t, bench.post("/switch/leave", "next", "/bench"), "/switch?done=left&next=%2Fbench")
	wantTo(t, bench.get("/"), "/sign-in")
	if got := bench.get("/switch?done=left"); !strings.Contains(got.Body, "signed out here") {
		t.Errorf("it does not say that the last person is signed out: %s", got.Body)
	}
}

// TestSessionByPIN: whatever a person may do with their password, their badge
// and PIN are for the bench.
func TestSessionByPIN(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, station := k.enrolled(t)
	wantTo(t, bench.post("/switch", "badge", k.badge(t, k.tess), "pin", rightPIN, "next", "/bench"), "/bench")
	for _, path := range []string{"/stations", "/stations/badges", "/account", "/account/pin", "/flags"} {
		got := bench.get(path)
		if got.Status != http.StatusForbidden || !strings.Contains(got.Body, "password") {
			t.Errorf("%s by PIN: %d, want 403 that says what it takes", path, got.Status)
		}
	}
	if got := bench.post("/stations/" + station.ID + "/end"); got.Status != http.StatusForbidden {
		t.Errorf("ended the station by PIN: %d", got.Status)
	}
	// Her password lets her do it, here too, and the station ends that session as well.
	bench.signIn(k.tess)
	if got := bench.get("/stations"); got.Status != 200 {
		t.Errorf("by password: %d", got.Status)
	}
	wantTo(t, bench.post("/stations/"+station.ID+"/end"), "/stations?done=station-ended")
	wantTo(t, bench.get("/bench"), "/sign-in?next=%2Fbench")
}

// TestEndedStation: it is dead at once, and so is who was signed in there.
func TestEndedStation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, station := k.enrolled(t)
	tess := k.badge(t, k.tess)
	wantTo(t, bench.post("/switch", "badge", tess, "pin", rightPIN, "next", "/bench"), "/bench")
	if err := k.EndStation(t.Context(), station.ID); err != nil {
		t.Fatal(err)
	}
	wantTo(t, bench.get("/bench"), "/sign-in?next=%2Fbench")
	wantTo(t, bench.post("/switch", "badge", tess, "pin", rightPIN), "/switch")
	wantTo(t, bench.post("/switch/uncover", "pin", rightPIN), "/switch")
	if got := bench.get("/switch"); got.Status != 200 || strings.Contains(got.Body, "Bench 3") {
		t.Errorf("the page of an ended station: %d %s", got.Status, got.Body)
	}
}

// TestSessionIsBoundToItsStation: a session's cookie alone, or with another
// station's, is nobody's.
func TestSessionIsBoundToItsStation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	second, _ := k.enrolled(t)
	wantTo(t, bench.post("/switch", "badge", k.badge(t, k.tess), "pin", rightPIN, "next", "/bench"), "/bench")
	thief := k.browser(t)
	thief.cookies["quitclaim"] = bench.cookies["quitclaim"]
	wantTo(t, thief.get("/bench"), "/sign-in?next=%2Fbench")
	thief.cookies["quitclaim-station"] = second.cookies["quitclaim-station"]
	wantTo(t, thief.get("/bench"), "/switch?next=%2Fbench")
	if got := bench.get("/bench"); got.Status != 200 {
		t.Errorf("the station itself: %d", got.Status)
	}
}

func TestCover(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	wantTo(t, bench.post("/switch", "badge", k.badge(t, k.tess), "pin", rightPIN, "next", "/bench"), "/bench")
	k.Clock.Add(119 * time.Second)
	if got := bench.post("/switch/stay"); got.Status != http.StatusNoContent {
		t.Fatalf("in use: %d", got.Status)
	}
	k.Clock.Add(119 * time.Second)
	if got := bench.get("/bench"); got.Status != 200 {
		t.Fatalf("use did not keep it open: %d", got.Status)
	}
	k.Clock.Add(150 * time.Second)
	wantTo(t, bench.get("/bench"), "/switch?next=%2Fbench")
	if got := bench.post("/switch/stay"); got.Status != http.StatusUnauthorized {
		t.Errorf("stay behind the cover: %d", got.Status)
	}
	if got := bench.get("/switch"); !strings.Contains(got.Body, "Name of tess, your PIN goes on where you were") {
		t.Errorf("the page does not say whose it is: %s", got.Body)
	}

	// A form that comes too late is kept, its secrets are not.
	kept := bench.post("/bench", "note", "lens <ok>", "second_password", "hush", "idempotency_key", "k-1")
	wantStatus(t, kept, http.StatusUnauthorized)
	for _, part := range []string{`name="kept-action" value="/bench"`, `name="kept.note" value="lens &lt;ok&gt;"`, `name="kept.idempotency_key"`} {
		if !strings.Contains(kept.Body, part) {
			t.Errorf("%s is missing in %s", part, kept.Body)
		}
	}
	if strings.Contains(kept.Body, "hush") {
		t.Error("a password stands in the page")
	}
	again := bench.post("/switch/uncover", "pin", "000000", "kept-action", "/bench", "kept.note", "lens")
	if again.Status != http.StatusUnprocessableEntity || !strings.Contains(again.Body, `name="kept.note" value="lens"`) {
		t.Errorf("after a wrong PIN: %d %s", again.Status, again.Body)
	}
	on := bench.post("/switch/uncover", "pin", rightPIN, "kept-action", "/bench", "kept.note", "lens")
	if on.Status != 200 || !strings.Contains(on.Body, `action="/bench"`) || !strings.Contains(on.Body, `name="note" value="lens"`) {
		t.Fatalf("after the PIN: %d %s", on.Status, on.Body)
	}
	if got := bench.post("/bench", "note", "lens"); got.Status != 200 || !strings.HasSuffix(got.Body, " lens") {
		t.Errorf("sent on: %d %s", got.Status, got.Body)
	}
	// A script covers at once, and says the PIN without a page.
	wantTo(t, bench.post("/switch/cover"), "/switch")
	wantTo(t, bench.get("/bench"), "/switch?next=%2Fbench")
	if got := bench.post("/switch/uncover", "pin", rightPIN, "quiet", "on"); got.Status != http.StatusNoContent {
		t.Errorf("by script: %d %s", got.Status, got.Body)
	}
	if got := bench.post("/switch/uncover", "pin", rightPIN, "kept-action", "https://elsewhere.example/"); !strings.Contains(got.Body, `action="/"`) {
		t.Errorf("a form to another site: %s", got.Body)
	}
}

// TestCoveredByPassword: whoever came in by password and comes back by PIN has
// what a PIN gives.
func TestCoveredByPassword(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	bench, _ := k.enrolled(t)
	k.badge(t, k.tess)
	bench.signIn(k.tess)
	if got := bench.get("/stations"); got.Status != 200 {
		t.Fatalf("by password: %d", got.Status)
	}
	k.Clock.Add(3 * time.Minute)
	wantTo(t, bench.get("/stations"), "/switch?next=%2Fstations")
	wantTo(t, bench.post("/switch/uncover", "pin", rightPIN, "next", "/bench"), "/bench")
	if got := bench.get("/stations"); got.Status != http.StatusForbidden {
		t.Errorf("by PIN: %d, want 403", got.Status)
	}
}

func TestSetPIN(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := k.browser(t)
	b.signIn(k.vera)
	tests := []struct{ name, current, pin, again, want string }{
		{"too short", password, "73025", "73025", "6 to 12 digits"},
		{"a run", password, "123456", "123456", "tried first"},
		{"two that differ", password, rightPIN, "730250", "once more"},
		{"another's password", "not the password", rightPIN, rightPIN, "not your present password"},
	}
	for _, tt := range tests {
		got := b.post("/account/pin", "current", tt.current, "pin", tt.pin, "pin_again", tt.again)
		if got.Status != 422 || !strings.Contains(got.Body, tt.want) || strings.Contains(got.Body, rightPIN) {
			t.Errorf("%s: %d %s", tt.name, got.Status, got.Body)
		}
	}
	wantTo(t, b.post("/account/pin", "current", password, "pin", rightPIN, "pin_again", rightPIN), "/account/pin?done=pin-set")
	pin, err := k.PIN(t.Context(), k.vera.ID)
	if err != nil || !strings.HasPrefix(pin.Hash, "$argon2id$") {
		t.Fatalf("PIN %+v, %v", pin, err)
	}
	// Who has the database alone can try all the PINs there are, and finds none.
	if right, err := k.passwords.Verify(t.Context(), rightPIN, pin.Hash); err != nil || right {
		t.Errorf("the hash is one of the bare PIN: %v, %v", right, err)
	}
}

func TestAdminOfAnotherHouse(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, station := k.enrolled(t)
	b := k.browser(t)
	b.signIn(k.person(t, k.other, "eve", lifecycle.RoleAdmin, lifecycle.RoleSecurityOfficer))
	theirs := b.post("/stations/" + station.ID + "/end")
	never := b.post("/stations/stn_never/end")
	if theirs.Status != 404 || never.Status != 404 || theirs.Body != never.Body {
		t.Errorf("another's station %d, what never was %d", theirs.Status, never.Status)
	}
	for _, verb := range []string{"issue", "end"} {
		theirs, never = b.post("/stations/badges/"+string(k.tess.ID)+"/"+verb), b.post("/stations/badges/psn_never/"+verb)
		if theirs.Status != 404 || never.Status != 404 || theirs.Body != never.Body {
			t.Errorf("%s another's badge: %d, nobody's: %d", verb, theirs.Status, never.Status)
		}
	}
	if got := b.get("/stations"); got.Status != 200 || strings.Contains(got.Body, "Bench 3") {
		t.Errorf("their list: %d", got.Status)
	}
	if now, err := k.Station(t.Context(), station.ID); err != nil || !now.Stands() {
		t.Errorf("station %+v, %v", now, err)
	}
}
