package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
)

func TestDarknessIsStatedPerCloud(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	a := b.takeBack(t, unit)
	read := func() answer {
		t.Helper()
		got := b.as(b.Clerk).Get("/v1/returns/" + a.ID)
		if got.Status != http.StatusOK {
			t.Fatalf("read = %d %s", got.Status, got.Body)
		}
		var now answer
		got.Decode(&now)
		return now
	}
	b.worker(t, unit.ID, asked(b.Clock.Now()))
	if now := read(); now.Darkness[1].Dark || now.Darkness[1].Detail != "not confirmed yet, keep it unplugged." {
		t.Errorf("a cloud that said yes is %+v; that proves nothing", now.Darkness[1])
	}
	b.worker(t, unit.ID, func(task *lifecycle.Task) {
		if task.Verb != lifecycle.VerbProbe {
			proven(b.Clock.Now())(task)
		}
	})
	if now := read(); now.Darkness[1].Dark {
		t.Errorf("a cloud that was not asked again is dark: %+v", now.Darkness[1])
	}
	b.worker(t, unit.ID, proven(b.Clock.Now()))
	if now := read(); !now.Darkness[1].Dark || now.State != "returned" {
		t.Errorf("a cloud that had nothing left is %+v in state %s", now.Darkness[1], now.State)
	}
}

func TestReturnsAreReadByWhoTookThemAndWhoHasTheUnit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	a := b.takeBack(t, unit)
	path := "/v1/returns/" + a.ID
	stranger, nobody := b.as(b.Technician).Get(path), b.as(b.Technician).Get("/v1/returns/ret_nobody")
	if stranger.Status != http.StatusNotFound || stranger.Body != nobody.Body {
		t.Errorf("a stranger reads %d %s, of no return %d %s", stranger.Status, stranger.Body, nobody.Status, nobody.Body)
	}
	b.Must(t, unit.ID, lifecycle.Ship{Command: b.By(b.Clerk), ID: "shp_1", To: b.Warehouse.ID}.Decide)
	b.Must(t, unit.ID, lifecycle.Receive{Command: b.By(b.Technician), Shipment: "shp_1"}.Decide)
	var there, here answer
	b.as(b.Technician).Get(path).Decode(&there)
	b.as(b.Clerk).Get(path).Decode(&here)
	if there.State != "returned" || there.Order == nil {
		t.Errorf("the warehouse that has it reads %+v", there)
	}
	if got := b.as(b.Technician).Get("/desk/returns/" + a.ID + "/receipt"); got.Status != http.StatusNotFound {
		t.Errorf("another desk prints the receipt: %d", got.Status)
	}
	if here.ID != a.ID || here.State != "" || len(here.Presence) > 0 {
		t.Errorf("the desk that took it reads %+v, want its own record without the unit's present", here)
	}
}

// signing is a sold unit that can sign what it says.
func (b bundle) signing(t *testing.T) lifecycle.Unit {
	t.Helper()
	key := lifecycle.UnitKey{Brand: storetest.Brand, Serial: "SIGNS-1"}
	registered, err := b.Register(t.Context(), key, b.Model.ID, lifecycle.Register{
		Command: b.By(b.VendorAdmin), ID: lifecycle.UnitID(storetest.NewID("unt")), Key: key, DeviceKey: make([]byte, 32),
	}.Decide)
	if err != nil {
		t.Fatal(err)
	}
	return b.Must(t, registered.Change.Unit.ID, lifecycle.Sell{Command: b.By(b.VendorAdmin), ID: "sal_1"}.Decide).Change.Unit
}

