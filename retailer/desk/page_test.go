package desk_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/messages"
)

func form(unit lifecycle.Unit, more ...string) url.Values {
	values := url.Values{"brand": {unit.Key.Brand}, "serial": {unit.Key.Serial}, "condition": {"used"}, "reason": {"changed-mind"}}
	for i := 0; i+1 < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return values
}

// shows fails unless the page has all the texts.
func shows(t *testing.T, what, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s does not show %q:\n%s", what, text, body)
		}
	}
}

func TestWalkByPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	clerk := b.as(b.Clerk)
	shows(t, "the empty desk", clerk.Get("/desk").Body, `action="/scan"`, `value="return"`, "Nothing yet.")
	page := clerk.Get("/desk/take-back?brand=acme&serial=" + unit.Key.Serial)
	shows(t, "the form", page.Body, "Still connected to its last owner.", unit.Key.Serial, "Cam One", `name="condition" value="dead"`, `name="reason" value="trade-in"`)

	taken := clerk.PostForm("/desk/returns", form(unit))
	where, done, _ := strings.Cut(taken.Header.Get("Location"), "?")
	if taken.Status != http.StatusSeeOther || done != "done=taken-back" {
		t.Fatalf("take back = %d to %s\n%s", taken.Status, taken.Header.Get("Location"), taken.Body)
	}
	id := strings.TrimPrefix(where, "/desk/returns/")
	page = clerk.Get(where)
	shows(t, "the return", page.Body, "<dt>Our gate</dt>", "builtin: <em>not asked yet, keep it unplugged.", "Nothing shows yet",
		`data-live="/v1/returns/`+id+`/events"`, where+"/vouch", where+"/cancel", where+"/receipt")
	shows(t, "the desk", clerk.Get("/desk").Body, where, "Being let go")
	shows(t, "the paper", clerk.Get(where+"/receipt").Body, id, "Corner Shop", "object for 30 days")
	shows(t, "the customer's paper", clerk.Get(where+"/receipt?language=es").Body, `<html lang="es">`, id, "oponerse durante 30 días")
	shows(t, "a language that nobody speaks", clerk.Get(where+"/receipt?language=tlh").Body, `<html lang="en">`)

	b.worker(t, unit.ID, proven(b.Clock.Now()))
	fragment := clerk.Get(where + "?fragment=progress")
	shows(t, "the live part", fragment.Body, "builtin: <em>dark.", "Proven")
	if strings.Contains(fragment.Body, "<html") {
		t.Error("the live part is a whole page")
	}
	wrong := clerk.PostForm(where+"/vouch", url.Values{"receipt": {"R-9"}})
	if wrong.Status != http.StatusConflict {
		t.Errorf("a wrong receipt = %d", wrong.Status)
	}
	shows(t, "a wrong receipt", wrong.Body, "does not match the sale", `value="R-9"`)
	if got := clerk.PostForm(where+"/vouch", url.Values{"receipt": {storetest.Receipt}}); got.Status != http.StatusSeeOther {
		t.Errorf("vouch = %d", got.Status)
	}
	shows(t, "after it", clerk.Get(where+"?done=vouched").Body, "The receipt matches the recorded sale.")
	other := clerk.PostForm(where+"/cancel", url.Values{"payload": {"SN-404404"}})
	shows(t, "a cancel with another unit", other.Body, "is not this unit", "<details open>")
	if got := clerk.PostForm(where+"/cancel", url.Values{"payload": {unit.Key.Serial}}); got.Status != http.StatusSeeOther {
		t.Errorf("cancel = %d\n%s", got.Status, got.Body)
	}
	last := clerk.Get(where + "?done=cancelled")
	shows(t, "the cancelled return", last.Body, "This return was cancelled", "Give the unit back to its owner.")
	if strings.Contains(last.Body, "data-live") || strings.Contains(last.Body, where+"/cancel") {
		t.Error("a cancelled return goes on")
	}
}

