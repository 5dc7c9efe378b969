package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func passkeyScenarios() []scenario {
	return []scenario{
		{"passkeys", passkeys}, {"the last passkey", lastPasskey}, {"counters of passkeys", counters}, {"ceremonies", ceremonies},
		{"open sessions", openSessions},
	}
}

func (w *World) passkey(t *testing.T, person lifecycle.PersonID, name string) access.Passkey {
	t.Helper()
	p := access.Passkey{
		ID: NewID("psk"), Person: person, Name: name, Credential: []byte("id of " + name), PublicKey: []byte("key of " + name),
		Transports: []string{"internal"}, AAGUID: make([]byte, 16), BackupEligible: true, CreatedAt: w.Clock.Now(),
	}
	if err := w.AddPasskey(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

func passkeys(t *testing.T, w *World) {
	ctx, ada, owner := t.Context(), w.ada(t), w.Owner.Person
	if has, err := w.HasPasskey(ctx, ada.ID); err != nil || has {
		t.Errorf("none yet: %v, %v", has, err)
	}
	phone := w.passkey(t, ada.ID, "phone")
	got, err := w.PasskeyByCredential(ctx, phone.Credential)
	if diff := cmp.Diff(phone, got); err != nil || diff != "" {
		t.Errorf("by its credential: %v (-want +got):\n%s", err, diff)
	}
	if _, err := w.PasskeyByCredential(ctx, []byte("another")); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("unknown credential: %v, want ErrNotFound", err)
	}
	again := phone
	again.ID, again.Person = NewID("psk"), owner
	if err := w.AddPasskey(ctx, again); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("one credential of two people: %v, want ErrInvalid", err)
	}
	for name, err := range map[string]error{
		"rename": w.RenamePasskey(ctx, owner, phone.ID, "mine"), "remove": w.RemovePasskey(ctx, owner, phone.ID, ""),
	} {
		if !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("%s another's: %v, want ErrNotFound", name, err)
		}
	}
	if err := w.RenamePasskey(ctx, ada.ID, phone.ID, "old phone"); err != nil {
		t.Fatal(err)
	}
	if has, err := w.HasPasskey(ctx, ada.ID); err != nil || !has {
		t.Errorf("has one: %v, %v", has, err)
	}
	for _, id := range []string{"ses_here", "ses_lost"} {
		session := access.Session{ID: id, Person: ada.ID, TokenHash: Hex(id), Data: []byte("x"), ExpiresAt: w.Clock.Now().Add(time.Hour)}
		if err := w.CommitSession(ctx, session); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.RemovePasskey(ctx, ada.ID, phone.ID, "ses_here"); err != nil { // the password is left
		t.Fatal(err)
	}
	if left, err := w.SessionsOf(ctx, ada.ID); err != nil || len(left) != 1 || left[0].ID != "ses_here" {
		t.Errorf("sessions after a passkey was removed: %+v, %v; want the one that asked", left, err)
	}
	if list, err := w.PasskeysOf(ctx, ada.ID); err != nil || len(list) != 0 {
		t.Errorf("removed: %+v, %v", list, err)
	}
	many := make([]error, access.MaxPasskeys+2)
	for i := range many {
		many[i] = w.AddPasskey(ctx, access.Passkey{ID: NewID("psk"), Person: ada.ID, Credential: []byte{byte(i)}, CreatedAt: w.Clock.Now()})
	}
	if err := errors.Join(many[:access.MaxPasskeys]...); err != nil || !errors.Is(many[access.MaxPasskeys], lifecycle.ErrInvalid) {
		t.Errorf("as many as one may have: %v; one more: %v", err, many[access.MaxPasskeys])
	}
	if err := w.ForgetPerson(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := w.PasskeysOf(ctx, ada.ID); err != nil || len(list) != 0 {
		t.Errorf("of a forgotten person: %+v, %v", list, err)
	}
}

// lastPasskey: who has nothing else keeps the last of several, whoever takes
// them away at the same instant.
func lastPasskey(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	_, err := w.ChangePerson(ctx, ada.ID, func(p access.Person, _ int) (access.Person, error) {
		p.PasswordHash = ""
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	two := []access.Passkey{w.passkey(t, ada.ID, "one"), w.passkey(t, ada.ID, "two")}
	errs := make([]error, len(two))
	var group sync.WaitGroup
	for i, p := range two {
		group.Go(func() { errs[i] = w.RemovePasskey(ctx, ada.ID, p.ID, "") })
	}
	group.Wait()
	refused := 0
	for _, err := range errs {
		if errors.Is(err, lifecycle.ErrInvalid) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	if list, err := w.PasskeysOf(ctx, ada.ID); err != nil || len(list) != 1 || refused != 1 {
		t.Errorf("%d refused, %d left, %v; want one of each", refused, len(list), err)
	}
}

// counters: a counter that does not follow disables the passkey and ends its
// person's sessions.
func counters(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	p := w.passkey(t, ada.ID, "phone")
	if err := w.CommitSession(ctx, access.Session{ID: NewID("ses"), Person: ada.ID, TokenHash: Hex("s"), ExpiresAt: w.Clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	token := access.Credential{ID: NewID("tok"), Hash: Hex("t"), Kind: access.KindPerson, Person: ada.ID, CreatedAt: w.Clock.Now()}
	if _, err := w.SaveCredential(ctx, token); err != nil {
		t.Fatal(err)
	}
	for _, counter := range []uint32{0, 0, 1, 7, 1<<32 - 1} {
		if err := w.UsePasskey(ctx, p.ID, counter, true, w.Clock.Now()); err != nil {
			t.Fatalf("counter %d: %v", counter, err)
		}
	}
	used, err := w.PasskeyByCredential(ctx, p.Credential)
	if err != nil || used.Counter != 1<<32-1 || !used.UsedAt.Equal(w.Clock.Now()) || !used.BackedUp {
		t.Errorf("used: %+v, %v", used, err)
	}
	if err := w.UsePasskey(ctx, p.ID, 8, true, w.Clock.Now()); !errors.Is(err, access.ErrCloned) {
		t.Errorf("backwards: %v, want ErrCloned", err)
	}
	if err := w.UsePasskey(ctx, p.ID, 9, true, w.Clock.Now()); errors.Is(err, access.ErrCloned) || !errors.Is(err, lifecycle.ErrUnauthenticated) {
		t.Errorf("disabled: %v, want ErrUnauthenticated alone", err)
	}
	if err := w.UsePasskey(ctx, "psk_none", 9, true, w.Clock.Now()); !errors.Is(err, lifecycle.ErrUnauthenticated) {
		t.Errorf("never was: %v, want ErrUnauthenticated", err)
	}
	if has, err := w.HasPasskey(ctx, ada.ID); err != nil || has {
		t.Errorf("a disabled one counts: %v, %v", has, err)
	}
	after, err := w.Person(ctx, ada.ID)
	if err != nil || after.Generation != ada.Generation+1 {
		t.Errorf("generation %d, %v; want %d", after.Generation, err, ada.Generation+1)
	}
	if _, found, err := w.FindSession(ctx, Hex("s")); err != nil || found {
		t.Errorf("its person's session: found %v, %v", found, err)
	}
	if ended, err := w.CredentialByHash(ctx, token.Hash); err != nil || ended.EndedAt.IsZero() {
		t.Errorf("its person's token: %+v, %v; want it ended: whoever has the copy may have made it", ended, err)
	}
}

func ceremonies(t *testing.T, w *World) {
	ctx := t.Context()
	begin := func(c access.Ceremony) access.Ceremony {
		t.Helper()
		c.Data, c.ExpiresAt = []byte("challenge"), w.Clock.Now().Add(time.Minute)
		if err := w.BeginCeremony(ctx, c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := begin(access.Ceremony{KeyHash: Hex("a"), Purpose: access.PurposeVerify, Person: w.Owner.Person})
	for name, other := range map[string]access.Ceremony{
		"another key":     {KeyHash: Hex("b"), Purpose: c.Purpose, Person: c.Person},
		"another purpose": {KeyHash: c.KeyHash, Purpose: access.PurposeEnrol, Person: c.Person},
		"another person":  {KeyHash: c.KeyHash, Purpose: c.Purpose, Person: w.Neighbour.Person},
		"nobody":          {KeyHash: c.KeyHash, Purpose: access.PurposeSignIn},
	} {
		if _, err := w.TakeCeremony(ctx, other); !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	errs := make([]error, 4)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			var taken access.Ceremony
			taken, errs[i] = w.TakeCeremony(ctx, c)
			if errs[i] == nil && string(taken.Data) != "challenge" {
				t.Errorf("taken: %q", taken.Data)
			}
		})
	}
	group.Wait()
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
		} else if !errors.Is(err, lifecycle.ErrNotFound) {
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times, want once", taken)
	}
	late := begin(access.Ceremony{KeyHash: Hex("late"), Purpose: access.PurposeSignIn})
	begin(access.Ceremony{KeyHash: Hex("left"), Purpose: access.PurposeSignIn})
	w.Clock.Add(time.Minute)
	if _, err := w.TakeCeremony(ctx, late); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("too late: %v, want ErrNotFound", err)
	}
	if purged, _, err := w.Purge(ctx); err != nil || purged != 1 {
		t.Errorf("purged %d, %v; want the one that nobody took", purged, err)
	}
}

func openSessions(t *testing.T, w *World) {
	ctx, ada, ben := t.Context(), w.ada(t), w.Owner.Person
	add := func(person lifecycle.PersonID, name string) access.Session {
		t.Helper()
		s := access.Session{ID: "ses_" + name, Person: person, TokenHash: Hex(name), Data: []byte(name), ExpiresAt: w.Clock.Now().Add(time.Hour)}
		if err := w.CommitSession(ctx, s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	holds := func(person lifecycle.PersonID, want ...access.Session) {
		t.Helper()
		got, err := w.SessionsOf(ctx, person)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("sessions: %v (-want +got):\n%s", err, diff)
		}
	}
	one, two, three, bens := add(ada.ID, "1"), add(ada.ID, "2"), add(ada.ID, "3"), add(ben, "4")
	holds(ada.ID, one, two, three)
	if err := w.EndSessionOf(ctx, ben, two.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another's: %v, want ErrNotFound", err)
	}
	if err := w.EndSessionOf(ctx, ada.ID, two.ID); err != nil {
		t.Fatal(err)
	}
	renewed := two
	renewed.TokenHash = Hex("renewed")
	if done, err := w.RenewSession(ctx, two.TokenHash, renewed); err != nil || done {
		t.Errorf("an ended session was renewed: %v, %v", done, err)
	}
	holds(ada.ID, one, three)
	three.TokenHash, three.Data = Hex("new token"), []byte("verified")
	if done, err := w.RenewSession(ctx, Hex("3"), three); err != nil || !done {
		t.Errorf("renewed %v, %v", done, err)
	}
	if _, found, err := w.FindSession(ctx, Hex("3")); err != nil || found {
		t.Errorf("under its old token: found %v, %v", found, err)
	}
	holds(ada.ID, one, three)
	if err := w.EndOtherSessions(ctx, ada.ID, three.ID); err != nil {
		t.Fatal(err)
	}
	holds(ada.ID, three)
	holds(ben, bens)
	_, err := w.ChangePerson(ctx, ada.ID, func(p access.Person, _ int) (access.Person, error) {
		p.Generation++
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	holds(ada.ID)
	w.Clock.Add(time.Hour)
	holds(ben)
}
