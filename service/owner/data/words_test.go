package data_test

import (
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/storetest"
)

// TestACopyHoldsWhatTheyWrote: the words of a contest, the address that they
// asked for, the names that they gave, and nothing of it is in another's copy.
func TestACopyHoldsWhatTheyWrote(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, ada := t.Context(), k.Owner
	unit := k.TakenBack(t)
	hold := lifecycle.HoldID(storetest.NewID("hld"))
	contest := lifecycle.Contest{Command: k.By(ada), ID: hold}
	if _, err := k.AdvanceWithContest(ctx, unit.ID, ada.Person, hold, "I never gave it away", contest.Decide); err != nil {
		t.Fatal(err)
	}
	shared, share := k.Bound(t), lifecycle.BindingID(storetest.NewID("bnd"))
	give := lifecycle.Share{Command: k.By(ada), ID: share, CodeHash: storetest.Hex(string(share))}
	if _, err := k.AdvanceWithShare(ctx, shared.ID, ada.Person, share, "Grandmother upstairs", give.Decide); err != nil {
		t.Fatal(err)
	}
	person, err := k.Person(ctx, ada.Person)
	if err != nil {
		t.Fatal(err)
	}
	id := storetest.NewID("adr")
	change := access.AddressChange{
		ID: id, Person: ada.Person, Stage: access.AddressAsked, LinkHash: storetest.Hex(id), Generation: person.Generation,
		New: "ada-new@home.example", AskedAt: k.Clock.Now(), Until: k.Clock.Now().Add(time.Hour),
	}
	about := func(kind notice.Kind, to lifecycle.PersonID, what string) notice.Notice {
		return notice.Notice{To: to, Kind: kind, Params: map[string]string{"what": what}, Once: id + what, At: k.Clock.Now()}
	}
	err = k.AskAddress(ctx, change, about(notice.KindAddressLink, "", "link"), about(notice.KindAddressLink, "", "known"),
		about(notice.KindAddressChanged, ada.Person, "asked"))
	if err != nil {
		t.Fatal(err)
	}

	text, document := k.exported(t, ada)
	for _, written := range []string{"I never gave it away", "Grandmother upstairs", "ada-new@home.example", person.Email} {
		if !strings.Contains(text, written) {
			t.Errorf("the copy lacks %q: %s", written, text)
		}
	}
	if other, _ := k.exported(t, k.Neighbour); strings.Contains(other, "Grandmother") || strings.Contains(other, "ada-new") {
		t.Error("another's copy holds it, too")
	}
	if strings.Contains(text, change.LinkHash) || strings.Contains(text, give.CodeHash) {
		t.Error("the copy holds the hash of a secret")
	}
	contests, _ := document["contests"].([]any)
	if len(contests) != 1 || contests[0].(map[string]any)["outcome"] != nil {
		t.Errorf("contests %v, want one that nobody has decided", contests)
	}
}
