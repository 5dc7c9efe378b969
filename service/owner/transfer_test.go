package owner_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/webtest"
)

type offerBody struct {
	Code      string    `json:"code"`
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

func TestTransferFaceToFace(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	offer := decoded[offerBody](t, k.as(k.Owner).PostJSON("/v1/transfers", keyBody(unit)))
	if offer.URL != origin+"/transfer/"+offer.Code || !offer.ExpiresAt.Equal(k.Clock.Now().Add(15*time.Minute)) {
		t.Fatalf("offer = %+v", offer)
	}
	type proposal struct {
		Serial, Model string
		Over          bool
	}
	bo := k.as(k.Neighbour)
	if got := decoded[proposal](t, bo.Get("/v1/transfers/"+offer.Code)); got != (proposal{unit.Key.Serial, "Cam One", false}) {
		t.Errorf("what is offered: %+v", got)
	}
	proof := k.makes(t, unit)
	if got := bo.PostJSON("/v1/transfers/"+strings.ToLower(offer.Code)+"/accept", proofBody(proof)); got.Status != 200 {
		t.Fatalf("accept: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Owner).Get("/v1" + pathOf(unit)); got.Status != 404 {
		t.Errorf("the last owner's unit: %d", got.Status)
	}
	if got := bo.Get("/v1" + pathOf(unit)); got.Status != 200 {
		t.Errorf("the new owner's unit: %d %s", got.Status, got.Body)
	}
	if links := k.links(t, unit.ID); !slices.Contains(links, k.hash(k.Neighbour)) {
		t.Errorf("links = %v: the new owner's is missing", links)
	}
}

func TestWhatAnAcceptanceIsTold(t *testing.T) {
	t.Parallel()
	type scene struct {
		code, proof string
		by          lifecycle.Actor
	}
	cases := map[string]struct {
		scene  func(t *testing.T, k *kit, unit lifecycle.Unit) scene
		status int
		codes  []string
	}{
		"code of before the offer": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			old := k.makes(t, unit)
			k.Clock.Add(time.Second)
			return scene{k.offer(t, unit, k.Owner, ""), old, k.Neighbour}
		}, 409, []string{"transfer.proof"}},
		"code of before the offer, told again after it": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			known := rand.Text()
			k.reports(t, unit.ID, known)
			k.Clock.Add(time.Second)
			k.makes(t, unit)
			k.Clock.Add(time.Second)
			code := k.offer(t, unit, k.Owner, "")
			k.Clock.Add(time.Second)
			k.reports(t, unit.ID, known)
			return scene{code, shown(known), k.Neighbour}
		}, 409, []string{"transfer.proof"}},
		"a made-up code of the unit": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, "")
			k.makes(t, unit)
			return scene{code, rand.Text(), k.Neighbour}
		}, 409, []string{"transfer.proof"}},
		"to oneself": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, "")
			return scene{code, k.makes(t, unit), k.Owner}
		}, 409, []string{"transfer.own"}},
		"run out": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, "")
			k.Clock.Add(15 * time.Minute)
			return scene{code, k.makes(t, unit), k.Neighbour}
		}, 409, []string{"transfer.expired"}},
		"named, after 14 days": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, k.mail(k.Neighbour))
			k.Clock.Add(14 * 24 * time.Hour)
			return scene{code, k.makes(t, unit), k.Neighbour}
		}, 409, []string{"transfer.expired"}},
		"withdrawn": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, "")
			k.as(k.Owner).PostJSON("/v1/transfers/"+code+"/withdraw", struct{}{})
			return scene{code, k.makes(t, unit), k.Neighbour}
		}, 409, []string{"transfer.over"}},
		"the unit was taken back": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, "")
			k.Must(t, unit.ID, k.TakeBack())
			return scene{code, k.makes(t, unit), k.Neighbour}
		}, 409, []string{"transfer.over"}},
		"marked as stolen": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, "")
			k.as(k.Owner).PostJSON("/v1/mine/stolen", keyBody(unit))
			return scene{code, k.makes(t, unit), k.Neighbour}
		}, 409, []string{"owner.held"}},
		"named, by somebody else": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			code := k.offer(t, unit, k.Owner, k.mail(k.Neighbour))
			return scene{code, k.makes(t, unit), k.stranger()}
		}, 404, nil},
		"guessed": {func(t *testing.T, k *kit, unit lifecycle.Unit) scene {
			return scene{rand.Text(), k.makes(t, unit), k.Neighbour}
		}, 404, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			s := c.scene(t, k, k.owned(t, k.Owner))
			got := k.as(s.by).PostJSON("/v1/transfers/"+s.code+"/accept", proofBody(s.proof))
			if got.Status != c.status {
				t.Fatalf("status %d, want %d: %s", got.Status, c.status, got.Body)
			}
			if diff := cmp.Diff(c.codes, codes(t, got)); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwoAcceptancesAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, "")
	proof := k.makes(t, unit)
	people := []lifecycle.Actor{k.Neighbour, k.stranger()}
	answers := make([]*webtest.Response, len(people))
	var both sync.WaitGroup
	for i, person := range people {
		client := k.as(person)
		both.Go(func() { answers[i] = client.PostJSON("/v1/transfers/"+code+"/accept", proofBody(proof)) })
	}
	both.Wait()
	statuses := []int{answers[0].Status, answers[1].Status}
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409}) {
		t.Fatalf("statuses %v: %s %s", statuses, answers[0].Body, answers[1].Body)
	}
	winner := people[0]
	if loser := answers[0]; loser.Status == 409 {
		winner = people[1]
		if !slices.Equal(codes(t, loser), []string{"transfer.over"}) {
			t.Errorf("the slower one is told %v", codes(t, loser))
		}
	}
	s, err := k.World.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if binding, _ := s.Owner(); binding.Account != winner.Person || s.Unit.Epoch != unit.Epoch+1 {
		t.Errorf("owner %s at epoch %d, want %s at %d", binding.Account, s.Unit.Epoch, winner.Person, unit.Epoch+1)
	}
}

