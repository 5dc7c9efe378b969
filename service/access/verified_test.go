package access_test

import (
	"testing"
	"time"

	"quitclaim/service/access"
)

// TestFreshlyVerified: what counts as a proof, of whom, and for how long.
func TestFreshlyVerified(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	plain := map[access.Means]bool{access.MeansPassword: true, access.MeansPasskey: true, access.MeansOIDC: true}
	holder := map[access.Means]bool{access.MeansPasskey: true, access.MeansOIDC: true}
	for _, means := range append(access.AllMeans(), "", "song") {
		for has, want := range map[bool]map[access.Means]bool{false: plain, true: holder} {
			p := access.Principal{Means: means, VerifiedAt: now}
			if got := p.FreshlyVerified(has, now); got != want[means] {
				t.Errorf("by %q, has a passkey %v: %v, want %v", means, has, got, want[means])
			}
		}
	}
	for age, want := range map[time.Duration]bool{
		0: true, access.VerifiedFor - 1: true, access.VerifiedFor: false, time.Hour: false, -1: false, // a clock that was put back proves nothing
	} {
		p := access.Principal{Means: access.MeansPasskey, VerifiedAt: now.Add(-age)}
		if got := p.FreshlyVerified(true, now); got != want {
			t.Errorf("%v ago: %v, want %v", age, got, want)
		}
	}
	if (access.Principal{Means: access.MeansPasskey}).FreshlyVerified(false, time.Time{}) {
		t.Error("a token is verified")
	}
}

// TestVerifiedRules: whoever lets go, hands over, or makes another way in, is
// asked again; and only people are, for nobody else has a session.
func TestVerifiedRules(t *testing.T) {
	t.Parallel()
	for _, action := range []access.Action{
		access.ReleaseCreate, access.TransferOffer, access.TransferAnswer, access.StolenLift, access.PasskeyBegin,
		access.PasskeyChange, access.TokenMake, access.DataExport, access.DataErase, access.AccountLink,
		access.PersonManage, access.TokenManage, access.PersonErase, access.ProviderManage, access.PolicyManage,
	} {
		if rule, ok := access.RuleOf(action); !ok || !rule.Verified {
			t.Errorf("%s asks for no proof", action)
		}
	}
	for _, action := range access.Actions() {
		rule, _ := access.RuleOf(action)
		if rule.Verified && (rule.Public || rule.PIN || len(rule.Kinds) > 0) {
			t.Errorf("%s asks for a proof of whom nobody knows", action)
		}
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		had, next uint32
		want      bool
	}{{0, 0, true}, {0, 1, true}, {1, 2, true}, {1, 1<<32 - 1, true}, {1, 1, false}, {2, 1, false}, {1, 0, false}, {1<<32 - 1, 0, false}} {
		if got := (access.Passkey{Counter: c.had}).Counts(c.next); got != c.want {
			t.Errorf("%d after %d: %v, want %v", c.next, c.had, got, c.want)
		}
	}
	if !(access.Passkey{}).Stands() || (access.Passkey{DisabledAt: time.Unix(1, 0)}).Stands() {
		t.Error("a passkey stands until it is disabled")
	}
}
