package batch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/webtest"
)

// pallet is a batch as the API says it.
type pallet struct {
	ID      string
	Count   int
	Summary struct {
		Taken, Clear, Bound, Refused, Unknown, Mismatch, Held, Late, Open int

		Secrets int `json:"secrets_redacted"`
	}
	Entries []entry
}

type entry struct {
	ID, Verdict, State, Return, Serial, Shown, Settlement string

	Place   int
	Again   bool
	Queued  bool
	Secrets bool `json:"secrets_redacted"`
	Reasons []struct{ Code, Detail string }
}

func (e entry) reason() string {
	if len(e.Reasons) == 0 {
		return ""
	}
	return e.Reasons[0].Code
}

// batch opens a batch and answers with its id.
func (b bundle) batch(t *testing.T) string {
	t.Helper()
	got := b.as(b.Clerk).PostJSON("/v1/batches", map[string]any{"condition": "used", "reason": "other"})
	var p pallet
	got.Decode(&p)
	if got.Status != http.StatusCreated || p.ID == "" || got.Header.Get("Location") != "/v1/batches/"+p.ID {
		t.Fatalf("open batch = %d %s", got.Status, got.Body)
	}
	return p.ID
}

// typed is the body of a scan by key.
func typed(unit lifecycle.Unit, more ...any) map[string]any {
	m := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

// enter scans into a batch, and must get an entry.
func (b bundle) enter(t *testing.T, client *webtest.Client, batch string, body map[string]any) entry {
	t.Helper()
	got := client.PostJSON("/v1/batches/"+batch+"/entries", body)
	var e entry
	got.Decode(&e)
	if got.Status != http.StatusCreated && (got.Status != http.StatusOK || !e.Again) {
		t.Fatalf("scan into a batch = %d %s", got.Status, got.Body)
	}
	return e
}

func (b bundle) pallet(t *testing.T, batch string) (p pallet) {
	t.Helper()
	got := b.as(b.Clerk).Get("/v1/batches/" + batch)
	if got.Status != http.StatusOK {
		t.Fatalf("batch = %d %s", got.Status, got.Body)
	}
	got.Decode(&p)
	return p
}

func TestBatchTakesBackAndKeepsExceptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, clerk := b.batch(t), b.as(b.Clerk)
	sold, bound, stock, back, held := b.Sold(t), b.Bound(t), b.Registered(t), b.TakenBack(t), b.Bound(t)
	b.Must(t, held.ID, lifecycle.PlaceHold{Command: b.By(b.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
	b.Clock.Add(time.Second)
	secret := "{SN:SN0009990000001,DT:IPC-1,SC:L2A262CB}"
	cases := []struct {
		name                   string
		body                   map[string]any
		state, verdict, reason string
	}{
		{"sold", typed(sold), "taken", "clear", ""},
		{"bound", typed(bound), "taken", "bound", ""},
		{"never sold", typed(stock), "exception", "refused", "scan.not-sold"},
		{"back already", typed(back), "exception", "refused", "scan.already-returned"},
		{"held", typed(held), "exception", "held", "scan.held"},
		{"nobody's", map[string]any{"brand": "acme", "serial": "SN-404404"}, "exception", "unknown", "scan.unknown"},
		{"unreadable", map[string]any{"payload": "what is this"}, "exception", "unknown", "code.unknown"},
		{"a secret", map[string]any{"payload": secret}, "exception", "unknown", ""},
	}
	for i, c := range cases {
		got := b.enter(t, clerk, batch, c.body)
		if got.State != c.state || got.Verdict != c.verdict || c.reason != "" && got.reason() != c.reason || got.Place != i+1 {
			t.Errorf("%s: %+v, want %s %s %s at %d", c.name, got, c.state, c.verdict, c.reason, i+1)
		}
		if strings.Contains(got.Shown, "L2A262CB") {
			t.Errorf("%s: the secret is in the entry: %+v", c.name, got)
		}
	}
	p := b.pallet(t, batch)
	s := p.Summary
	if s.Taken != 2 || s.Clear != 1 || s.Bound != 1 || s.Refused != 2 || s.Unknown != 3 || s.Held != 1 || s.Open != 6 || s.Secrets != 1 {
		t.Errorf("summary = %+v", s)
	}
	after, err := b.Snapshot(t.Context(), bound.ID)
	if err != nil || after.Unit.State != lifecycle.StateReturned || after.Unit.Epoch != bound.Epoch+1 || string(after.Return.ID) != p.Entries[1].Return {
		t.Errorf("the bound unit is %+v, %v; want it fenced by its entry", after.Unit, err)
	}
	again := b.enter(t, clerk, batch, typed(bound))
	if !again.Again || again.Place != 2 || b.pallet(t, batch).Count != len(cases) {
		t.Errorf("the same unit again: %+v, want its first entry", again)
	}
	log := b.site.Log.String()
	if strings.Contains(log, "L2A262CB") || strings.Contains(log, bound.Key.Serial) || strings.Contains(log, "what is this") {
		t.Error("a payload, secret or serial is in the log")
	}
}

func TestBatchCompares(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, clerk := b.batch(t), b.as(b.Clerk)
	unit, other := b.Bound(t), b.Bound(t)
	label := func(u lifecycle.Unit) string { return "label " + b.Label(t, u) }
	apart := b.enter(t, clerk, batch, map[string]any{"payload": label(unit), "second_payload": label(other)})
	if apart.Verdict != "mismatch" || apart.State != "exception" {
		t.Errorf("box and unit apart: %+v", apart)
	}
	for _, u := range []lifecycle.Unit{unit, other} {
		if after, err := b.Unit(t.Context(), u.ID); err != nil || after.State != lifecycle.StateBound {
			t.Errorf("a unit of a mismatch is %s, %v; want it untouched", after.State, err)
		}
	}
	if same := b.enter(t, clerk, batch, map[string]any{"payload": label(unit), "second_payload": label(unit)}); same.State != "taken" {
		t.Errorf("box and unit agree: %+v", same)
	}
}

func TestEntryOfTheSameKeyIsTheFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, unit := b.batch(t), b.Bound(t)
	client := b.as(b.Clerk).WithKey("4be7c2a0-0000-4000-8000-000000000001")
	path := "/v1/batches/" + batch + "/entries"
	first, again := client.PostJSON(path, typed(unit)), client.PostJSON(path, typed(unit))
	if first.Status != http.StatusCreated || again.Status != http.StatusCreated || first.Body != again.Body {
		t.Errorf("replay = %d %s, first %d %s", again.Status, again.Body, first.Status, first.Body)
	}
	if got := client.PostJSON(path, typed(b.Bound(t))); got.Status != http.StatusUnprocessableEntity || got.Problem().Code != "key-reused" {
		t.Errorf("the same key for another unit = %d %s", got.Status, got.Body)
	}
	// A refusal is an entry too, and stays one though the reason is gone since.
	held := b.Bound(t)
	b.Must(t, held.ID, lifecycle.PlaceHold{Command: b.By(b.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
	client = b.as(b.Clerk).WithKey("4be7c2a0-0000-4000-8000-000000000002")
	refused := client.PostJSON(path, typed(held))
	b.Must(t, held.ID, lifecycle.LiftHold{Command: b.By(b.Owner), Hold: "hld_1"}.Decide)
	if again := client.PostJSON(path, typed(held)); again.Status != refused.Status || again.Body != refused.Body {
		t.Errorf("an exception again = %d %s, first %d %s", again.Status, again.Body, refused.Status, refused.Body)
	}
	if after, err := b.Unit(t.Context(), held.ID); err != nil || after.State != lifecycle.StateBound {
		t.Errorf("the unit is %s, %v; want it untouched", after.State, err)
	}
	other := b.as(b.colleague).WithKey("4be7c2a0-0000-4000-8000-000000000001").PostJSON(path, typed(unit))
	if other.Status != http.StatusUnprocessableEntity || strings.Contains(other.Body, unit.Key.Serial) {
		t.Errorf("somebody else under the same key = %d %s", other.Status, other.Body)
	}
	if n := b.pallet(t, batch).Count; n != 2 {
		t.Errorf("the batch has %d entries, want 2", n)
	}
}

func TestStaleEntryIsAnException(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, clerk := b.batch(t), b.as(b.Clerk)
	unit, old := b.Sold(t), b.Bound(t)
	scanned := b.Clock.Now()
	b.Clock.Add(time.Hour)
	unit = b.Bind(t, unit, b.Owner)
	b.Clock.Add(time.Hour)
	e := b.enter(t, clerk, batch, typed(unit, "scanned_at", scanned.Format(time.RFC3339), "queued", true))
	if e.State != "exception" || e.reason() != "return.overtaken" || !e.Queued {
		t.Errorf("overtaken: %+v", e)
	}
	b.Clock.Add(71 * time.Hour)
	e = b.enter(t, clerk, batch, typed(old, "scanned_at", scanned.Format(time.RFC3339), "queued", true))
	if e.State != "exception" || e.reason() != "return.queued-too-long" {
		t.Errorf("after 73 hours: %+v", e)
	}
	for _, u := range []lifecycle.Unit{unit, old} {
		after, err := b.Unit(t.Context(), u.ID)
		if err != nil || after.State != lifecycle.StateBound || after.Epoch != u.Epoch {
			t.Errorf("the unit is %s at %d, %v; want it untouched", after.State, after.Epoch, err)
		}
		flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: u.ID}, lifecycle.Page{})
		if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagQueuedReturn {
			t.Errorf("flags = %v, %v; want queued-return", flags, err)
		}
	}
	if s := b.pallet(t, batch).Summary; s.Late != 2 || s.Open != 2 {
		t.Errorf("summary = %+v, want two too late", s)
	}
	if got := clerk.PostJSON("/v1/batches/"+batch+"/again", map[string]any{"entry": e.ID}); got.Status != http.StatusOK || strings.Contains(got.Body, `"taken":1`) {
		t.Errorf("tried again = %d %s; a scan that was overtaken is not", got.Status, got.Body)
	}
}

// A device's clock may be wrong: what counts is how long ago it scanned.
func TestAgeOfAScanGoesByTheDevicesOwnClock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Sold(t)
	b.Clock.Add(time.Hour)
	unit = b.Bind(t, unit, b.Owner)
	b.Clock.Add(time.Minute)
	ahead := b.Clock.Now().Add(26 * time.Hour)
	send := func(scanned time.Time) *webtest.Response {
		body := typed(unit, "scanned_at", scanned.Format(time.RFC3339), "condition", "used", "reason", "other")
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodPost, "/v1/returns/queued", bytes.NewReader(text))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", "queued-"+scanned.Format(time.RFC3339))
		request.Header.Set("Sent-At", ahead.Format(time.RFC3339))
		return b.as(b.Clerk).Do(request)
	}
	if got := send(ahead.Add(-2 * time.Minute)); got.Status != http.StatusConflict || !strings.Contains(got.Body, "return.overtaken") {
		t.Errorf("scanned before the bind = %d %s", got.Status, got.Body)
	}
	if got := send(ahead.Add(-30 * time.Second)); got.Status != http.StatusCreated {
		t.Errorf("scanned after the bind, by a clock that is ahead = %d %s", got.Status, got.Body)
	}
}

func TestSecondPersonSignsForABatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, clerk := b.batch(t), b.as(b.Clerk)
	for i := range lifecycle.UnprovenPerClerk + 2 {
		e := b.enter(t, clerk, batch, typed(b.Bound(t)))
		if want := map[bool]string{true: "taken", false: "exception"}[i < lifecycle.UnprovenPerClerk]; e.State != want {
			t.Fatalf("return %d: %+v, want %s", i, e, want)
		}
	}
	page := clerk.Get("/desk/batches/" + batch)
	if !strings.Contains(page.Body, "second_password") || !strings.Contains(page.Body, "2 units wait for a second person") {
		t.Errorf("the page does not ask for a second person:\n%s", page.Body)
	}
	sign := url.Values{"second_email": {"colleague@x"}, "second_password": {"wrong"}}
	if got := clerk.PostForm("/desk/batches/"+batch+"/again", sign); got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Body, `value="wrong"`) {
		t.Errorf("a wrong password = %d", got.Status)
	}
	sign.Set("second_password", desktest.Password)
	if got := clerk.PostForm("/desk/batches/"+batch+"/again", sign); got.Status != http.StatusSeeOther {
		t.Errorf("signed = %d %s", got.Status, got.Body)
	}
	p := b.pallet(t, batch)
	if p.Summary.Taken != lifecycle.UnprovenPerClerk+2 || p.Summary.Open != 0 || p.Count != lifecycle.UnprovenPerClerk+2 {
		t.Errorf("summary = %+v", p.Summary)
	}
	_, ret, err := b.Return(t.Context(), lifecycle.ReturnID(p.Entries[p.Count-1].Return))
	if err != nil || ret.Second != b.colleague.Person {
		t.Errorf("signed by %s, %v; want the colleague", ret.Second, err)
	}
}

