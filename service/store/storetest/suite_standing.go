package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

func standingScenarios() []scenario {
	return []scenario{
		{"what stands beside units is read kind by kind", standingRead},
		{"what ended stands no more", standingEnded},
	}
}

// standing is what stands of a kind, page by page.
func (w *World) standing(t *testing.T, kind string, limit int) (list []ledger.Standing) {
	t.Helper()
	for after := ""; ; {
		page, at, err := w.StandingAfter(t.Context(), kind, after, limit)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if at.More {
			t.Errorf("%s: more wait for their places than are read: %+v", kind, at)
		}
		list = append(list, page...)
		if len(page) < limit {
			return list
		}
		after = page[len(page)-1].Subject
	}
}

func standingRead(t *testing.T, w *World) {
	agent, unit := w.Agent(t), w.Bound(t)
	given := w.Consented(t, agent, w.Owner, unit)
	looked := w.Looks(t, agent, given.ID)
	w.passkey(t, w.Owner.Person, "phone")
	key := w.passkey(t, w.Owner.Person, "key")
	flag := w.raise(t, w.flag(unit.ID, "seen"))
	about := w.raise(t, w.flag("", "of no unit"))
	_, err := w.SaveCredential(t.Context(), access.Credential{
		ID: "tok_1", Hash: Hex("till"), Kind: access.KindMachine, Org: w.Retailer.ID, Scopes: []string{"sales"}, CreatedAt: w.Clock.Now(),
	})
	must(t, err)
	private := w.FirmwareKey(t)
	_, err = w.SaveFirmware(t.Context(), w.Firmware(private, "3.0", []byte("three")))
	must(t, err)
	kit := w.kit(t)
	_, err = w.SaveKit(t.Context(), kit)
	must(t, err)
	provider := w.provider(t, w.Vendor.ID, access.AudienceOwners, "Acme")
	must(t, w.LinkIdentity(t.Context(), access.Identity{Provider: provider.ID, Subject: Hex("sub"), Person: w.Owner.Person, LinkedAt: w.Clock.Now()}))
	model := string(w.Model.ID)
	for kind, want := range map[string][]string{
		"model":         {model, `"required_grade":"` + string(w.Model.RequiredGrade) + `"`},
		"firmware-key":  {model + " 0102030405060708", `"Ended":false`},
		"firmware":      {model + " 3.0", `"version":"3.0"`},
		"kit":           {string(kit.Parts[1].Unit), `"Kit":"` + string(kit.ID) + `"`},
		"provider":      {provider.ID, `"hosts":["keys.example"]`},
		"identity":      {string(w.Owner.Person) + " " + provider.ID, `{}`},
		"org":           {string(w.Vendor.ID), `"Brands":["`},
		"person":        {string(w.Clerk.Person), `{"org":"` + string(w.Retailer.ID) + `","roles":["clerk"]}`},
		"passkey":       {string(w.Owner.Person) + " " + key.ID, "{}"},
		"token":         {"tok_1", `"scopes":["sales"],"hash":"` + Hex("till") + `"`},
		"accreditation": {string(w.Model.ID) + " " + string(w.Warehouse.ID), `{"self_custody":false}`},
		"flag":          {string(unit.ID) + " " + string(flag.ID), `"state":"open"`},
		"consent":       {given.ID, `"Revoked":false`},
		"access":        {looked.ID, given.ID},
	} {
		list := w.standing(t, kind, 2)
		at := slices.IndexFunc(list, func(s ledger.Standing) bool { return s.Subject == want[0] })
		if at < 0 || !strings.Contains(list[at].State, want[1]) {
			t.Errorf("%s: %+v, want %s with %s", kind, list, want[0], want[1])
		}
		if !slices.IsSortedFunc(list, func(a, b ledger.Standing) int { return strings.Compare(a.Subject, b.Subject) }) {
			t.Errorf("%s is not in order: %+v", kind, list)
		}
	}
	if list := w.standing(t, "flag", 1); len(list) != 2 || list[0].Subject != " "+string(about.ID) {
		t.Errorf("flags one by one: %+v, want the one about no unit first", list)
	}
	if _, _, err := w.StandingAfter(t.Context(), "other", "", 1); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a kind that is none: %v, want ErrInvalid", err)
	}
}

func standingEnded(t *testing.T, w *World) {
	token := access.Credential{ID: "tok_1", Hash: Hex("till"), Kind: access.KindMachine, Org: w.Retailer.ID, CreatedAt: w.Clock.Now()}
	_, err := w.SaveCredential(t.Context(), token)
	must(t, err)
	must(t, w.EndCredential(t.Context(), token.ID))
	must(t, w.EndAccreditation(t.Context(), w.Model.ID, w.Warehouse.ID))
	for _, kind := range []string{"token", "accreditation"} {
		if list := w.standing(t, kind, 10); len(list) != 0 {
			t.Errorf("%s: %+v, want none", kind, list)
		}
	}
	unit := w.Bound(t)
	given := w.Consented(t, w.Agent(t), w.Owner, unit)
	must(t, w.RevokeConsent(t.Context(), given.ID, w.Owner.Person))
	if list := w.standing(t, "consent", 10); len(list) != 1 || !strings.Contains(list[0].State, `"Revoked":true`) {
		t.Errorf("a consent that was revoked: %+v", list)
	}
}
