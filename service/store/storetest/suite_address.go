package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

func addressScenarios() []scenario {
	return []scenario{
		{"an address is changed by its mailbox and its person, once", addressChanged},
		{"asking for an address that is somebody's is written alike", addressKnown},
		{"of two who confirm one address, one has it", addressRace},
		{"a change of address is stopped", addressStopped},
		{"a change of address is undone, and all that came after", addressUndone},
		{"a change of address is void, late, and purged", addressVoid},
		{"what is kept of changes of address is its person's to read", addressesOf},
	}
}

// addressOwner is an owner with this address; empty: without any.
func (w *World) addressOwner(t *testing.T, email string) access.Person {
	t.Helper()
	p := access.Person{
		ID: lifecycle.PersonID(NewID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: email,
		PasswordHash: "$argon2id$", Generation: 1, CreatedAt: w.Clock.Now(),
	}
	p, err := w.SavePerson(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// about is a notice about a change.
func (w *World) about(c access.AddressChange, kind notice.Kind, what string, to lifecycle.PersonID) notice.Notice {
	return notice.Notice{To: to, Kind: kind, Params: map[string]string{"what": what}, Once: c.ID + " " + what, At: w.Clock.Now()}
}

// asksFor asks for another address.
func (w *World) asksFor(t *testing.T, p access.Person, email string) access.AddressChange {
	t.Helper()
	id := NewID("adr")
	c := access.AddressChange{
		ID: id, Person: p.ID, Stage: access.AddressAsked, LinkHash: Hex(id), Generation: p.Generation, New: email,
		AskedAt: w.Clock.Now(), Until: w.Clock.Now().Add(access.AddressLinkFor),
	}
	link, known := w.about(c, notice.KindAddressLink, "link", ""), w.about(c, notice.KindAddressLink, "known", "")
	if err := w.AskAddress(t.Context(), c, link, known, w.about(c, notice.KindAddressChanged, "asked", p.ID)); err != nil {
		t.Fatal(err)
	}
	return c
}

// confirms opens the link.
func (w *World) confirms(t *testing.T, c access.AddressChange, by lifecycle.PersonID) error {
	t.Helper()
	return w.ConfirmAddress(t.Context(), c.LinkHash, by, w.about(c, notice.KindAddressChanged, "", by), w.about(c, notice.KindAddressChanged, "old", ""))
}

// stopsIt stops a change, or undoes it.
func (w *World) stopsIt(t *testing.T, c access.AddressChange) error {
	t.Helper()
	_, err := w.StopAddress(t.Context(), c.ID, w.about(c, notice.KindAddressChanged, "stopped", ""), w.about(c, notice.KindAddressChanged, "undone", ""))
	return err
}

// letters is what is mailed now: to whom, about what.
func (w *World) letters(t *testing.T) string {
	t.Helper()
	due, err := w.ClaimDeliveries(t.Context(), notice.Mail, w.Clock.Now(), time.Hour, 100)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range due {
		all = append(all, d.Address+" "+string(d.Notice.Kind)+":"+d.Notice.Params["what"])
	}
	return strings.Join(all, ", ")
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in %q", part, text)
		}
	}
}

func addressChanged(t *testing.T, w *World) {
	ctx, eve := t.Context(), w.addressOwner(t, "eve@old.example")
	mallory := w.addressOwner(t, "mallory@home.example")
	c := w.asksFor(t, eve, "Eve@new.example")
	has(t, w.letters(t), "Eve@new.example address-link:link", "eve@old.example address-changed:asked")
	asked, err := w.AskedAddress(ctx, eve.ID)
	if err != nil || asked.New != "Eve@new.example" || asked.Old != eve.Email {
		t.Errorf("asked: %+v, %v", asked, err)
	}
	if by, err := w.AddressChangeByLink(ctx, c.LinkHash); err != nil || by != asked {
		t.Errorf("by its link: %+v, %v; want %+v", by, err, asked)
	}
	link := w.mailLink(t, "sign-in", access.LinkSignIn, eve)
	w.wait(t, w.provenLink(t, "recover", eve.ID).Hash)
	isNotFound(t, "another person with the link", w.confirms(t, c, mallory.ID))
	if err := w.confirms(t, c, eve.ID); err != nil {
		t.Fatal(err)
	}
	isNotFound(t, "confirmed twice", w.confirms(t, c, eve.ID))
	if p, err := w.PersonByEmail(ctx, "eve@NEW.example"); err != nil || p.ID != eve.ID || p.Generation != eve.Generation {
		t.Errorf("by the new address: %+v, %v", p, err)
	}
	_, err = w.PersonByEmail(ctx, eve.Email)
	isNotFound(t, "by the address of before", err)
	_, _, err = w.UseMailLink(ctx, link.Hash, link.Browser)
	isNotFound(t, "a sign-in link to the address of before", err)
	_, err = w.ProvenMailLink(ctx, Hex("browser"))
	isNotFound(t, "a recovery's link to the address of before", err)
	_, err = w.OpenRecovery(ctx, eve.ID)
	isNotFound(t, "a wait that the address of before began", err)
	has(t, w.letters(t), "eve@old.example address-changed:old", "Eve@new.example address-changed:")
}

func addressKnown(t *testing.T, w *World) {
	eve := w.addressOwner(t, "eve@old.example")
	w.addressOwner(t, "taken@home.example")
	free, taken := w.asksFor(t, eve, "free@home.example"), access.AddressChange{}
	w.letters(t)
	taken = w.asksFor(t, eve, "TAKEN@home.example")
	has(t, w.letters(t), "TAKEN@home.example address-link:known")
	if got, err := w.AskedAddress(t.Context(), eve.ID); err != nil || got.ID != taken.ID || got.New != "TAKEN@home.example" {
		t.Errorf("the page shows %+v, %v; want it like any other", got, err)
	}
	isNotFound(t, "the one before was stopped", w.confirms(t, free, eve.ID))
	// An address that somebody signed up with and never showed is nobody's.
	w.signUpAs(t, "browser", "nobody@home.example")
	w.letters(t)
	c := w.asksFor(t, eve, "nobody@home.example")
	has(t, w.letters(t), "nobody@home.example address-link:link")
	if err := w.confirms(t, c, eve.ID); err != nil {
		t.Errorf("an address that nobody has shown to be theirs: %v", err)
	}
}

func addressRace(t *testing.T, w *World) {
	people := []access.Person{w.addressOwner(t, "a@home.example"), w.addressOwner(t, "b@home.example")}
	changes := []access.AddressChange{w.asksFor(t, people[0], "both@home.example"), w.asksFor(t, people[1], "both@home.example")}
	errs := make([]error, len(people))
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { errs[i] = w.confirms(t, changes[i], people[i].ID) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("the other: %v, want ErrInvalid", err)
		}
	}
	if won != 1 {
		t.Errorf("%d have the address: %v", won, errs)
	}
}

