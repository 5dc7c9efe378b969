package owner_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

type period struct {
	ID, Serial   string
	From, To     time.Time
	EndedBy      string    `json:"ended_by"`
	Return       string    `json:"return"`
	ContestUntil time.Time `json:"contest_until"`
	Contested    bool      `json:"contested"`
	BindAgain    bool      `json:"bind_again"`
}

func (k *kit) past(t *testing.T, by lifecycle.Actor) []period {
	t.Helper()
	return decoded[struct{ Items []period }](t, k.as(by).Get("/v1/mine/past")).Items
}

func TestThePastIsTheirOwnAndNothingOfWhatCameAfter(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	from := k.Clock.Now()
	k.Clock.Add(time.Hour)
	to := k.Clock.Now()
	k.Must(t, unit.ID, k.TakeBack())
	early := k.past(t, k.Owner)
	if len(early) != 1 || !early[0].From.Equal(from) || !early[0].To.Equal(to) || early[0].EndedBy != "return" {
		t.Fatalf("past = %+v, want one from %s to %s", early, from, to)
	}
	if early[0].Return == "" || !early[0].ContestUntil.Equal(to.Add(lifecycle.ContestFor)) {
		t.Errorf("a fresh return offers %+v", early[0])
	}
	retired := lifecycle.Retire{
		Command: k.By(k.Clerk), Order: "ord_next", Second: k.Technician.Person, SecondScan: unit.Key,
	}
	k.Must(t, unit.ID, retired.Decide)
	if late := k.past(t, k.Owner); !slices.Equal(early, late) {
		t.Errorf("what came after shows: %+v, before %+v", late, early)
	}
	got := k.as(k.Owner).PostJSON("/v1/returns/"+early[0].Return+"/cancel-own", proofBody(rand.Text()))
	if got.Status != 409 || !slices.Equal(codes(t, got), []string{"cancel.proof"}) {
		t.Errorf("cancel, after it was retired: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Owner).PostJSON("/v1/mine/past/"+early[0].ID+"/contest", struct{}{}); got.Status != 404 {
		t.Errorf("contest, after it was retired: %d %s", got.Status, got.Body)
	}
	k.Clock.Add(lifecycle.ContestFor)
	if late := k.past(t, k.Owner)[0]; late.Return != "" || !late.ContestUntil.IsZero() {
		t.Errorf("after 30 days: %+v", late)
	}
}

func TestAWrongReturnIsCancelledFromHome(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	old := k.makes(t, unit)
	k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, old))
	k.Clock.Add(time.Hour)
	k.Must(t, unit.ID, k.TakeBack())
	ret := k.past(t, k.Owner)[0].Return
	path := "/v1/returns/" + ret + "/cancel-own"
	ada := k.as(k.Owner)
	for name, proof := range map[string]string{"code of before": old, "made up": rand.Text()} {
		if got := ada.PostJSON(path, proofBody(proof)); got.Status != 409 || !slices.Equal(codes(t, got), []string{"cancel.proof"}) {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	fresh := k.makes(t, unit)
	if got := k.as(k.Neighbour).PostJSON(path, proofBody(fresh)); got.Status != 404 {
		t.Errorf("a stranger who has the code: %d %s", got.Status, got.Body)
	}
	keyed := ada.WithKey("cancel-key-1")
	first, again := keyed.PostJSON(path, proofBody(fresh)), keyed.PostJSON(path, proofBody(fresh))
	if first.Status != 200 || again.Status != 200 || first.Body != again.Body {
		t.Fatalf("cancel: %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if now := k.now(t, unit.ID); now.State != lifecycle.StateSold || now.Custody != "" {
		t.Errorf("unit is %s in custody of %q", now.State, now.Custody)
	}
	if past := k.past(t, k.Owner)[0]; !past.BindAgain || past.Return != "" {
		t.Errorf("after the cancel: %+v", past)
	}
	if got := ada.PostJSON("/v1/bindings", bindBody(unit, fresh)); got.Status != 202 {
		t.Errorf("bind with a code of before the cancel: %d %s, want it to wait", got.Status, got.Body)
	}
	k.bind(t, k.now(t, unit.ID), k.Owner)
	if past := k.past(t, k.Owner)[0]; past.BindAgain || !past.ContestUntil.IsZero() {
		t.Errorf("bound again: %+v", past)
	}
}

func TestContest(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.hardReset(t, unit.ID)
	k.Clock.Add(time.Hour)
	k.hardReset(t, unit.ID) // what came after does not take the contest away
	past := k.past(t, k.Owner)[0]
	path := "/v1/mine/past/" + past.ID + "/contest"
	if past.EndedBy != "hard-reset-seen" || past.ContestUntil.IsZero() || past.Return != "" {
		t.Fatalf("past = %+v", past)
	}
	if got := k.as(k.Neighbour).PostJSON(path, struct{}{}); got.Status != 404 {
		t.Errorf("a stranger: %d", got.Status)
	}
	if got := k.as(k.Owner).PostJSON(path, struct{}{}); got.Status != 201 {
		t.Fatalf("contest: %d %s", got.Status, got.Body)
	}
	if !k.past(t, k.Owner)[0].Contested {
		t.Error("the contest does not show")
	}
	got := k.as(k.Owner).PostJSON(path, struct{}{})
	if got.Status != 409 || !slices.Equal(codes(t, got), []string{"owner.contest-stands"}) {
		t.Errorf("contest twice: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Neighbour).PostJSON("/v1/bindings", bindBody(unit, k.makes(t, unit))); got.Status != 409 {
		t.Errorf("bind under a contest: %d %s", got.Status, got.Body)
	}
}

// shop is two people of it.
func (k *kit) shop() [2]lifecycle.Actor {
	boss := k.Clerk
	boss.Person = lifecycle.PersonID(storetest.NewID("psn"))
	return [2]lifecycle.Actor{k.Clerk, boss}
}

// rules lets two people of the shop decide the contest that stands.
func (k *kit) rules(t *testing.T, unit lifecycle.UnitID, outcome lifecycle.RulingOutcome, reason string) lifecycle.Hold {
	t.Helper()
	s, err := k.World.Snapshot(t.Context(), unit)
	if err != nil || len(s.StandingHolds()) != 1 {
		t.Fatalf("holds %+v, %v", s.Holds, err)
	}
	hold := s.StandingHolds()[0]
	for _, who := range k.shop() {
		k.Must(t, unit, lifecycle.RuleContest{Command: k.By(who), Hold: hold.ID, Outcome: outcome, Reason: reason}.Decide)
	}
	return hold
}

// An end of before, for which no contest of its own was ever placed, is no way
// round a decision about the last one.
func TestADecidedContestIsNotPlacedAgainByAnOlderEnd(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.hardReset(t, unit.ID)
	k.Clock.Add(lifecycle.ContestFor)
	k.bind(t, k.now(t, unit.ID), k.Owner)
	k.Clock.Add(time.Hour)
	k.Must(t, unit.ID, k.TakeBack())
	past := k.past(t, k.Owner)
	if got := k.as(k.Owner).PostJSON("/v1/mine/past/"+past[0].ID+"/contest", struct{}{}); got.Status != 201 {
		t.Fatalf("contest: %d %s", got.Status, got.Body)
	}
	k.rules(t, unit.ID, lifecycle.RulingRejected, "nothing-shown")
	for _, end := range past {
		got := k.as(k.Owner).PostJSON("/v1/mine/past/"+end.ID+"/contest", struct{}{})
		if got.Status != 409 || !slices.Equal(codes(t, got), []string{"owner.contest-decided"}) {
			t.Errorf("again, by the end of %s: %d %s", end.To, got.Status, got.Body)
		}
	}
}

// Each end has its own contest, and no other.
func TestAContestIsOfTheLastEndBeforeIt(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.hardReset(t, unit.ID)
	k.bind(t, k.now(t, unit.ID), k.Owner)
	k.Clock.Add(time.Hour)
	k.Must(t, unit.ID, k.TakeBack())
	past := k.past(t, k.Owner)
	k.as(k.Owner).PostJSON("/v1/mine/past/"+past[0].ID+"/contest", struct{}{})
	type contested struct{ Contest *struct{} }
	now := decoded[struct{ Items []contested }](t, k.as(k.Owner).Get("/v1/mine/past")).Items
	if len(now) != 2 || now[0].Contest == nil || now[1].Contest != nil {
		t.Errorf("contests %+v, want one of the last end alone", now)
	}
}

// What the page promises holds as long as it is there to be read.
func TestAnUpheldContestSaysWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.Must(t, unit.ID, k.TakeBack())
	ada, path := k.as(k.Owner), "/mine/past/"+k.past(t, k.Owner)[0].ID
	ada.PostForm(path+"/contest", nil)
	hold := k.rules(t, unit.ID, lifecycle.RulingUpheld, "was-stolen")
	wants(t, "upheld", ada.Get(path), 200, "Nobody else can connect to it.", k.Retailer.Name)
	for _, who := range k.shop() { // nobody came for it
		k.Must(t, unit.ID, lifecycle.LiftHold{Command: k.By(who), Hold: hold.ID}.Decide)
	}
	page := ada.Get(path)
	wants(t, "never fetched", page, 200, "it was decided that the unit goes back to you")
	if strings.Contains(page.Body, "Nobody else can connect to it.") || strings.Contains(page.Body, k.Retailer.Name) {
		t.Errorf("the page promises what is over: %s", page.Body)
	}
}

func TestWhatCannotBeContested(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, k *kit, unit lifecycle.Unit){
		"their own release": func(t *testing.T, k *kit, unit lifecycle.Unit) {
			k.as(k.Owner).PostJSON("/v1/releases", keyBody(unit))
		},
		"their own transfer": func(t *testing.T, k *kit, unit lifecycle.Unit) {
			code := k.offer(t, unit, k.Owner, "")
			k.as(k.Neighbour).PostJSON("/v1/transfers/"+code+"/accept", proofBody(k.makes(t, unit)))
		},
		"after 30 days": func(t *testing.T, k *kit, unit lifecycle.Unit) {
			k.Must(t, unit.ID, k.TakeBack())
			k.Clock.Add(lifecycle.ContestFor)
		},
	}
	for name, end := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			unit := k.owned(t, k.Owner)
			end(t, k, unit)
			past := k.past(t, k.Owner)
			if len(past) != 1 || !past[0].ContestUntil.IsZero() {
				t.Fatalf("past = %+v, want one that cannot be contested", past)
			}
			if got := k.as(k.Owner).PostJSON("/v1/mine/past/"+past[0].ID+"/contest", struct{}{}); got.Status != 404 {
				t.Errorf("contest: %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestStolenMark(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	ada := k.as(k.Owner)
	if got := ada.PostJSON("/v1/mine/stolen/lift", keyBody(unit)); got.Status != 404 {
		t.Errorf("lift no mark: %d", got.Status)
	}
	if got := ada.PostJSON("/v1/mine/stolen", keyBody(unit)); got.Status != 200 {
		t.Fatalf("mark: %d %s", got.Status, got.Body)
	}
	if got := ada.Get("/v1" + pathOf(unit)); !strings.Contains(got.Body, `"stolen":true`) {
		t.Errorf("the mark does not show: %s", got.Body)
	}
	got := ada.PostJSON("/v1/transfers", keyBody(unit))
	if got.Status != 409 || !slices.Equal(codes(t, got), []string{"owner.hold.stolen"}) {
		t.Errorf("offer a stolen unit: %d %s", got.Status, got.Body)
	}
	k.hardReset(t, unit.ID)
	type mine struct{ Units, Claims []struct{ Serial string } }
	if got := decoded[mine](t, ada.Get("/v1/mine")); len(got.Units) != 0 || len(got.Claims) != 1 {
		t.Errorf("reset by hand: %+v, want a claim", got)
	}
	if got := ada.PostJSON("/v1/mine/stolen/lift", keyBody(unit)); got.Status != 200 {
		t.Fatalf("lift: %d %s", got.Status, got.Body)
	}
	if got := ada.Get("/v1" + pathOf(unit)); got.Status != 404 {
		t.Errorf("without mark and binding it is still theirs: %d", got.Status)
	}
	k.bind(t, k.now(t, unit.ID), k.Owner)
}

func TestAMarkIsNotLiftedWhileADeskHasTheUnit(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.as(k.Owner).PostJSON("/v1/mine/stolen", keyBody(unit))
	k.Must(t, unit.ID, k.TakeBack())
	if got := k.as(k.Owner).PostJSON("/v1/mine/stolen/lift", keyBody(unit)); got.Status != 404 {
		t.Errorf("lift: %d %s", got.Status, got.Body)
	}
	if s, err := k.World.Snapshot(t.Context(), unit.ID); err != nil || len(s.StandingHolds()) != 1 {
		t.Errorf("holds = %+v, %v", s.Holds, err)
	}
}

func TestALockLeavesAClaim(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.Model.ResetPolicy = lifecycle.ResetLocks
	if _, err := k.SaveModel(t.Context(), k.Model); err != nil {
		t.Fatal(err)
	}
	unit := k.owned(t, k.Owner)
	k.hardReset(t, unit.ID)
	if got := k.as(k.Owner).Get("/v1" + pathOf(unit)); got.Status != 200 || strings.Contains(got.Body, `"state"`) {
		t.Errorf("a claim shows %d %s", got.Status, got.Body)
	}
	got := k.as(k.Neighbour).PostJSON("/v1/bindings", bindBody(unit, k.makes(t, unit)))
	if got.Status != 409 || !slices.Equal(codes(t, got), []string{"owner.held"}) {
		t.Errorf("somebody else: %d %s", got.Status, got.Body)
	}
	k.bind(t, k.now(t, unit.ID), k.Owner)
	if got := k.as(k.Owner).Get("/v1" + pathOf(unit)); got.Status != 200 || !strings.Contains(got.Body, `"state":"bound"`) {
		t.Errorf("bound again: %d %s", got.Status, got.Body)
	}
}

func TestIdsThatAreNobodys(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.owned(t, k.Owner)
	for _, path := range []string{
		"/v1/mine/units/acme/NEVER", "/v1/mine/units/a%20b/%2F", "/mine/past/" + storetest.NewID("bnd"), "/v1/transfers/%20",
	} {
		if got := k.as(k.Owner).Get(path); got.Status != 404 {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}
