package release_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner"
	"quitclaim/service/owner/release"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

const origin = "https://qc.example"

// kit is the room over the real store and web server, with the built-in cloud
// behind a script that can spoil its answers.
type kit struct {
	*storetest.World
	t      *testing.T
	cloud  *builtin.Cloud
	script *cloudtest.Script
	room   *release.Room
	site   *webtest.Site
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t), t: t}
	k.cloud = builtin.New(builtin.Config{Door: k.World, Now: k.Clock.Now, Delay: time.Second, AccountHash: storetest.Hex})
	k.script = cloudtest.NewScript(k.cloud)
	registry, err := cloud.NewRegistry(map[string]cloud.Peer{storetest.Cloud: {Cloud: k.script, Delay: time.Second, Keeps: builtin.Keeps()}})
	if err != nil {
		t.Fatal(err)
	}
	newID := func() string { return strings.ToLower(rand.Text()) }
	parent := owner.New(owner.Config{
		Units: k.World, People: k.World, Kept: k.World, Feed: k.World, Cloud: k.cloud, CloudName: builtin.Name,
		OfferCode: func(id lifecycle.OfferID) string { return storetest.Hex(string(id)) }, Origin: origin, Now: k.Clock.Now, NewID: newID,
		Log: slog.New(slog.DiscardHandler),
	})
	k.room = release.New(release.Config{
		Units: k.World, Owner: parent, Clouds: registry, Parse: code.ParseReceiptCode, Patience: 200 * time.Millisecond,
		Code: func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
			text, _ := code.NewReceiptCode(strings.NewReader(storetest.Hex(string(unit) + strconv.Itoa(int(epoch)))))
			return text
		},
		Link: func(text string) string { return code.ReceiptURL(origin, text) }, Now: k.Clock.Now, NewID: newID,
	})
	handler, err := release.NewHandler(k.room)
	if err != nil {
		t.Fatal(err)
	}
	k.site = webtest.New(t, handler.Mount, func(c *web.Config) { c.Now = k.Clock.Now })
	return k
}

func (k *kit) ada() *webtest.Client {
	return k.site.As(access.Principal{Kind: access.KindPerson, Person: k.Owner.Person, Roles: k.Owner.Roles, Name: "Ada Moor"})
}

// linked is a unit that its owner has, at the cloud as well.
func (k *kit) linked() lifecycle.Unit {
	k.t.Helper()
	unit := k.Bound(k.t)
	if err := k.cloud.Link(k.t.Context(), unit.ID, string(k.Owner.Person), lifecycle.BindingOwner); err != nil {
		k.t.Fatal(err)
	}
	if err := k.cloud.Record(k.t.Context(), unit.ID, k.Clock.Now()); err != nil {
		k.t.Fatal(err)
	}
	k.Clock.Add(time.Minute)
	return unit
}

// works is the worker's part: it has asked the cloud, and seen that all is done.
func (k *kit) works(unit lifecycle.Unit) {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), unit.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	tasks := s.Order.Tasks
	for i := range tasks {
		tasks[i].State, tasks[i].Proof, tasks[i].DoneAt = lifecycle.TaskProven, "seen", k.Clock.Now()
	}
	service := lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: k.Clock.Now()}
	k.Must(k.t, unit.ID, lifecycle.Progress{Command: service, Order: s.Order.ID, Tasks: tasks}.Decide)
	for _, x := range s.Deletions {
		if lifecycle.MayDelete(s, x, k.Clock.Now()) {
			k.Must(k.t, unit.ID, lifecycle.BeginDeletion{Command: service, Binding: x.Binding, Cloud: x.Cloud}.Decide)
			k.Must(k.t, unit.ID, lifecycle.EndDeletion{Command: service, Binding: x.Binding, Cloud: x.Cloud, Proof: "nothing-kept"}.Decide)
		}
	}
}

func pathOf(unit lifecycle.Unit) string {
	return "/mine/units/" + unit.Key.Brand + "/" + unit.Key.Serial + "/release"
}

type releasedBody struct {
	Brand, Serial string
	Receipt       struct{ Code, URL string }
}

func (k *kit) letGo(unit lifecycle.Unit, erase bool) releasedBody {
	k.t.Helper()
	got := k.ada().PostJSON("/v1/releases", map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial, "erase": erase})
	if got.Status != http.StatusCreated {
		k.t.Fatalf("release: %d %s", got.Status, got.Body)
	}
	var body releasedBody
	got.Decode(&body)
	return body
}

type receiptBody struct {
	Code, Brand, Serial, Model, Proof string
	Index                             *int64 `json:"ledger_index"`
	Clouds                            []struct{ Cloud, Ended, Erased string }
}

func (k *kit) receipt(code string) receiptBody {
	k.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/R/"+code, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	got := k.site.As(access.Anonymous()).Do(request)
	if got.Status != http.StatusOK {
		k.t.Fatalf("receipt: %d %s", got.Status, got.Body)
	}
	var body receiptBody
	got.Decode(&body)
	return body
}

