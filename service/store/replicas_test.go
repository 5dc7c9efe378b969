package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
	"quitclaim/service/store/storetest"
)

// two is one world and two processes' stores over it.
type two struct {
	*storetest.World
	stores [2]*store.Store
}

// Every test here is a race that one process cannot lose: its writes run one
// after the other.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	for _, c := range []struct {
		name string
		run  func(*testing.T, two)
	}{
		{"one key, two bodies at the same instant", oneKeyTwoBodies},
		{"a session that ended elsewhere is not brought back", endedElsewhere},
		{"the built-in cloud's row", oneRowTwoWriters},
		{"the slower of two looks at a cloud", slowerLook},
		{"work is claimed once, and not past the limit", claimedOnce},
		{"the organisation's cap", orgCap},
		{"the last admin", lastAdmin},
		{"a set-up link", oneSetUp},
		{"one receipt number", oneReceipt},
		{"an accreditation that ends", accreditationEnds},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := server.OpenNew(t)
			dir := t.TempDir()
			shareKeys(t, a.Dir, dir)
			b := server.OpenIn(t, a.Database, dir, a.Clock)
			c.run(t, two{storetest.Populate(t, a), [2]*store.Store{a.Store, b.Store}})
		})
	}
}

// accreditationEnds: whoever certifies at the instant in which the accreditation
// ends is either before it, on the ledger too, or refused.
func accreditationEnds(t *testing.T, w two) {
	for range 8 {
		if err := w.Accredit(t.Context(), lifecycle.Accreditation{Org: w.Warehouse.ID, Model: w.Model.ID}); err != nil {
			t.Fatal(err)
		}
		unit := w.Reset(t)
		errs := w.atOnce(2, func(i int, s *store.Store) error {
			if i == 1 {
				return s.EndAccreditation(t.Context(), w.Model.ID, w.Warehouse.ID)
			}
			_, err := s.Advance(t.Context(), unit.ID, lifecycle.Certify{
				Command: w.By(w.Validator), Code: lifecycle.CertificateCode(storetest.NewID("C")[2:]),
				Sign: func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil },
			}.Decide)
			return err
		})
		if errs[1] != nil || errs[0] != nil && !errors.Is(errs[0], lifecycle.ErrRefused) {
			t.Fatalf("certify %v, end %v", errs[0], errs[1])
		}
		if errs[0] != nil {
			continue
		}
		if _, err := w.SignCheckpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		certified, err := w.EntryOf(t.Context(), unit.ID, lifecycle.EventCertify, unit.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		if ended := w.lastOf(t, string(w.Model.ID)); ended < certified {
			t.Errorf("certified at %d of the ledger, after the accreditation had ended at %d", certified, ended)
		}
	}
}

