package share_test

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/owner/share"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

func pathOf(unit lifecycle.Unit) string {
	return "/mine/units/" + unit.Key.Brand + "/" + unit.Key.Serial
}

func TestAShareFromInvitationToItsEnd(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	in := k.invite(t, unit, map[string]any{"to": k.mail(t, k.Neighbour)})
	if !in.Named || in.State != "pending" || in.URL != "https://qc.example/share/"+in.Code || !in.ExpiresAt.Equal(k.Clock.Now().Add(14*24*time.Hour)) {
		t.Errorf("invited: %+v", in)
	}
	waits := k.shared(t, k.Neighbour)
	if len(waits.Units) != 0 || len(waits.Invitations) != 1 || waits.Invitations[0].Code != in.Code || waits.Invitations[0].Serial != unit.Key.Serial {
		t.Fatalf("before it is accepted: %+v", waits)
	}
	if k.linked(t, unit.ID, k.Neighbour) {
		t.Error("the cloud knows who is only invited")
	}
	if got := k.as(k.stranger()).PostJSON("/v1/shares/"+in.Code+"/accept", nil); got.Status != 404 {
		t.Errorf("somebody else accepts: %d %s", got.Status, got.Body)
	}
	bo := k.as(k.Neighbour)
	if got := bo.PostJSON("/v1/shares/"+strings.ToLower(in.Code)+"/accept", nil); got.Status != 200 {
		t.Fatalf("accept: %d %s", got.Status, got.Body)
	}
	seen := k.shared(t, k.Neighbour)
	if len(seen.Units) != 1 || seen.Units[0].Serial != unit.Key.Serial || !k.linked(t, unit.ID, k.Neighbour) {
		t.Fatalf("accepted: %+v, linked %v", seen, k.linked(t, unit.ID, k.Neighbour))
	}
	list := k.as(k.Owner).Get("/v1" + pathOf(unit) + "/shares")
	if list.Status != 200 || !strings.Contains(list.Body, `"name":"Mum"`) || !strings.Contains(list.Body, `"state":"live"`) {
		t.Errorf("the owner's list: %d %s", list.Status, list.Body)
	}
	if got := k.as(k.Owner).PostForm(pathOf(unit)+"/shares/"+string(in.ID)+"/end", url.Values{}); got.Status != 303 {
		t.Fatalf("end: %d %s", got.Status, got.Body)
	}
	if over := k.shared(t, k.Neighbour); len(over.Units) != 0 {
		t.Errorf("after its end: %+v, want nothing at once", over)
	}
	k.Clock.Add(time.Minute) // what the cloud takes
	if k.linked(t, unit.ID, k.Neighbour) {
		t.Error("the cloud still shows it")
	}
	if got := bo.PostJSON("/v1/shares/"+in.Code+"/accept", map[string]any{"again": true}); got.Status != 409 || !strings.Contains(got.Body, "share.over") {
		t.Errorf("taken again: %d %s", got.Status, got.Body)
	}
}

// A member can see and leave. Every door of the unit that is its owner's is to
// them, in status and bytes, what it is to a stranger.
func TestAMemberIsAStrangerAtTheOwnersDoors(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, _ := k.member(t, nil)
	key := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial}
	path := pathOf(unit)
	mate, stranger := k.as(k.Neighbour), k.as(k.stranger())
	for _, door := range []string{"", "/transfer", "/transfer.svg", "/stolen", "/shares"} {
		if a, b := mate.Get(path+door), stranger.Get(path+door); a.Status != 404 || a.Status != b.Status || a.Body != b.Body {
			t.Errorf("GET %s: %d, a stranger %d", door, a.Status, b.Status)
		}
	}
	posts := map[string]map[string]any{
		"/v1/transfers": key, "/v1/mine/stolen": key, "/v1/mine/stolen/lift": key, "/v1/shares": body(unit, nil),
	}
	for door, in := range posts {
		if a, b := mate.PostJSON(door, in), stranger.PostJSON(door, in); a.Status != 404 || a.Status != b.Status || a.Body != b.Body {
			t.Errorf("POST %s: %d %s, a stranger %d %s", door, a.Status, a.Body, b.Status, b.Body)
		}
	}
	owner, _ := mustSnapshot(t, k, unit.ID).Owner()
	if got := mate.PostForm("/mine/bindings/"+string(owner.ID)+"/end", url.Values{}); got.Status != 404 {
		t.Errorf("a member ends the owner's binding: %d", got.Status)
	}
}