// The unit is never seen again and its cloud is down: the release ends
// everything all the same, and the receipt says what is not confirmed.
func TestReleaseOfAUnitThatIsGoneWithItsCloudDown(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	k.Clock.Add(400 * 24 * time.Hour) // nobody heard of it for a year
	k.script.Always(cloudtest.Down)
	page := k.ada().Get(pathOf(unit))
	for _, text := range []string{"It does not answer now", "You can let go all the same", "switched off, broken or lost", "data-verify"} {
		if page.Status != http.StatusOK || !strings.Contains(page.Body, text) {
			t.Errorf("the plan (%d) does not say %q", page.Status, text)
		}
	}
	body := k.letGo(unit, true)
	now, err := k.Unit(t.Context(), unit.ID)
	if err != nil || now.State != lifecycle.StateSold || now.Epoch != unit.Epoch+1 || now.EpochBy != lifecycle.EventRelease {
		t.Fatalf("after the release: %+v, %v", now, err)
	}
	if mine, err := k.MineOf(t.Context(), k.Owner.Person); err != nil || len(mine) != 0 {
		t.Errorf("still theirs: %v, %v", mine, err)
	}
	first := k.receipt(body.Receipt.Code)
	if len(first.Clouds) != 1 || first.Clouds[0].Ended != "waiting" || first.Clouds[0].Erased != "waiting" {
		t.Errorf("with the cloud down: %+v", first.Clouds)
	}
	k.Clock.Add(time.Hour)
	k.works(unit)
	last := k.receipt(body.Receipt.Code)
	if last.Clouds[0].Ended != "done" || last.Clouds[0].Erased != "done" {
		t.Errorf("with the cloud back: %+v", last.Clouds)
	}
	if last.Index == nil || last.Proof != "/log/proof/"+strconv.FormatInt(*last.Index, 10) || last.Serial != unit.Key.Serial {
		t.Errorf("receipt %+v", last)
	}
	if leaf, err := k.Leaf(t.Context(), string(unit.ID), *last.Index); err != nil || leaf.Event != string(lifecycle.EventRelease) {
		t.Errorf("its entry is of %s, %v", leaf.Event, err)
	}
}

