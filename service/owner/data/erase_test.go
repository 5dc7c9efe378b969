package data_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/messages"
)

func TestObligations(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		open func(t *testing.T, k *kit)
		want string
	}{
		"nothing": {func(*testing.T, *kit) {}, ""},
		"a unit":  {func(t *testing.T, k *kit) { k.Bound(t) }, "bound"},
		"a unit that is offered": {func(t *testing.T, k *kit) {
			k.offer(t, k.Bound(t), k.Owner, k.Neighbour)
		}, "bound offered"},
		"an offer to them": {func(t *testing.T, k *kit) {
			k.offer(t, k.Bind(t, k.Sold(t), k.Neighbour), k.Neighbour, k.Owner)
		}, "offer"},
		"a unit that is marked stolen": {func(t *testing.T, k *kit) {
			k.Must(t, k.Bound(t).ID, lifecycle.PlaceHold{Command: k.By(k.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
		}, "hold-stolen!"},
		"a legal hold, and a unit without one": {func(t *testing.T, k *kit) {
			k.Must(t, k.Bound(t).ID, lifecycle.PlaceHold{Command: k.By(k.VendorAdmin), ID: "hld_1", Kind: lifecycle.HoldLegal}.Decide)
			k.Bound(t)
		}, "hold-legal! bound"},
		"a unit that its vendor marked stolen": {func(t *testing.T, k *kit) {
			k.Must(t, k.Bound(t).ID, lifecycle.PlaceHold{Command: k.By(k.VendorAdmin), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
		}, "hold-stolen-by-another!"},
		"a unit with two holds": {func(t *testing.T, k *kit) {
			unit := k.Bound(t).ID
			k.Must(t, unit, lifecycle.PlaceHold{Command: k.By(k.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
			k.Must(t, unit, lifecycle.PlaceHold{Command: k.By(k.VendorAdmin), ID: "hld_2", Kind: lifecycle.HoldLegal}.Decide)
		}, "hold-stolen! hold-legal!"},
		"a mark on a unit that was let go": {func(t *testing.T, k *kit) {
			unit := k.Bound(t).ID
			k.Must(t, unit, lifecycle.PlaceHold{Command: k.By(k.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
			k.Must(t, unit, lifecycle.Release{Command: k.By(k.Owner), Order: "ord_1"}.Decide)
		}, "marked"},
		"a contest that was upheld": {func(t *testing.T, k *kit) {
			unit := k.TakenBack(t).ID
			contest := lifecycle.Contest{Command: k.By(k.Owner), ID: "hld_1"}
			if _, err := k.AdvanceWithContest(t.Context(), unit, k.Owner.Person, contest.ID, "words", contest.Decide); err != nil {
				t.Fatal(err)
			}
			boss := k.Clerk
			boss.Person, boss.Roles = "psn_boss", []lifecycle.Role{lifecycle.RoleSecurityOfficer}
			for _, who := range []lifecycle.Actor{k.Clerk, boss} {
				k.Must(t, unit, lifecycle.RuleContest{Command: k.By(who), Hold: "hld_1", Outcome: lifecycle.RulingUpheld, Reason: "was-stolen"}.Decide)
			}
		}, "upheld!"},
		"a contest": {func(t *testing.T, k *kit) {
			unit := k.TakenBack(t)
			contest := lifecycle.Contest{Command: k.By(k.Owner), ID: "hld_1"}
			if _, err := k.AdvanceWithContest(t.Context(), unit.ID, k.Owner.Person, contest.ID, "words", contest.Decide); err != nil {
				t.Fatal(err)
			}
		}, "contest!"},
		"a cloud that still deletes": {func(t *testing.T, k *kit) {
			k.Must(t, k.Bound(t).ID, lifecycle.Release{Command: k.By(k.Owner), Order: "ord_1", Erase: true}.Decide)
		}, "deleting"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			c.open(t, k)
			open, err := k.room.Obligations(t.Context(), k.Owner)
			if got := codes(open); err != nil || got != c.want {
				t.Errorf("open: %q, %v; want %q", got, err, c.want)
			}
			err = k.room.Erase(t.Context(), k.Owner)
			if blocked := strings.Contains(c.want, "!"); blocked != errors.Is(err, lifecycle.ErrRefused) || !blocked && err != nil {
				t.Errorf("erased: %v", err)
			}
			if person, err := k.Person(t.Context(), k.Owner.Person); err != nil || (person.Email == "") == strings.Contains(c.want, "!") {
				t.Errorf("afterwards the address is %q, %v", person.Email, err)
			}
		})
	}
}

func (k *kit) offer(t *testing.T, unit lifecycle.Unit, from, to lifecycle.Actor) {
	t.Helper()
	k.Must(t, unit.ID, lifecycle.MakeOffer{
		Command: k.By(from), ID: lifecycle.OfferID(storetest.NewID("ofr")), To: to.Person, CodeHash: storetest.Hex(newID()),
	}.Decide)
}

// TestErase: bindings end first, nothing personal is left, the last letter goes
// to the address, and the address is free for somebody new.
func TestErase(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	theirs := k.furnished(t, k.Owner, "ada")
	before, err := k.Person(t.Context(), k.Owner.Person)
	if err != nil {
		t.Fatal(err)
	}
	unsure := k.site.As(principal(k.Owner)).PostForm("/account/data/erase", url.Values{})
	if unsure.Status != http.StatusUnprocessableEntity || !strings.Contains(unsure.Body, "sure-mistake") {
		t.Errorf("without a yes: %d %s", unsure.Status, unsure.Body)
	}
	page := k.site.As(principal(k.Owner)).Get("/account/data/erase")
	for _, text := range []string{"it is released together with your account", "Backups still have the key", theirs[7]} {
		if !strings.Contains(page.Body, text) {
			t.Errorf("the page lacks %q: %s", text, page.Body)
		}
	}
	got := k.site.As(principal(k.Owner)).PostForm("/account/data/erase", url.Values{"sure": {"true"}})
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/sign-in?done=erased" {
		t.Fatalf("erased: %d to %q: %s", got.Status, got.Header.Get("Location"), got.Body)
	}
	if len(k.released) != 1 {
		t.Errorf("released %v, want the one unit that was bound", k.released)
	}
	after, err := k.Person(t.Context(), k.Owner.Person)
	if err != nil || after.Email != "" || after.PasswordHash != "" || after.DisabledAt.IsZero() || after.ID != before.ID {
		t.Errorf("left of them: %+v, %v", after, err)
	}
	for what, left := range map[string]func() (int, error){
		"passkeys": func() (int, error) {
			list, err := k.PasskeysOf(t.Context(), before.ID)
			return len(list), err
		},
		"notices": func() (int, error) {
			list, _, err := k.Notices(t.Context(), before.ID, lifecycle.Page{Limit: 10})
			return len(list), err
		},
		"choices": func() (int, error) {
			list, err := k.Choices(t.Context(), before.ID)
			return len(list), err
		},
		"bindings": func() (int, error) {
			list, err := k.MineOf(t.Context(), before.ID)
			return len(list), err
		},
	} {
		if n, err := left(); n != 0 || err != nil {
			t.Errorf("%d %s are left, %v", n, what, err)
		}
	}
	letters, err := k.ClaimDeliveries(t.Context(), notice.Mail, k.Clock.Now(), time.Minute, 10)
	if err != nil || len(letters) != 1 || letters[0].Address != before.Email || letters[0].Notice.Kind != notice.KindErased {
		t.Errorf("letters %+v, %v; want the last one to %s", letters, err, before.Email)
	}
	again := before
	again.ID = lifecycle.PersonID(storetest.NewID("psn"))
	if _, err := k.SavePerson(t.Context(), again); err != nil {
		t.Errorf("the address is not free: %v", err)
	}
	if err := k.room.Erase(t.Context(), k.Owner); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("erased twice: %v", err)
	}
}

// TestWhoIsErasedHearsSo: that the last letter could not be queued is no reason
// to tell somebody that they are not erased; operators read it.
func TestWhoIsErasedHearsSo(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.noLetters = true
	before, err := k.Person(t.Context(), k.Owner.Person)
	if err != nil {
		t.Fatal(err)
	}
	got := k.site.As(principal(k.Owner)).PostForm("/account/data/erase", url.Values{"sure": {"true"}})
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/sign-in?done=erased" {
		t.Errorf("erased: %d to %q", got.Status, got.Header.Get("Location"))
	}
	if log := k.log.String(); !strings.Contains(log, string(before.ID)) || strings.Contains(log, before.Email) {
		t.Errorf("the log says %q", log)
	}
}

// TestEraseIsNotUndoneByABind: somebody who binds while they are erased is not
// forgotten with the unit.
func TestEraseIsNotUndoneByABind(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.Bound(t)
	if err := k.ForgetPerson(t.Context(), k.Owner.Person); !isRefused(err, "erase.standing") {
		t.Errorf("forgotten with a unit: %v", err)
	}
}

func TestEverythingHasAWord(t *testing.T) {
	t.Parallel()
	list := []string{"erase.standing", "done.erased", "done.person-erased", "person.still-here", "data.open.bound", "data.open.pending",
		"data.open.shared", "data.open.offered", "data.open.offer", "data.open.deleting", "data.open.claim", "data.open.contest",
		"data.open.upheld", "data.open.marked", "data.open.hold-stolen-by-another"}
	for _, kind := range lifecycle.HoldKinds() {
		list = append(list, "data.open.hold-"+string(kind))
	}
	if missing, err := messages.Missing(list...); err != nil || len(missing) > 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}

// TestScreens takes pictures of the pages, with -screens.
func TestScreens(t *testing.T) {
	t.Parallel()
	if *screens == "" {
		t.Skip("no -screens: nobody wants pictures")
	}
	k := newKit(t)
	k.furnished(t, k.Owner, "ada")
	k.Must(t, k.Bound(t).ID, lifecycle.PlaceHold{Command: k.By(k.VendorAdmin), ID: "hld_1", Kind: lifecycle.HoldLegal}.Decide)
	k.site.As(principal(k.Owner)).Shoot(*screens, "/account/data", "/account/data/erase")
	k.site.As(access.Principal{Kind: access.KindPerson, Person: k.Neighbour.Person, Roles: k.Neighbour.Roles}).Shoot(*screens+"/free", "/account/data/erase")
}