func TestBatchIsItsOrganisations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch, unit := b.batch(t), b.Bound(t)
	e := b.enter(t, b.as(b.Clerk), batch, map[string]any{"payload": "what"})
	stranger := b.as(b.warehouseClerk())
	for _, id := range []string{batch, "bat_never"} {
		for path, body := range map[string]map[string]any{
			"/entries": typed(unit), "/entries/" + url.PathEscape(e.ID) + "/settle": {"settlement": "nothing"}, "/again": {}, "/close": {},
		} {
			if got := stranger.PostJSON("/v1/batches/"+id+path, body); got.Status != http.StatusNotFound {
				t.Errorf("a stranger's POST %s%s = %d %s", id, path, got.Status, got.Body)
			}
		}
		if got := stranger.Get("/desk/batches/" + id); got.Status != http.StatusNotFound {
			t.Errorf("a stranger's page of %s = %d", id, got.Status)
		}
	}
	if got := stranger.Get("/v1/batches"); got.Status != http.StatusOK || strings.Contains(got.Body, batch) {
		t.Errorf("a stranger's list = %d %s", got.Status, got.Body)
	}
	if got := b.as(b.colleague).Get("/v1/batches"); got.Status != http.StatusOK || !strings.Contains(got.Body, batch) {
		t.Errorf("a colleague's list = %d %s", got.Status, got.Body)
	}
	mine := b.as(b.colleague).PostJSON("/v1/batches/"+batch+"/entries", typed(unit, "operator", string(b.Clerk.Person)))
	if mine.Status != http.StatusForbidden {
		t.Errorf("a colleague sends what the clerk saved = %d %s, want 403", mine.Status, mine.Body)
	}
	if after, err := b.Unit(t.Context(), unit.ID); err != nil || after.State != lifecycle.StateBound {
		t.Errorf("the unit is %s, %v; want it untouched", after.State, err)
	}
}