func addressStopped(t *testing.T, w *World) {
	eve := w.addressOwner(t, "eve@old.example")
	c := w.asksFor(t, eve, "eve@new.example")
	if err := w.stopsIt(t, c); err != nil {
		t.Fatal(err)
	}
	isNotFound(t, "confirmed after it was stopped", w.confirms(t, c, eve.ID))
	isNotFound(t, "stopped twice", w.stopsIt(t, c))
	isNotFound(t, "dropped without any", w.DropAddress(t.Context(), eve.ID))
	c = w.asksFor(t, eve, "eve@new.example")
	if err := w.DropAddress(t.Context(), eve.ID); err != nil {
		t.Fatal(err)
	}
	_, err := w.AskedAddress(t.Context(), eve.ID)
	isNotFound(t, "after it was dropped", err)
	isNotFound(t, "confirmed after it was dropped", w.confirms(t, c, eve.ID))
}

func addressUndone(t *testing.T, w *World) {
	ctx, eve := t.Context(), w.addressOwner(t, "eve@old.example")
	first := w.asksFor(t, eve, "thief@one.example")
	if err := w.confirms(t, first, eve.ID); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	second := w.asksFor(t, eve, "thief@two.example")
	if err := w.confirms(t, second, eve.ID); err != nil {
		t.Fatal(err)
	}
	session := access.Session{ID: NewID("ses"), Person: eve.ID, TokenHash: Hex("thief"), Data: []byte("x"), ExpiresAt: w.Clock.Now().Add(time.Hour)}
	if err := w.CommitSession(ctx, session); err != nil {
		t.Fatal(err)
	}
	w.letters(t)
	w.Clock.Add(access.AddressUndoFor - 2*time.Minute)
	if err := w.stopsIt(t, first); err != nil {
		t.Fatal(err)
	}
	has(t, w.letters(t), "thief@two.example address-changed:undone", "eve@old.example address-changed:stopped")
	got, err := w.PersonByEmail(ctx, "eve@old.example")
	if err != nil || got.ID != eve.ID || got.Generation != eve.Generation+1 {
		t.Errorf("after it was undone: %+v, %v", got, err)
	}
	if _, found, err := w.FindSession(ctx, session.TokenHash); err != nil || found {
		t.Errorf("the thief's session goes on: %v, %v", found, err)
	}
	isNotFound(t, "the second is undone by itself", w.stopsIt(t, second))
}

func addressVoid(t *testing.T, w *World) {
	ctx, eve := t.Context(), w.addressOwner(t, "eve@old.example")
	c := w.asksFor(t, eve, "eve@new.example")
	eve, err := w.ChangePerson(ctx, eve.ID, func(p access.Person, _ int) (access.Person, error) {
		p.Generation++
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	isNotFound(t, "after all sessions were ended", w.confirms(t, c, eve.ID))
	late := w.asksFor(t, eve, "eve@new.example")
	w.Clock.Add(access.AddressLinkFor)
	isNotFound(t, "too late", w.confirms(t, late, eve.ID))
	done := w.asksFor(t, eve, "eve@new.example")
	if err := w.confirms(t, done, eve.ID); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(access.AddressUndoFor)
	isNotFound(t, "undone too late", w.stopsIt(t, done))
	w.Clock.Add(3 * time.Hour)
	if purged, _, err := w.Purge(ctx); err != nil || purged < 3 {
		t.Errorf("purged %d, %v; want three changes among them", purged, err)
	}
}