func mustSnapshot(t *testing.T, k *kit, id lifecycle.UnitID) lifecycle.Snapshot {
	t.Helper()
	s, err := k.Snapshot(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAMemberLeaves(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, in := k.member(t, nil)
	if got := k.as(k.stranger()).PostForm("/mine/shared/"+string(in.ID)+"/leave", url.Values{}); got.Status != 404 {
		t.Errorf("somebody else leaves: %d", got.Status)
	}
	if got := k.as(k.Neighbour).PostForm("/mine/shared/"+string(in.ID)+"/leave", url.Values{}); got.Status != 303 {
		t.Fatalf("leave: %d %s", got.Status, got.Body)
	}
	if got := mustSnapshot(t, k, unit.ID).Viewers(k.Clock.Now()); len(got) != 1 || got[0].Account != k.Owner.Person {
		t.Errorf("who sees it: %+v, want its owner", got)
	}
}

// At its date a share shows nothing to anybody, in no list and in no cloud, and
// no sweep has been.
func TestAShareEndsAtItsDate(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	until := k.Clock.Now().Add(36 * time.Hour).UTC().Truncate(time.Second)
	unit, _ := k.member(t, map[string]any{"until": until.Format(time.RFC3339)})
	k.Clock.Add(36*time.Hour - time.Minute)
	if len(k.shared(t, k.Neighbour).Units) != 1 || !k.linked(t, unit.ID, k.Neighbour) {
		t.Error("it ended too early")
	}
	k.Clock.Add(2 * time.Minute)
	if got := k.shared(t, k.Neighbour); len(got.Units) != 0 || k.linked(t, unit.ID, k.Neighbour) {
		t.Errorf("after its date: %+v, linked %v", got, k.linked(t, unit.ID, k.Neighbour))
	}
	if list := k.as(k.Owner).Get("/v1" + pathOf(unit) + "/shares"); !strings.Contains(list.Body, `"items":[]`) {
		t.Errorf("the owner's list: %s", list.Body)
	}
}

func TestFaceToFaceOneOfTwoJoins(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	in := k.invite(t, unit, nil)
	if got := k.as(k.Owner).PostJSON("/v1/shares/"+in.Code+"/accept", nil); got.Status != 409 || !strings.Contains(got.Body, "share.own") {
		t.Errorf("its owner joins: %d %s", got.Status, got.Body)
	}
	two := []*webtest.Client{k.as(k.Neighbour), k.as(k.stranger())}
	answers := make([]*webtest.Response, len(two))
	var wg sync.WaitGroup
	for i, who := range two {
		wg.Go(func() { answers[i] = who.PostJSON("/v1/shares/"+in.Code+"/accept", nil) })
	}
	wg.Wait()
	won := 0
	for _, got := range answers {
		switch {
		case got.Status == 200:
			won++
		case got.Status != 409 || !strings.Contains(got.Body, "share.over"):
			t.Errorf("the slower one: %d %s", got.Status, got.Body)
		}
	}
	if won != 1 {
		t.Errorf("%d joined, want one", won)
	}
}

// Who guesses codes waits, whatever they guess, and hears no more than that.
func TestGuessedCodesAreSlow(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	in := k.invite(t, k.Bound(t), map[string]any{"to": k.mail(t, k.Neighbour)})
	stranger := k.as(k.stranger())
	first := stranger.Get("/v1/shares/" + rand.Text())
	if other := stranger.Get("/v1/shares/" + in.Code); first.Status != 404 || other.Status != 404 || first.Body != other.Body {
		t.Errorf("a guess: %d %s; another's code: %d %s", first.Status, first.Body, other.Status, other.Body)
	}
	last := first.Status
	for range 20 {
		last = stranger.Get("/v1/shares/" + rand.Text()).Status
	}
	if last != 429 {
		t.Errorf("after many guesses: %d, want 429", last)
	}
}

// Who guesses through one process waits at every other, and after a restart.
func TestGuessesAreCountedForAllProcesses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	process := func() *share.Shares {
		return share.New(share.Config{
			Store: k.World, People: k.World, Attempts: k.Store, Now: k.Clock.Now, NewID: rand.Text, Log: slog.New(slog.DiscardHandler),
		})
	}
	stranger, heard := k.stranger(), 0
	for range 30 {
		if _, err := process().Proposal(t.Context(), stranger, rand.Text()); errors.Is(err, lifecycle.ErrNotFound) {
			heard++
		} else if !errors.Is(err, lifecycle.ErrThrottled) {
			t.Fatalf("a guess: %v", err)
		}
	}
	if heard != 10 {
		t.Errorf("%d of 30 guesses were looked at, want 10", heard)
	}
}

// Whoever has one unit cannot fill somebody's inbox by inviting them again and
// again, to this or to anything; and nobody learns by the wait who is known.
func TestNobodysInboxIsFilledByInvitations(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, ada := k.Bound(t), k.as(k.Owner)
	until := func(to string) (made int) {
		for ; made < 100; made++ {
			got := ada.PostJSON("/v1/shares", body(unit, map[string]any{"to": to}))
			if got.Status == 429 {
				return made
			}
			var in invited
			if got.Decode(&in); got.Status != 201 {
				t.Fatalf("invitation %d: %d %s", made, got.Status, got.Body)
			}
			if got := ada.PostForm(pathOf(unit)+"/shares/"+string(in.ID)+"/end", url.Values{}); got.Status != 303 {
				t.Fatalf("end: %d", got.Status)
			}
		}
		return made
	}
	known, unknown := until(k.mail(t, k.Neighbour)), until("nobody@example.com")
	if known != unknown || known < 10 || known > 30 {
		t.Errorf("%d invitations to somebody before a wait, %d to nobody; want some dozens, alike", known, unknown)
	}
	offer := map[string]any{"brand": unit.Key.Brand, "serial": unit.Key.Serial, "to": strings.ToUpper(k.mail(t, k.Neighbour))}
	if got := ada.PostJSON("/v1/transfers", offer); got.Status != 429 {
		t.Errorf("an offer to the same, in capitals: %d %s, want 429", got.Status, got.Body)
	}
	if got := ada.PostJSON("/v1/shares", body(unit, map[string]any{"to": "other@example.com"})); got.Status != 201 {
		t.Errorf("somebody else: %d, want 201", got.Status)
	}
	if got := ada.PostJSON("/v1/shares", body(unit, nil)); got.Status != 201 {
		t.Errorf("face to face: %d, want 201: it tells nobody", got.Status)
	}
}

// Nobody learns here which addresses are known.
func TestAnUnknownAddressLooksLikeAnyOther(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	known := k.invite(t, unit, map[string]any{"to": k.mail(t, k.Neighbour)})
	unknown := k.invite(t, unit, map[string]any{"to": "nobody@example.com"})
	if known.Named != unknown.Named || known.State != unknown.State || !known.ExpiresAt.Equal(unknown.ExpiresAt) {
		t.Errorf("known %+v, unknown %+v", known, unknown)
	}
	again := k.as(k.Owner).PostJSON("/v1/shares", body(unit, map[string]any{"to": k.mail(t, k.Neighbour)}))
	if twice := k.as(k.Owner).PostJSON("/v1/shares", body(unit, map[string]any{"to": "nobody@example.com"})); again.Status != 201 || twice.Status != 201 {
		t.Errorf("invited twice: known %d, unknown %d; want both", again.Status, twice.Status)
	}
}

func TestAShareDiesWithATransfer(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, _ := k.member(t, nil)
	k.Must(t, unit.ID, lifecycle.Release{Command: k.By(k.Owner), Order: "ord_x"}.Decide)
	if got := k.shared(t, k.Neighbour); len(got.Units) != 0 {
		t.Errorf("after the release: %+v", got)
	}
	past := k.as(k.Neighbour).Get("/v1/mine/past")
	if past.Status != 200 || !strings.Contains(past.Body, `"kind":"member"`) || strings.Contains(past.Body, `"contest_until":"`) {
		t.Errorf("the member's past: %d %s; want it, and nothing to contest", past.Status, past.Body)
	}
}

func TestPagesOfAShare(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	ada, bo := k.as(k.Owner), k.as(k.Neighbour)
	path := pathOf(unit) + "/shares"
	wants := func(what string, got *webtest.Response, status int, texts ...string) {
		t.Helper()
		if got.Status != status {
			t.Fatalf("%s: %d %s", what, got.Status, got.Body)
		}
		for _, text := range texts {
			if !strings.Contains(got.Body, text) {
				t.Errorf("%s does not say %q:\n%s", what, text, got.Body)
			}
		}
	}
	wants("the unit", ada.Get(pathOf(unit)), 200, path)
	wants("nobody yet", ada.Get(path), 200, "You share it with nobody.", "Invite them")
	wants("no name, no date", ada.PostForm(path, url.Values{"until": {"soon"}}), 422, "This is needed.", "This is no date.")
	wants("yesterday", ada.PostForm(path, url.Values{"name": {"Mum"}, "until": {"2000-01-01"}}), 409, "The last day must lie in the future.")
	wants("face to face", ada.PostForm(path, url.Values{"name": {"Mum"}}), 303)
	wants("the code", ada.Get(path+"?done=share-invited"), 200, "Let Mum scan this", "/code.svg", "The invitation waits.")
	var list struct{ Items []invited }
	ada.Get("/v1" + path).Decode(&list)
	wants("its picture", ada.Get(path+"/"+string(list.Items[0].ID)+"/code.svg"), 200, "<svg")
	wants("a picture of none", ada.Get(path+"/bnd_x/code.svg"), 404)
	code := list.Items[0].Code
	wants("the owner at it", ada.Get("/share/"+code), 303)
	wants("typed", bo.Get("/share?code="+strings.ToLower(code)), 303)
	wants("the invitation", bo.Get("/share/"+code), 200, "You may see this Cam One", unit.Key.Serial)
	wants("accept", bo.PostForm("/share/"+code+"/accept", url.Values{}), 303)
	wants("what is shared", bo.Get("/mine/shared?done=share-joined"), 200, "Cam One", unit.Key.Serial, "Leave", "It is shared with you now.")
	wants("who came too late", k.as(k.stranger()).Get("/share/"+code), 410, "This invitation is over")
}

func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	missing, err := messages.Missing("share.over", "share.date", "share.own", "share.limit", "share.until", "share.expired",
		"done.share-invited", "done.share-ended", "done.share-left", "done.share-joined", "done.share-refused")
	if err != nil || len(missing) != 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}