func TestPresenceCode(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.signing(t)
	a := b.takeBack(t, unit)
	snapshot, err := b.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if a.Presence != desktest.Presence(lifecycle.ReturnID(a.ID)) || snapshot.Return.PresenceHash != storetest.Hex(a.Presence) {
		t.Errorf("code %q, on record %q; want its SHA-256", a.Presence, snapshot.Return.PresenceHash)
	}
	picture := b.as(b.Clerk).Get("/desk/returns/" + a.ID + "/presence.svg")
	if picture.Status != http.StatusOK || !strings.HasPrefix(picture.Body, "<svg") {
		t.Errorf("picture = %d", picture.Status)
	}
	// The same again after a restart: it is made of the return's id.
	if again, err := open(t, b.World).desk.Find(t.Context(), b.Clerk, lifecycle.ReturnID(a.ID)); err != nil || again.Presence != a.Presence {
		t.Errorf("after a restart the code is %q, %v", again.Presence, err)
	}
	b.Clock.Add(time.Second)
	b.Must(t, unit.ID, lifecycle.Heard{Command: b.By(lifecycle.Actor{Kind: lifecycle.ActorUnit}), Report: lifecycle.Report{
		At: b.Clock.Now(), Epoch: snapshot.Unit.Epoch, Kind: lifecycle.ResetNone, Verifier: storetest.Hex("v"), Digest: storetest.Hex("d"),
		Presence: storetest.Hex(a.Presence),
	}}.Decide)
	var now answer
	b.as(b.Clerk).Get("/v1/returns/" + a.ID).Decode(&now)
	if now.Authority != "device-present" || now.Presence != "" {
		t.Errorf("after it signed: %+v", now)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Bound(t)
	a := b.takeBack(t, unit)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	seen := make(chan desk.Progress)
	ended := make(chan error, 1)
	go func() {
		ended <- b.desk.Follow(ctx, b.Clerk, lifecycle.ReturnID(a.ID), func(_ int64, p desk.Progress) error {
			select {
			case seen <- p:
			case <-ctx.Done():
			}
			return ctx.Err()
		})
	}()
	if first := <-seen; first.Unit.Version == unit.Version || first.Clouds()[0].Dark {
		t.Errorf("at first: %+v", first)
	}
	b.takeBack(t, other) // another unit's change is not ours
	b.worker(t, unit.ID, proven(b.Clock.Now()))
	if next := <-seen; !next.Clouds()[0].Dark || next.Unit.ID != unit.ID {
		t.Errorf("then: %+v", next)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("Follow ended without its context's error")
	}
}

// fixed signs everybody in as one principal.
type fixed struct{ access.Principal }

func (f fixed) PrincipalOfToken(context.Context, string, lifecycle.PersonID) (access.Principal, error) {
	return f.Principal, nil
}

func (f fixed) PrincipalOfPerson(context.Context, lifecycle.PersonID, int64) (access.Principal, error) {
	return f.Principal, nil
}

func TestEventStream(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.site = b.siteWith(t, func(c *web.Config) { c.Authenticator = fixed{desktest.Principal(b.Clerk)} })
	unit := b.Bound(t)
	taken, err := b.desk.TakeBack(t.Context(), b.Clerk, desk.Brought{Key: unit.Key, Condition: "used", Reason: "faulty"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.site.Server.Handler())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/returns/"+string(taken.Return.ID)+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer anything")
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("stream = %d %s", response.StatusCode, got)
	}
	lines := bufio.NewScanner(response.Body)
	if first := nextEvent(t, lines); first.Darkness[1].Dark {
		t.Errorf("the first event says the cloud is dark: %+v", first)
	}
	b.worker(t, unit.ID, proven(b.Clock.Now()))
	if next := nextEvent(t, lines); !next.Darkness[1].Dark || next.ID != string(taken.Return.ID) {
		t.Errorf("the next event = %+v", next)
	}
}

func nextEvent(t *testing.T, lines *bufio.Scanner) answer {
	t.Helper()
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var a answer
		if err := json.Unmarshal([]byte(data), &a); err != nil {
			t.Fatalf("event %q: %v", data, err)
		}
		return a
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return answer{}
}

func TestEventsOfAnotherReturnAreNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.takeBack(t, b.Bound(t))
	if got := b.as(b.Technician).Get("/v1/returns/" + a.ID + "/events"); got.Status != http.StatusNotFound {
		t.Errorf("a stranger's stream = %d", got.Status)
	}
}

// TestScreenAfterARestart: everything on the screen is read from the record.
func TestScreenAfterARestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	a := b.takeBack(t, unit)
	b.worker(t, unit.ID, asked(b.Clock.Now()))
	before := b.as(b.Clerk).Get("/v1/returns/" + a.ID)
	page := b.as(b.Clerk).Get("/desk/returns/" + a.ID + "?fragment=progress")
	if err := b.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	b.World.Opened = storetest.OpenIn(t, b.Dir, b.Clock)
	b = open(t, b.World)
	after := b.as(b.Clerk).Get("/v1/returns/" + a.ID)
	if after.Status != http.StatusOK || after.Body != before.Body {
		t.Errorf("after a restart = %d %s, before %s", after.Status, after.Body, before.Body)
	}
	if got := b.as(b.Clerk).Get("/desk/returns/" + a.ID + "?fragment=progress"); got.Body != page.Body {
		t.Errorf("the page after a restart:\n%s\nbefore:\n%s", got.Body, page.Body)
	}
	b.worker(t, unit.ID, proven(b.Clock.Now()))
	shows(t, "the page goes on", b.as(b.Clerk).Get("/desk/returns/"+a.ID).Body, "builtin: <em>dark.")
}