func TestFormShowsMistakesAndTheCap(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := b.as(b.Clerk)
	unit := b.Bound(t)
	wrong := form(unit)
	wrong.Del("condition")
	got := clerk.PostForm("/desk/returns", wrong)
	if got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a condition = %d", got.Status)
	}
	shows(t, "a form without a condition", got.Body, "condition-mistake", `value="changed-mind" checked`)
	for range lifecycle.UnprovenPerClerk {
		b.takeBack(t, b.Bound(t))
	}
	got = clerk.PostForm("/desk/returns", form(unit, "receipt", "R-9", "customer_present", "on"))
	if got.Status != http.StatusConflict {
		t.Fatalf("over the cap = %d", got.Status)
	}
	shows(t, "the cap", got.Body, "Too many returns without proof", `type="password"`, `value="R-9"`, `value="used" checked`)
	got = clerk.PostForm("/desk/returns", form(unit, "second_email", "colleague@shop.example", "second_password", "guess-this"))
	if got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Body, "guess-this") {
		t.Errorf("a wrong password = %d, and is it in the page?", got.Status)
	}
	shows(t, "a wrong password", got.Body, "second_password-mistake", `value="colleague@shop.example"`)
	if strings.Contains(b.site.Log.String(), "guess-this") {
		t.Error("the password is in the log")
	}
	got = clerk.PostForm("/desk/returns", form(unit, "second_email", "colleague@shop.example", "second_password", desktest.Password))
	if got.Status != http.StatusSeeOther {
		t.Errorf("with a second person = %d\n%s", got.Status, got.Body)
	}
	again := clerk.PostForm("/desk/returns", form(unit))
	if again.Status != http.StatusConflict {
		t.Errorf("a second return = %d", again.Status)
	}
	shows(t, "a second return", again.Body, "verdict refused", "taken back already")
}

func TestFormOfWhatCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := b.as(b.Clerk)
	page := clerk.Get("/desk/take-back?brand=acme&serial=" + b.Registered(t).Key.Serial)
	shows(t, "unsold stock", page.Body, "verdict refused", "not sold")
	if strings.Contains(page.Body, `action="/desk/returns"`) {
		t.Error("there is a form to take unsold stock back")
	}
	unknown := clerk.Get("/desk/take-back?brand=acme&serial=OLD-7")
	if unknown.Status != http.StatusSeeOther || unknown.Header.Get("Location") != "/desk/admit?brand=acme&serial=OLD-7" {
		t.Errorf("an unknown unit leads to %s", unknown.Header.Get("Location"))
	}
	for _, query := range []string{"", "?brand=acme", "?brand=acme&serial=%00"} {
		if got := clerk.Get("/desk/take-back" + query); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("take-back%s = %d", query, got.Status)
		}
	}
	if got := b.site.As(access.Anonymous()).Get("/desk"); got.Status != http.StatusSeeOther {
		t.Errorf("nobody's desk = %d, want the sign-in", got.Status)
	}
	if got := b.as(b.Owner).Get("/desk"); got.Status != http.StatusForbidden {
		t.Errorf("an owner's desk = %d", got.Status)
	}
}

// hostile is what DESIGN's bad input asks for.
const hostile = `'"<>;^~%2F`

func TestAdmitByPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := b.as(b.Clerk)
	page := clerk.Get("/desk/admit?brand=acme&serial=" + url.QueryEscape(hostile))
	shows(t, "the form", page.Body, "Which model is it?", `value="`+string(b.Model.ID)+`"`, "Cam One")
	if strings.Contains(page.Body, `"<>`) {
		t.Error("the serial is not escaped")
	}
	shows(t, "a brand of nobody", clerk.Get("/desk/admit?brand=bolt&serial=1").Body, "verdict unknown", "Nobody here makes the brand bolt")
	unit := lifecycle.Unit{Key: lifecycle.UnitKey{Brand: "acme", Serial: hostile}}
	secret := lifecycle.Unit{Key: lifecycle.UnitKey{Brand: "acme", Serial: "518-08-582"}}
	got := clerk.PostForm("/desk/returns", form(secret, "model", string(b.Model.ID)))
	if got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a setup code = %d", got.Status)
	}
	shows(t, "a setup code", got.Body, "setup code, not a serial")
	if strings.Contains(got.Body, "518-08-582") {
		t.Error("the page repeats the setup code")
	}
	got = clerk.PostForm("/desk/returns", form(unit, "model", string(b.Model.ID)))
	if got.Status != http.StatusSeeOther {
		t.Fatalf("admit = %d\n%s", got.Status, got.Body)
	}
	where, _, _ := strings.Cut(got.Header.Get("Location"), "?")
	shows(t, "the return", clerk.Get(where).Body, "until its vendor confirms the serial")
	shows(t, "the desk", clerk.Get("/desk").Body, "&#39;&#34;&lt;&gt;;^~%2F")
}

func TestSealedByPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := b.as(b.Clerk)
	unit, used := b.Sold(t), b.Bound(t)
	shows(t, "the form", clerk.Get("/desk/sealed?brand=acme&serial="+unit.Key.Serial).Body, "I looked at the seal")
	shows(t, "a unit in use", clerk.Get("/desk/sealed?brand=acme&serial="+used.Key.Serial).Body, "verdict refused")
	if got := clerk.PostForm("/desk/sealed", form(unit)); got.Status != http.StatusConflict {
		t.Errorf("without a look at the seal = %d", got.Status)
	}
	got := clerk.PostForm("/desk/sealed", form(unit, "seal_attested", "on"))
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/desk?done=sealed" {
		t.Errorf("sealed = %d to %s", got.Status, got.Header.Get("Location"))
	}
}