func TestAcceptanceIsRepeatable(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, "")
	proof := k.makes(t, unit)
	bo := k.as(k.Neighbour).WithKey("accept-key-1")
	first := bo.PostJSON("/v1/transfers/"+code+"/accept", proofBody(proof))
	again := bo.PostJSON("/v1/transfers/"+code+"/accept", proofBody(proof))
	if first.Status != 200 || again.Status != 200 || first.Body != again.Body {
		t.Errorf("first %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	ada := k.as(k.Neighbour).WithKey("offer-key-1")
	first, again = ada.PostJSON("/v1/transfers", keyBody(unit)), ada.PostJSON("/v1/transfers", keyBody(unit))
	if first.Status != 201 || first.Body != again.Body {
		t.Errorf("offered %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
}

// TestAnOfferToNobodyLooksLikeAnyOther: to its owner, in the answer, in the
// list, in what is read, and when it is withdrawn.
func TestAnOfferToNobodyLooksLikeAnyOther(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.as(k.Owner)
	type sight struct {
		Status, Withdrawn int
		Named             bool
		CodeLength        int
		Expires           time.Time
	}
	see := func(to string) sight {
		unit := k.owned(t, k.Owner)
		body := keyBody(unit)
		body["to"] = to
		got := ada.PostJSON("/v1/transfers", body)
		offer := decoded[offerBody](t, got)
		listed := decoded[struct {
			Offer struct {
				Named bool
				Code  string
			}
		}](t, ada.Get("/v1"+pathOf(unit)))
		if listed.Offer.Code != offer.Code {
			t.Errorf("offer to %s: code %q, listed as %q", to, offer.Code, listed.Offer.Code)
		}
		withdrawn := ada.PostJSON("/v1/transfers/"+offer.Code+"/withdraw", struct{}{})
		return sight{got.Status, withdrawn.Status, listed.Offer.Named, len(offer.Code), offer.ExpiresAt.Add(-k.Clock.Now().Sub(storetest.NewClock().Now()))}
	}
	known := see(k.mail(k.Neighbour))
	for _, to := range []string{"nobody@example.test", k.mail(k.Clerk)} {
		if diff := cmp.Diff(known, see(to)); diff != "" {
			t.Errorf("offer to %s (-known +this):\n%s", to, diff)
		}
	}
	unit := k.owned(t, k.Owner)
	body := keyBody(unit)
	body["to"] = k.mail(k.Owner)
	if got := ada.PostJSON("/v1/transfers", body); got.Status != 409 || !slices.Equal(codes(t, got), []string{"offer.own"}) {
		t.Errorf("offer to oneself: %d %s", got.Status, got.Body)
	}
	k.offer(t, unit, k.Owner, k.mail(k.Clerk))
	if got := k.as(k.Clerk).Get("/v1/mine"); got.Status != 403 {
		t.Errorf("staff who were offered a unit: %d", got.Status)
	}
}

func TestANamedOfferIsListedAndAnswered(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, strings.ToUpper(k.mail(k.Neighbour)))
	type mine struct {
		Offers []struct{ Code, Serial string }
	}
	bo := k.as(k.Neighbour)
	got := decoded[mine](t, bo.Get("/v1/mine"))
	if len(got.Offers) != 1 || got.Offers[0].Code != code || got.Offers[0].Serial != unit.Key.Serial {
		t.Fatalf("listed: %+v, want code %s", got, code)
	}
	if got := bo.PostJSON("/v1/transfers/"+code+"/withdraw", struct{}{}); got.Status != 404 {
		t.Errorf("the recipient withdraws: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Owner).PostJSON("/v1/transfers/"+code+"/refuse", struct{}{}); got.Status != 404 {
		t.Errorf("the owner refuses: %d %s", got.Status, got.Body)
	}
	if got := bo.PostJSON("/v1/transfers/"+code+"/refuse", struct{}{}); got.Status != 200 || !strings.Contains(got.Body, "refused") {
		t.Fatalf("refuse: %d %s", got.Status, got.Body)
	}
	if got := decoded[mine](t, bo.Get("/v1/mine")); len(got.Offers) != 0 {
		t.Errorf("after it was refused: %+v", got)
	}
	if got := bo.Get("/v1/transfers/" + code); !strings.Contains(got.Body, `"over":true`) || strings.Contains(got.Body, unit.Key.Serial) {
		t.Errorf("an offer that is over tells %s", got.Body)
	}
	if got := k.as(k.Owner).Get("/v1" + pathOf(unit)); got.Status != 200 {
		t.Errorf("the owner after a refusal: %d", got.Status)
	}
}

func TestGuessingCodesIsThrottled(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, "")
	bo := k.as(k.Neighbour)
	for i := range 30 {
		if got := bo.Get("/v1/transfers/" + code); got.Status != 200 {
			t.Fatalf("look %d at a right code: %d", i, got.Status)
		}
	}
	var statuses []int
	for range 20 {
		statuses = append(statuses, bo.Get("/v1/transfers/"+rand.Text()).Status)
	}
	if statuses[0] != 404 || statuses[len(statuses)-1] != 429 {
		t.Errorf("statuses of guesses: %v", statuses)
	}
}