func TestBatchIsWorkedAndClosedOnPagesAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk, unit := b.as(b.Clerk), b.Bound(t)
	opened := clerk.PostForm("/desk/batches", url.Values{"condition": {"used"}, "reason": {"faulty"}})
	path := opened.Header.Get("Location")
	if opened.Status != http.StatusSeeOther || !strings.HasPrefix(path, "/desk/batches/bat_") {
		t.Fatalf("open = %d to %q", opened.Status, path)
	}
	if got := clerk.PostForm("/desk/batches", url.Values{}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("opened without a word = %d", got.Status)
	}
	scan := func(form url.Values) *webtest.Response { return clerk.PostForm(path+"/entries", form) }
	first := scan(url.Values{"brand": {"acme"}, "serial": {unit.Key.Serial}, "serial_again": {unit.Key.Serial}, "purpose": {"return"}})
	if first.Status != http.StatusSeeOther || first.Header.Get("Location") != path+"?entry=1" {
		t.Fatalf("scan = %d to %q: %s", first.Status, first.Header.Get("Location"), first.Body)
	}
	page := clerk.Get(path + "?entry=1")
	for _, want := range []string{`data-outcome="bound"`, "1 unit is back", unit.Key.Serial, `name="idempotency_key"`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page lacks %q:\n%s", want, page.Body)
		}
	}
	if got := scan(url.Values{"brand": {"acme"}, "serial": {"SN-1"}, "serial_again": {"SN-2"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "two different ways") {
		t.Errorf("typed apart = %d", got.Status)
	}
	scan(url.Values{"payload": {"what is it"}})
	refused := clerk.PostForm(path+"/close", url.Values{"waiting": {"0"}})
	if refused.Status != http.StatusConflict || !strings.Contains(refused.Body, "Some units are not sorted out") {
		t.Errorf("closed with an exception = %d\n%s", refused.Status, refused.Body)
	}
	id := between(t, clerk.Get(path).Body, path+"/entries/", "/settle")
	if got := clerk.PostForm(path+"/entries/"+id+"/settle", url.Values{"settlement": {"nothing"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("settle = %d %s", got.Status, got.Body)
	}
	if got := clerk.PostForm(path+"/close", url.Values{"waiting": {"2"}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "still wait on this device") {
		t.Errorf("closed while entries wait = %d", got.Status)
	}
	closed := clerk.PostForm(path+"/close", url.Values{"waiting": {"0"}})
	if closed.Status != http.StatusSeeOther || !strings.HasPrefix(closed.Header.Get("Location"), path+"/summary") {
		t.Fatalf("close = %d %s", closed.Status, closed.Body)
	}
	summary := clerk.Get(path + "/summary")
	for _, want := range []string{unit.Key.Serial, "Closed", "Taken back and cut off", "It was no unit"} {
		if !strings.Contains(summary.Body, want) {
			t.Errorf("the summary lacks %q:\n%s", want, summary.Body)
		}
	}
	if got := scan(url.Values{"brand": {"acme"}, "serial": {b.Bound(t).Key.Serial}}); got.Status != http.StatusConflict {
		t.Errorf("a scan into a closed batch = %d", got.Status)
	}
	if got := clerk.Get("/desk/batches"); !strings.Contains(got.Body, path+"/summary") {
		t.Errorf("the closed batch is not listed:\n%s", got.Body)
	}
	if got := b.pos().PostJSON("/v1/batches/"+strings.TrimPrefix(path, "/desk/batches/")+"/close", map[string]any{}); got.Status != http.StatusForbidden {
		t.Errorf("closed by a machine = %d", got.Status)
	}
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	middle, _, ended := strings.Cut(rest, after)
	if !found || !ended {
		t.Fatalf("nothing between %q and %q in:\n%s", before, after, text)
	}
	return middle
}

func TestOfflinePageIsNobodys(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.site.As(desktest.Principal(lifecycle.Actor{})).Get("/desk/offline")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `data-operator=""`) {
		t.Errorf("offline page = %d\n%s", got.Status, got.Body)
	}
	if page := b.as(b.Clerk).Get("/desk"); !strings.Contains(page.Body, fmt.Sprintf(`data-operator="%s"`, b.Clerk.Person)) {
		t.Error("the desk does not say whose scans are saved")
	}
}