func TestEverySentenceIsThere(t *testing.T) {
	t.Parallel()
	codes := []string{"serial.typed-apart", "desk.second-wrong", "desk.serial-secret", "desk.cancel-other-unit", "desk.brand-unknown", "desk.not-sealed",
		"desk.cloud-dark", "desk.cloud-asked", "desk.cloud-open", "desk.cloud-waived", "desk.gate-dark", "desk.unit-proven", "desk.unit-waits",
		"desk.authority.unconfirmed", "return.cap", "done.taken-back", "done.cancelled", "done.vouched", "done.sealed"}
	for _, condition := range lifecycle.Conditions() {
		codes = append(codes, "desk.condition."+condition)
	}
	for _, reason := range lifecycle.ReturnReasons() {
		codes = append(codes, "desk.reason."+reason)
	}
	for _, authority := range []lifecycle.Authority{lifecycle.AuthorityOwnerRelease, lifecycle.AuthoritySaleMatch, lifecycle.AuthorityDevicePresent, lifecycle.AuthorityNone} {
		codes = append(codes, "desk.authority."+string(authority), "desk.authority-short."+string(authority))
	}
	for _, verb := range append(lifecycle.CloudVerbs(), lifecycle.UnitVerbs()...) {
		codes = append(codes, "task."+string(verb))
	}
	for _, grade := range lifecycle.Grades() {
		codes = append(codes, "desk.grade."+string(grade))
	}
	for _, stage := range []string{"returned", "reset", "certified", "retired", "cancelled", "elsewhere", "over"} {
		codes = append(codes, "desk.stage."+stage, "desk.stage."+stage+"-lead")
	}
	missing, err := messages.Missing(codes...)
	if err != nil || len(missing) > 0 {
		t.Errorf("missing = %v, %v", missing, err)
	}
}

// TestChoicesAreThoseOfTheRules: the tags of returnInput repeat two lists.
func TestChoicesAreThoseOfTheRules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, condition := range lifecycle.Conditions() {
		b.takeBack(t, b.Sold(t), "condition", condition)
	}
	for _, reason := range lifecycle.ReturnReasons() {
		b.takeBack(t, b.Sold(t), "reason", reason)
	}
}

// TestScreens photographs the pages into $QUITCLAIM_SCREENS, for people to look
// at.
func TestScreens(t *testing.T) {
	dir := os.Getenv("QUITCLAIM_SCREENS")
	if dir == "" {
		t.Skip("QUITCLAIM_SCREENS names no folder: nothing is photographed")
	}
	b := setup(t)
	fresh, halfway, cancelled, settled := b.Bound(t), b.Bound(t), b.Bound(t), b.Bound(t)
	bound, sold, stock := b.Bound(t), b.Sold(t), b.Registered(t)
	first := b.takeBack(t, fresh)
	signs := b.takeBack(t, b.signing(t))
	second := b.takeBack(t, halfway, "receipt", storetest.Receipt)
	b.worker(t, halfway.ID, func(task *lifecycle.Task) {
		if task.Seq < 4 {
			proven(b.Clock.Now())(task)
		} else if task.Seq < 8 {
			asked(b.Clock.Now())(task)
		}
	})
	third := b.takeBack(t, cancelled)
	b.Clock.Add(time.Minute)
	b.as(b.Clerk).PostJSON("/v1/returns/"+third.ID+"/cancel", map[string]any{"payload": cancelled.Key.Serial})
	fourth := b.takeBack(t, settled, "receipt", storetest.Receipt)
	b.worker(t, settled.ID, proven(b.Clock.Now()))
	query := "?brand=acme&serial="
	b.as(b.Clerk).Shoot(dir, "/desk", "/desk/take-back"+query+bound.Key.Serial, "/desk/take-back"+query+stock.Key.Serial,
		"/desk/admit"+query+"OLD-7", "/desk/sealed"+query+sold.Key.Serial, "/desk/returns/"+first.ID+"?shot=1-none",
		"/desk/returns/"+second.ID+"?shot=2-halfway", "/desk/returns/"+third.ID+"?shot=3-cancelled", "/desk/returns/"+fourth.ID+"?shot=4-dark",
		"/desk/returns/"+first.ID+"/receipt", "/desk/returns/"+signs.ID+"?shot=5-presence")
}