func TestPlanSaysWhatWouldRemainAndWhy(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	if err := k.cloud.LinkSince(t.Context(), unit.ID, "stranger", lifecycle.BindingPartner, k.Clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := k.cloud.Session(t.Context(), unit.ID, k.Clock.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	got := k.ada().Get("/v1" + pathOf(unit))
	var plan struct {
		Held   bool
		Clouds []struct {
			Known       bool
			Eligibility string
			Blockers    []string
			Others      int
			Keeps       []struct {
				Kind     string
				Erasable bool
			}
		}
	}
	got.Decode(&plan)
	if len(plan.Clouds) != 1 || !plan.Clouds[0].Known || plan.Clouds[0].Others < 1 || plan.Clouds[0].Eligibility != "side-effects" {
		t.Fatalf("plan %s", got.Body)
	}
	if diff := cmp.Diff([]string{"cloud." + storetest.Cloud + ".blocker.session-ends"}, plan.Clouds[0].Blockers); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	if !plan.Clouds[0].Keeps[0].Erasable || plan.Clouds[0].Keeps[0].Kind != "recordings" {
		t.Errorf("keeps %+v", plan.Clouds[0].Keeps)
	}
	page := k.ada().Get(pathOf(unit)).Body
	for _, text := range []string{"A live view", "not yours", "Recordings:", "Delete my recordings"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	changed, err := k.Unit(t.Context(), unit.ID)
	if err != nil || changed.Version != unit.Version {
		t.Errorf("looking changed it: version %d, %v", changed.Version, err)
	}
}

// A cloud that blocks with a word that nobody knows gets a sentence all the
// same, and none of its text is shown.
func TestUnknownBlockersGetAGeneralSentence(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	k.script.Always(func(ctx context.Context, _ func() error) error { return errors.New("Ada Moor, 12 Main St") }, lifecycle.VerbPreflight)
	if page := k.ada().Get(pathOf(unit)); page.Status != 200 || strings.Contains(page.Body, "Main St") || !strings.Contains(page.Body, "does not answer now") {
		t.Errorf("an error that talks: %d", page.Status)
	}
	if keys := cloud.BlockerMessages("acme", "weird-thing"); keys[len(keys)-1] != "cloud.blocker.other" {
		t.Errorf("keys %v", keys)
	}
}

func TestAHangingCloudDoesNotHoldThePage(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	k.script.Always(cloudtest.Hang, lifecycle.VerbInventory, lifecycle.VerbPreflight)
	began := time.Now()
	page := k.ada().Get(pathOf(unit))
	if page.Status != 200 || !strings.Contains(page.Body, "does not answer now") {
		t.Errorf("the plan: %d", page.Status)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// What is public names nobody, and a code that is wrong is the constant 404.
func TestReceiptNamesNobody(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	body := k.letGo(unit, false)
	anybody := k.site.As(access.Anonymous())
	page := anybody.Get("/R/" + body.Receipt.Code)
	for _, text := range []string{"Released by its owner", unit.Key.Serial, "Not confirmed yet", "Out of reach, deleted after", "/log/proof/"} {
		if !strings.Contains(page.Body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	for _, secret := range []string{string(k.Owner.Person), "psn_", "Test Person", "@example.test", string(unit.ID), "unt_", "ord_"} {
		if strings.Contains(page.Body, secret) {
			t.Errorf("the page holds %q", secret)
		}
	}
	if !strings.HasPrefix(body.Receipt.URL, "HTTPS://QC.EXAMPLE/R/") || strings.Contains(body.Receipt.URL, unit.Key.Serial) {
		t.Errorf("address %s", body.Receipt.URL)
	}
	if svg := anybody.Get("/R/" + body.Receipt.Code + ".svg"); svg.Status != 200 || !strings.Contains(svg.Header.Get("Content-Type"), "svg") {
		t.Errorf("QR code: %d", svg.Status)
	}
	for _, typed := range []string{strings.ToLower(body.Receipt.Code), code.FormatLabelCode(body.Receipt.Code)} {
		if got := anybody.Get("/R/" + typed); got.Status != 200 {
			t.Errorf("typed as %s: %d", typed, got.Status)
		}
	}
	if moved := anybody.Get("/r/" + body.Receipt.Code); moved.Status != http.StatusMovedPermanently {
		t.Errorf("in lower case: %d", moved.Status)
	}
	never := anybody.Get("/R/7K3MQ9XR2TVBHD4C8EJN0PSW5Y")
	slip := body.Receipt.Code[:25] + "0" // of the last character, which checks the others
	if slip == body.Receipt.Code {
		slip = body.Receipt.Code[:25] + "2"
	}
	for _, wrong := range []string{"x", unit.Key.Serial, slip, "7K3MQ9XR2TVBHD4C8EJN0PSW5Y.svg"} {
		if got := anybody.Get("/R/" + wrong); got.Status != http.StatusNotFound || got.Body != never.Body {
			t.Errorf("%s: %d, not the constant 404", wrong, got.Status)
		}
	}
	throttled := false
	for range 60 {
		throttled = throttled || anybody.Get("/R/7K3MQ9XR2TVBHD4C8EJN0PSW5Y").Status == http.StatusTooManyRequests
	}
	if !throttled || anybody.Get("/R/"+body.Receipt.Code).Status != http.StatusOK {
		t.Errorf("guessing is slowed: %t, and a right code is not: %d", throttled, anybody.Get("/R/"+body.Receipt.Code).Status)
	}
}

// What becomes of the unit afterwards does not change the receipt by a byte.
func TestReceiptDoesNotTellWhatCameAfter(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	body := k.letGo(unit, false)
	k.works(unit)
	before := k.receipt(body.Receipt.Code)
	k.Clock.Add(24 * time.Hour)
	k.Must(t, unit.ID, k.TakeBack())
	if diff := cmp.Diff(before, k.receipt(body.Receipt.Code)); diff != "" {
		t.Errorf("after a desk took it back (-before +after):\n%s", diff)
	}
}

func TestReleaseIsRepeatedByItsKeyAlone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	ada := k.ada().WithKey("release-key-1")
	in := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial}
	first, again := ada.PostJSON("/v1/releases", in), ada.PostJSON("/v1/releases", in)
	if first.Status != 201 || again.Body != first.Body {
		t.Errorf("sent twice: %d %s, then %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if other := k.ada().PostJSON("/v1/releases", in); other.Status != http.StatusNotFound {
		t.Errorf("once more: %d", other.Status)
	}
}

func TestUnderAHoldTheOwnerLetsGoWithoutDeletion(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.linked()
	k.Must(t, unit.ID, lifecycle.PlaceHold{Command: k.By(k.Owner), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldStolen}.Decide)
	if page := k.ada().Get(pathOf(unit)).Body; strings.Contains(page, `name="erase"`) || !strings.Contains(page, "nothing is deleted") {
		t.Error("the plan offers to delete what may be evidence")
	}
	got := k.ada().PostForm(pathOf(unit), map[string][]string{"erase": {"on"}})
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, "it may be evidence") {
		t.Errorf("deletion under a hold: %d", got.Status)
	}
	got = k.ada().PostForm(pathOf(unit), nil)
	if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/R/") {
		t.Errorf("release under a hold: %d %s", got.Status, got.Header.Get("Location"))
	}
}

// A mark that somebody else has set is not called the owner's own.
func TestAnothersMarkIsNotCalledTheOwners(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for who, by := range map[string]lifecycle.Actor{"the owner": k.Owner, "the vendor": k.VendorAdmin} {
		unit := k.linked()
		k.Must(t, unit.ID, lifecycle.PlaceHold{Command: k.By(by), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldStolen}.Decide)
		page := k.ada().Get(pathOf(unit)).Body
		if own := by.Person == k.Owner.Person; strings.Contains(page, "You marked it as stolen") != own {
			t.Errorf("marked by %s: the plan says %s", who, page)
		}
	}
}
