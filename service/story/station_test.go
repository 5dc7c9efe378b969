package story

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A shop's desk is one PC for everybody who stands at it.

const (
	shop       = "Brightside Electronics"
	stationPIN = "730259"
)

var stationCode = regexp.MustCompile(`/switch/enrol/[A-Z2-7]{12}`)

// station has an admin make one, and answers with the link that enrols it.
func (s *server) station(admin visitor, idle string) string {
	s.t.Helper()
	made := admin.submit(admin.open("/stations"), "/stations", url.Values{"name": {"Desk 1"}, "idle": {idle}})
	link := stationCode.Find(made.want(http.StatusCreated).Body)
	if link == nil {
		s.t.Fatalf("no code on the page:\n%s", made.Body)
	}
	return string(link)
}

// badge is a new badge of somebody, who sets their PIN with their password.
func (s *server) badge(admin client, p person) string {
	s.t.Helper()
	var people struct{ Items []struct{ ID, Name string } }
	admin.get("/v1/people").want(http.StatusOK).into(&people)
	var badge struct{ Code string }
	for _, one := range people.Items {
		if one.Name == p.Name {
			admin.post("/v1/people/"+one.ID+"/badge", map[string]any{}).want(http.StatusCreated).into(&badge)
		}
	}
	if badge.Code == "" {
		s.t.Fatalf("%s has no badge", p.Name)
	}
	own := s.signedIn(p)
	own.submit(own.open("/account/pin"), "/account/pin", url.Values{
		"current": {p.Password}, "pin": {stationPIN}, "pin_again": {stationPIN},
	}).shows(s.t, "Your PIN is set")
	return badge.Code
}

// scanned is badge and PIN at a station, in two steps as people take them.
func (v visitor) scanned(badge, pin string) answer {
	v.s.t.Helper()
	asked := v.submit(v.open("/switch"), "/switch", url.Values{"badge": {badge}})
	asked.shows(v.s.t, "Now your PIN")
	return v.submit(asked, "/switch", url.Values{"pin": {pin}})
}

func TestAStation(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	admin := s.as("admin", shop, 0)
	carla, clive := s.as("clerk", shop, 0), s.as("clerk", shop, 1)
	office, desk := s.signedIn(admin.person), s.visitor()

	enrol := desk.open(s.station(office, "2"))
	desk.submit(enrol, "/switch/enrol", url.Values{"code": {attributeOf(enrol, "code")}}).shows(t, "This browser is a station now", "Desk 1")
	hers, his := s.badge(admin, carla.person), s.badge(admin, clive.person)

	begun := time.Now()
	desk.scanned(hers, stationPIN).shows(t, carla.Name, "/switch/leave")
	t.Logf("badge, PIN and the first page took %v", time.Since(begun).Round(time.Millisecond))
	if got := desk.open("/account"); got.Status != http.StatusForbidden {
		t.Errorf("her account by PIN: %d, want 403", got.Status)
	}
	left := desk.submit(desk.open("/desk"), "/switch/leave", url.Values{})
	left.shows(t, "The last person is signed out here")
	if strings.Contains(string(left.Body), carla.Name) {
		t.Error("she is still named at the desk that she left")
	}

	for range 5 {
		if got := desk.scanned(his, "000111"); got.Status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong PIN: %d", got.Status)
		}
	}
	// He waits, or the PIN is wrong by now: either way the right one opens nothing.
	if got := desk.scanned(his, stationPIN); got.Status != http.StatusTooManyRequests && got.Status != http.StatusUnprocessableEntity {
		t.Errorf("after five wrong ones: %d, want 429 or 422", got.Status)
	}
	officer := s.signedIn(s.as("security_officer", shop, 0).person)
	officer.open("/stations").shows(t, "The PIN of "+clive.Name+" was locked at Desk 1")
	s.signedIn(clive.person).open("/account/pin").shows(t, "Your PIN is locked")

	// Her work goes on; then the admin ends the station, and it is nobody's.
	desk.scanned(hers, stationPIN).shows(t, carla.Name)
	office.submit(office.open("/stations"), endOf(t, office), url.Values{}).shows(t, "The station has ended")
	for _, path := range []string{"/desk", "/switch"} {
		if got := desk.open(path); strings.Contains(string(got.Body), carla.Name) || strings.Contains(string(got.Body), "Desk 1") {
			t.Errorf("%s at a station that has ended:\n%s", path, got.Body)
		}
	}
	s.verified(t)
}

// endOf is the action of the button that ends the only station.
func endOf(t *testing.T, admin visitor) string {
	t.Helper()
	at := regexp.MustCompile(`action="(/stations/stn_[a-z2-7]+/end)"`).FindSubmatch(admin.open("/stations").Body)
	if at == nil {
		t.Fatal("no station to end")
	}
	return string(at[1])
}

// attributeOf is the value that a field of the page has.
func attributeOf(page answer, field string) string {
	for _, tag := range inputTag.FindAllStringSubmatch(string(page.Body), -1) {
		if in := attributes(tag[1]); in["name"] == field {
			return in["value"]
		}
	}
	return ""
}

// TestAStationCoversWhatWasBegun: nobody is at the desk for a minute. The page
// is covered, and under it stands what was half filled in.
func TestAStationCoversWhatWasBegun(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	admin, carla := s.as("admin", shop, 0), s.as("clerk", shop, 0)
	link := s.station(s.signedIn(admin.person), "1")
	badge := s.badge(admin, carla.person)
	desk := s.tab(t, s.browser(t))
	desk.open(link)
	desk.press("make it a station", click("main form button.primary"))
	desk.fill("#badge", badge)
	desk.press("scan the badge", click("main form button.primary"))
	desk.fill("#pin", stationPIN)
	desk.press("say the PIN", click("main form button.primary"))

	u := s.pick(in("bound"))
	desk.open("/desk/take-back?brand=" + u.Brand + "&serial=" + url.QueryEscape(u.Serial))
	desk.fill("#receipt", "R-half")
	covered := func() bool { return evaluate[bool](desk, `document.getElementById("cover").open`) }
	if covered() {
		t.Fatal("covered while somebody works")
	}
	evaluate[bool](desk, `(() => { const now = Date.now; Date.now = () => now() + 61000; return true })()`)
	eventually(t, "the page is covered", covered)
	eventually(t, "the server has covered it too", func() bool {
		return evaluate[bool](desk, `fetch("/switch/stay", {method: "POST"}).then((a) => a.status === 401)`)
	})
	desk.fill("#cover-pin", "000111\r")
	eventually(t, "a wrong PIN is said to be wrong", func() bool {
		return strings.Contains(evaluate[string](desk, `document.querySelector("#cover .mistake").textContent`), "not the PIN")
	})
	if !covered() {
		t.Fatal("a wrong PIN took the cover off")
	}
	desk.fill("#cover-pin", stationPIN+"\r")
	eventually(t, "the cover is off", func() bool { return !covered() })
	if got := evaluate[string](desk, `document.getElementById("receipt").value`); got != "R-half" {
		t.Errorf("the field holds %q, want what was typed before", got)
	}
}
