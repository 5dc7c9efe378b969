package story

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
)

// boxOf is a kit in JSON.
type boxOf struct {
	ID    string
	Cut   bool
	Units []struct {
		Serial, State string
		Missing       bool
	}
}

// TestAHubWithThreeCameras: sold as one box, brought back without one camera.
// What is there is fenced unit by unit; what is missing is on the receipt, and
// keeps the box from being sold again.
func TestAHubWithThreeCameras(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	maker, till := s.as("admin", "Halden Optics", 0), s.as("clerk", shop, 0)
	var units []unit
	var refs []map[string]string
	for range 4 {
		u := s.pick(in("stock"), custodyOf(shop))
		units, refs = append(units, u), append(refs, u.ref())
	}
	var box boxOf
	maker.post("/v1/kits", map[string]any{"name": "Home with three cameras", "units": refs}).want(http.StatusCreated).into(&box)

	camera := units[1]
	till.sell(camera, "R-box").refused(http.StatusConflict, "sell.part-of-kit")
	till.sell(units[0], "R-box").want(http.StatusCreated)
	for _, u := range units {
		if now := till.check(u); !slices.ContainsFunc(now.Reasons, isSold) {
			t.Errorf("%s after the box was sold: %+v", u.Serial, now)
		}
	}

	// The customer brings the box back; a scan of one camera shows all of it.
	desk := s.signedIn(till.person)
	scanned := desk.open("/desk/take-back?brand=" + camera.Brand + "&serial=" + url.QueryEscape(camera.Serial))
	scanned.shows(t, "This unit came in a box of 4", "/desk/kits/"+box.ID)
	page := desk.open("/desk/kits/" + box.ID)
	form := url.Values{"condition": {"used"}, "reason": {"changed-mind"}, "receipt": {"R-box"}}
	missing := units[3]
	for _, u := range units {
		word := "here"
		if u.Serial == missing.Serial {
			word = "missing"
		}
		form.Set(partField(t, page, u), word)
	}
	paper := desk.submit(page, "/desk/kits/"+box.ID+"/returns", form)
	paper.want(http.StatusOK)
	paper.shows(t, missing.Serial, "It is being cut off from the hub", "Taken back")

	var back boxOf
	till.get("/v1/kits/" + box.ID).want(http.StatusOK).into(&back)
	for i, u := range back.Units {
		want := "returned"
		if i == 3 {
			want = "" // it is with its customer, and no business of the desk's
		}
		if u.State != want || u.Missing != (i == 3) {
			t.Errorf("unit %d of the box: %+v, want state %q", i, u, want)
		}
	}
	till.sell(units[0], "R-again").refused(http.StatusConflict, "sell.returned")

	// The hub's own reset is what cuts the missing camera off.
	s.camera(units[0], "--hard-reset")
	eventually(t, "the hub is cut off from what is missing", func() bool {
		till.get("/v1/kits/" + box.ID).want(http.StatusOK).into(&box)
		return box.Cut
	})
	desk.open("/desk/kits/"+box.ID+"/receipt").shows(t, "It is cut off from the hub", missing.Serial)
	s.verified(t)
}

func isSold(r struct{ Code, Field, Detail string }) bool { return r.Code == "scan.already-sold" }

// partField is the name of the field that says whether this unit is in the box.
func partField(t *testing.T, page answer, u unit) string {
	t.Helper()
	at := regexp.MustCompile(`(?s)<span class="code">` + regexp.QuoteMeta(u.Serial) + `</span></legend>.*?name="(part-[^"]+)"`).FindSubmatch(page.Body)
	if at == nil {
		t.Fatalf("%s is not in the box:\n%s", u.Serial, page.Body)
	}
	return string(at[1])
}