// lastOf is the index of the newest ledger entry about a subject.
func (w two) lastOf(t *testing.T, subject string) int64 {
	t.Helper()
	size, err := w.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := w.Ledger(t.Context()).Entries(t.Context(), 0, size+1)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(entries) - 1; i >= 0; i-- {
		leaf, err := ledger.DecodeLeaf(entries[i].Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if leaf.Subject == subject && leaf.Event == "end" {
			return entries[i].Index
		}
	}
	return -1
}

func shareKeys(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(to, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(filepath.Join(from, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(from, "keys", file.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, "keys", file.Name()), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// atOnce runs n calls at the same instant, in turn at each store.
func (w two) atOnce(n int, call func(i int, s *store.Store) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = call(i, w.stores[i%2])
		})
	}
	done.Wait()
	return errs
}

// won counts who succeeded; everybody else must have got this error.
func won(t *testing.T, errs []error, lost error) (n int) {
	t.Helper()
	for _, err := range errs {
		if err == nil {
			n++
		} else if !errors.Is(err, lost) {
			t.Errorf("who was slower got %v, want %v", err, lost)
		}
	}
	return n
}

func oneKeyTwoBodies(t *testing.T, w two) {
	for round := range 10 {
		units := []lifecycle.Unit{w.Bound(t), w.Bound(t)}
		errs := w.atOnce(2, func(i int, s *store.Store) error {
			ctx := access.WithIdempotency(t.Context(), access.Idempotency{
				Principal: "person:psn_a@org_b", Route: "POST /v1/returns", Key: fmt.Sprint("key-", round), BodyDigest: fmt.Sprint("body ", i),
			})
			_, err := s.Advance(ctx, units[i].ID, w.TakeBack())
			return err
		})
		if n := won(t, errs, lifecycle.ErrKeyReused); n != 1 {
			t.Fatalf("one key did %d things", n)
		}
	}
}

func endedElsewhere(t *testing.T, w two) {
	ctx, hash, until := t.Context(), storetest.Hex("token"), w.Clock.Now().Add(time.Hour)
	ses := access.Session{ID: "ses_here", Person: w.Owner.Person, TokenHash: hash, Data: []byte("signed in"), ExpiresAt: until}
	if err := w.stores[0].CommitSession(ctx, ses); err != nil {
		t.Fatal(err)
	}
	if _, found, err := w.stores[1].FindSession(ctx, hash); err != nil || !found {
		t.Fatalf("at the other: found %v, %v", found, err)
	}
	if err := w.stores[0].EndSessionOf(ctx, w.Owner.Person, ses.ID); err != nil {
		t.Fatal(err)
	}
	if renewed, err := w.stores[1].RenewSession(ctx, hash, access.Session{TokenHash: storetest.Hex("verified"), ExpiresAt: until}); err != nil || renewed {
		t.Errorf("an ended session verified itself at the other: %v, %v", renewed, err)
	}
	if err := w.stores[1].TouchSession(ctx, hash, []byte("still here"), until); err != nil {
		t.Fatal(err)
	}
	if _, found, err := w.stores[1].FindSession(ctx, hash); err != nil || found {
		t.Errorf("a session that was ended elsewhere: found %v, %v", found, err)
	}
}

func oneRowTwoWriters(t *testing.T, w two) {
	at := w.Clock.Now()
	for range 10 {
		unit := w.Sold(t).ID
		for _, err := range w.atOnce(4, func(i int, s *store.Store) error {
			return s.ChangeCloudUnit(t.Context(), unit, func(u *lifecycle.CloudUnit) {
				*[]*time.Time{&u.CutAt, &u.RotatedAt, &u.SessionAt, &u.NotifiedAt}[i] = at
			})
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		want := lifecycle.CloudUnit{Unit: unit, CutAt: at, RotatedAt: at, SessionAt: at, NotifiedAt: at}
		if got, err := w.CloudUnit(t.Context(), unit); err != nil || got != want {
			t.Fatalf("one of four was undone: %+v, %v", got, err)
		}
	}
}

func slowerLook(t *testing.T, w two) {
	unit := w.Certified(t)
	early := lifecycle.Probe{Cloud: storetest.Cloud, At: w.Clock.Now().Add(time.Minute), Dark: true}
	late := lifecycle.Probe{Cloud: storetest.Cloud, At: w.Clock.Now().Add(2 * time.Minute)}
	w.Clock.Add(3 * time.Minute)
	for i, probe := range []lifecycle.Probe{late, early} {
		if err := w.stores[i].RecordProbe(t.Context(), unit.ID, probe, nil); err != nil {
			t.Fatal(err)
		}
	}
	same := lifecycle.Look{Unit: unit.ID, Same: true, Next: w.Clock.Now().Add(time.Hour), Probes: []lifecycle.Probe{early}}
	if err := w.stores[1].RecordLooks(t.Context(), w.Clock.Now(), []lifecycle.Look{same}); err != nil {
		t.Fatal(err)
	}
	s, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil || len(s.Probes) != 1 || s.Probes[0] != late {
		t.Errorf("probes %+v, %v; want the later answer %+v", s.Probes, err, late)
	}
}

func claimedOnce(t *testing.T, w two) {
	for range 12 {
		w.TakenBack(t)
	}
	var mu sync.Mutex
	claimed := map[string]int{}
	for _, err := range w.atOnce(8, func(_ int, s *store.Store) error {
		works, err := s.ClaimWork(t.Context(), w.Clock.Now(), time.Minute, 2)
		mu.Lock()
		defer mu.Unlock()
		if len(works) > 2 {
			t.Errorf("claimed %d, asked for 2", len(works))
		}
		for _, one := range works {
			claimed[string(one.Order)+" "+one.Cloud]++
		}
		return err
	}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for work, times := range claimed {
		if times != 1 {
			t.Errorf("%s was claimed %d times", work, times)
		}
	}
	if len(claimed) == 0 {
		t.Error("nothing was claimed")
	}
}

// orgCap: five clerks of one shop, each under their own cap, at two processes.
func orgCap(t *testing.T, w two) {
	const each, clerks = 5, 5
	var units []lifecycle.Unit
	for range each * clerks {
		units = append(units, w.Bound(t))
	}
	errs := w.atOnce(each*clerks, func(i int, s *store.Store) error {
		clerk := w.Clerk
		clerk.Person = lifecycle.PersonID(fmt.Sprint("psn_clerk", i%clerks))
		ctx := access.With(t.Context(), access.Principal{
			Kind: access.KindPerson, Person: clerk.Person, Org: clerk.Org, OrgKind: clerk.OrgKind, Roles: clerk.Roles,
		})
		_, err := s.Advance(ctx, units[i].ID, lifecycle.TakeBack{
			Command: w.By(clerk), Return: lifecycle.ReturnID(storetest.NewID("ret")), Order: lifecycle.OrderID(storetest.NewID("ord")),
			Condition: "used", Reason: "changed-mind",
		}.Decide)
		return err
	})
	if n := won(t, errs, lifecycle.ErrRefused); n != 20 {
		t.Errorf("%d returns without authority passed, want 20 an hour", n)
	}
}

// lastAdmin: two admins take the role from each other at the same instant, and
// somebody must stay (write skew).
func lastAdmin(t *testing.T, w two) {
	for round := range 5 {
		org := access.Organisation{ID: lifecycle.OrgID(storetest.NewID("org")), Kind: lifecycle.OrgRetailer, Name: fmt.Sprint("Shop ", round), CreatedAt: w.Clock.Now()}
		if _, err := w.SaveOrganisation(t.Context(), org); err != nil {
			t.Fatal(err)
		}
		var admins []lifecycle.PersonID
		for range 2 {
			p, err := w.SavePerson(t.Context(), access.Person{
				ID: lifecycle.PersonID(storetest.NewID("psn")), Org: org.ID, Roles: []lifecycle.Role{lifecycle.RoleAdmin}, Name: "Admin",
				Email: storetest.NewID("a") + "@example.test", PasswordHash: "$argon2id$", CreatedAt: w.Clock.Now(),
			})
			if err != nil {
				t.Fatal(err)
			}
			admins = append(admins, p.ID)
		}
		errs := w.atOnce(2, func(i int, s *store.Store) error {
			_, err := s.ChangePerson(t.Context(), admins[1-i], func(p access.Person, others int) (access.Person, error) {
				if others == 0 {
					return p, lifecycle.ErrRefused
				}
				p.DisabledAt = w.Clock.Now()
				return p, nil
			})
			return err
		})
		if n := won(t, errs, lifecycle.ErrRefused); n != 1 {
			t.Fatalf("%d of two admins were disabled", n)
		}
	}
}

func oneSetUp(t *testing.T, w two) {
	for round := range 5 {
		p, err := w.SavePerson(t.Context(), access.Person{
			ID: lifecycle.PersonID(storetest.NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk}, Name: "New",
			Email: storetest.NewID("n") + "@example.test", CreatedAt: w.Clock.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		hash := storetest.Hex(fmt.Sprint("link ", round))
		if err := w.SaveSetupLink(t.Context(), access.SetupLink{Hash: hash, Person: p.ID, ExpiresAt: w.Clock.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		errs := w.atOnce(4, func(i int, s *store.Store) error {
			_, err := s.AcceptInvitation(t.Context(), hash, fmt.Sprint("$argon2id$", i))
			return err
		})
		if n := won(t, errs, lifecycle.ErrNotFound); n != 1 {
			t.Fatalf("the link was used %d times", n)
		}
	}
}

// oneReceipt: a hub and its cameras come back on one receipt, at several desks.
func oneReceipt(t *testing.T, w two) {
	for round := range 5 {
		var units []lifecycle.Unit
		for range 6 {
			units = append(units, w.Bound(t))
		}
		for _, err := range w.atOnce(len(units), func(i int, s *store.Store) error {
			_, err := s.AdvanceWithReceipt(t.Context(), units[i].ID, w.Retailer.ID, fmt.Sprint("R-KIT-", round), w.TakeBack())
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
