package data_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// exported is a person's copy, whole.
func (k *kit) exported(t *testing.T, who lifecycle.Actor) (text string, document map[string]any) {
	t.Helper()
	got := k.site.As(principal(who)).PostForm("/account/data/export", url.Values{})
	if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/json" || !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("export: %d %v", got.Status, got.Header)
	}
	if err := json.Unmarshal([]byte(got.Body), &document); err != nil {
		t.Fatalf("%v in %s", err, got.Body)
	}
	if document["complete"] != true || document["format"] != "quitclaim-export/1" {
		t.Errorf("a copy of format %v, complete %v", document["format"], document["complete"])
	}
	return got.Body, document
}

// passOn moves a unit from one owner to another.
func (k *kit) passOn(t *testing.T, unit lifecycle.Unit, from, to lifecycle.Actor) lifecycle.Unit {
	t.Helper()
	k.offer(t, unit, from, to)
	s, err := k.Snapshot(t.Context(), unit.ID)
	if err != nil || len(s.Offers) != 1 {
		t.Fatalf("offers %v, %v", s.Offers, err)
	}
	k.Clock.Add(time.Second)
	credential := storetest.Hex(newID())
	k.Must(t, unit.ID, k.Hears(unit, lifecycle.ResetNone, credential))
	return k.Must(t, unit.ID, lifecycle.Transfer{
		Command: k.By(to), Offer: s.Offers[0].ID, Binding: lifecycle.BindingID(storetest.NewID("bnd")),
		Order: lifecycle.OrderID(storetest.NewID("ord")), AccountHash: storetest.Hex(string(to.Person)), ProofHash: credential,
	}.Decide).Change.Unit
}

// TestTwoCopiesHoldNothingOfEachOther: two people who gave each other a unit, and
// share nothing of what is either's alone.
func TestTwoCopiesHoldNothingOfEachOther(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	people := map[string]lifecycle.Actor{"ada": k.Owner, "bob": k.Neighbour}
	theirs := map[string][]string{}
	for name, who := range people {
		theirs[name] = k.furnished(t, who, name)
	}
	moved := k.passOn(t, k.Bind(t, k.Sold(t), k.Owner), k.Owner, k.Neighbour)
	texts := map[string]string{}
	for name, who := range people {
		var document map[string]any
		texts[name], document = k.exported(t, who)
		for section, want := range map[string]int{"passkeys": 1, "tokens": 1, "past": 1, "units": 1, "notice_settings": 1} {
			if got := len(document[section].([]any)); got < want {
				t.Errorf("%s of %s: %d, want %d at least", section, name, got, want)
			}
		}
		for _, text := range theirs[name] {
			// The unit's own id is nobody's but ours.
			if !strings.HasPrefix(text, "unt_") && !strings.Contains(texts[name], text) {
				t.Errorf("the copy of %s lacks %q", name, text)
			}
		}
		if !strings.Contains(texts[name], moved.Key.Serial) {
			t.Errorf("the copy of %s lacks the unit that both had", name)
		}
	}
	for name, others := range theirs {
		for of, text := range texts {
			if of == name {
				continue
			}
			for _, other := range others {
				if strings.Contains(text, other) {
					t.Errorf("the copy of %s holds %q of %s", of, other, name)
				}
			}
		}
	}
	if !strings.Contains(texts["ada"], `"passed_to":"another person"`) {
		t.Errorf("ada's copy does not say that the unit was passed on: %s", texts["ada"])
	}
}

// TestACopyHasEverySection: a key that is missing would be data that is kept from
// its person. Lists are never null.
func TestACopyHasEverySection(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, document := k.exported(t, k.Owner)
	var got []string
	for name, value := range document {
		if _, isList := value.([]any); isList {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	want := []string{
		"accesses", "address_changes", "badges", "consents", "contests", "identities", "notice_settings", "notices", "offers",
		"passkeys", "past", "pins", "push_subscriptions", "questions", "recoveries", "sessions", "tokens", "units",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}

// TestStaffHaveACopyToo, of what there is of them.
func TestStaffHaveACopyToo(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	text, document := k.exported(t, k.Clerk)
	person, _ := document["person"].(map[string]any)
	if person["id"] != string(k.Clerk.Person) || person["organisation"] != string(k.Clerk.Org) {
		t.Errorf("the copy is of %v", person)
	}
	if strings.Contains(text, string(k.Technician.Person)) {
		t.Error("a clerk's copy holds a technician")
	}
}

// TestALongCopyIsWhole: more than fits a page of the store.
func TestALongCopyIsWhole(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	const many = 450
	for i := range many {
		c := access.Credential{ID: storetest.NewID("tok"), Hash: storetest.Hex(newID()), Kind: access.KindPerson, Person: k.Owner.Person, Name: newID(), CreatedAt: k.Clock.Now()}
		if _, err := k.SaveCredential(t.Context(), c); err != nil {
			t.Fatalf("token %d: %v", i, err)
		}
	}
	_, document := k.exported(t, k.Owner)
	if got := len(document["tokens"].([]any)); got != many {
		t.Errorf("%d tokens, want %d", got, many)
	}
}

// TestDoorsAskForAFreshProof: a phone that lies on a table gives nobody a copy.
func TestDoorsAskForAFreshProof(t *testing.T) {
	t.Parallel()
	for _, action := range []access.Action{access.DataExport, access.DataErase, access.PersonErase} {
		if rule, ok := access.RuleOf(action); !ok || !rule.Verified {
			t.Errorf("%s asks for no fresh proof", action)
		}
	}
}
