package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner/consent"
	"quitclaim/service/store/storetest"
)

// newHeld is a closed world with a row of each kind that verify holds.
func newHeld(t *testing.T) *audited {
	t.Helper()
	s := newSigning(t)
	ctx := t.Context()
	unit := s.Bound(t)
	ask := s.Asked(t, s.agent, s.Owner, unit)
	begun := s.begins(t, ask)
	given, err := s.consents.Give(ctx, s.Owner.Person, ask.ID, readWords(),
		consent.Signed{Since: begun.Since, Response: s.says(t, begun, s.held[s.Owner.Person], s.site)})
	if err != nil {
		t.Fatal(err)
	}
	s.Looks(t, s.agent, given.ID)
	s.Looks(t, s.Agent(t), given.ID)
	if err := s.RevokeConsent(ctx, given.ID, s.Owner.Person); err != nil {
		t.Fatal(err)
	}
	flag, err := s.RaiseFlag(ctx, lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagSoldButBound, Cause: "test", Severity: lifecycle.SeverityHigh, FirstAt: s.Clock.Now(), LastAt: s.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RaiseFlag(ctx, flag); err != nil { // seen again: no entry
		t.Fatal(err)
	}
	for _, name := range []string{"till", "ended"} {
		_, err := s.SaveCredential(ctx, access.Credential{
			ID: "tok_" + name, Hash: storetest.Hex(name), Kind: access.KindMachine, Org: s.Retailer.ID, Scopes: []string{"sales"}, Name: name,
			CreatedAt: s.Clock.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.EndCredential(ctx, "tok_ended"); err != nil {
		t.Fatal(err)
	}
	lost := access.Passkey{ID: "psk_lost", Person: s.Clerk.Person, Credential: []byte("lost"), PublicKey: []byte("key"), Counter: 9, CreatedAt: s.Clock.Now()}
	if err := s.AddPasskey(ctx, lost); err != nil {
		t.Fatal(err)
	}
	if err := s.UsePasskey(ctx, lost.ID, lost.Counter, false, s.Clock.Now()); !errors.Is(err, access.ErrCloned) {
		t.Fatalf("a counter that stays: %v, want ErrCloned", err)
	}
	gone := s.letOut(t)
	if err := s.Accredit(ctx, lifecycle.Accreditation{Org: s.Retailer.ID, Model: s.Model.ID}); err != nil {
		t.Fatal(err)
	}
	if err := s.EndAccreditation(ctx, s.Model.ID, s.Retailer.ID); err != nil {
		t.Fatal(err)
	}
	a := &audited{World: s.World, t: t, keys: filepath.Join(t.TempDir(), "keys.txt"), bound: unit, lost: lost.ID, gone: gone}
	if err := os.WriteFile(a.keys, []byte(s.Ring.Public()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return a
}

// letOut is a member of staff with a token, who is disabled.
func (s *signing) letOut(t *testing.T) lifecycle.PersonID {
	t.Helper()
	ctx := t.Context()
	p, err := s.SavePerson(ctx, access.Person{
		ID: "psn_gone", Org: s.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk}, Name: "Gone", Email: "gone@example.com",
		Generation: 1, CreatedAt: s.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.SaveCredential(ctx, access.Credential{
		ID: "tok_gone", Hash: storetest.Hex("gone"), Kind: access.KindPerson, Person: p.ID, Org: p.Org, Name: "own", CreatedAt: s.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.ChangePerson(ctx, p.ID, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = s.Clock.Now()
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// Who may do what, what an owner allowed and saw, and what was flagged: nobody
// who has the database alters it unseen.
func TestVerifyHoldsWhatIsBesideUnits(t *testing.T) {
	t.Parallel()
	whole := newHeld(t)
	if out, err := whole.verify(); err != nil {
		t.Fatalf("as it was: %v\n%s", err, out)
	}
	for _, c := range []struct{ name, sql, want string }{
		{"a role taken", `UPDATE person SET roles = '["admin"]' WHERE person_id = '` + string(whole.Clerk.Person) + `'`, "person " + string(whole.Clerk.Person) + ": the ledger says"},
		{"another organisation's", `UPDATE person SET org_id = '` + string(whole.Vendor.ID) + `' WHERE person_id = '` + string(whole.Clerk.Person) + `'`, "person " + string(whole.Clerk.Person)},
		{"a person made up", copyRow("person", `person_id = '`+string(whole.Clerk.Person)+`'`, `person_id = 'psn_x', email_hash = 'x'`), "person psn_x: stands in the tables and not on the ledger"},
		{"a member of staff taken away", `DELETE FROM person WHERE person_id = '` + string(whole.Validator.Person) + `'`, "person " + string(whole.Validator.Person) + ": is on the ledger and not in the tables"},
		{"a passkey more", copyRow("passkey", `passkey_id = '`+whole.lost+`'`, `passkey_id = 'psk_x', credential_hash = 'x'`), "passkey " + string(whole.Clerk.Person) + " psk_x: stands in the tables and not on the ledger"},
		{"a passkey in place of another", `UPDATE passkey SET passkey_id = 'psk_x' WHERE person_id = '` + string(whole.Owner.Person) + `'`, "passkey " + string(whole.Owner.Person) + " psk_x: stands in the tables and not on the ledger"},
		{"a passkey of somebody else's", `UPDATE passkey SET person_id = '` + string(whole.Validator.Person) + `' WHERE passkey_id = '` + whole.lost + `'`,
			"passkey " + string(whole.Validator.Person) + " " + whole.lost + ": stands in the tables and not on the ledger"},
		{"a passkey that was disabled", `UPDATE passkey SET disabled_at = NULL`, "passkey " + string(whole.Clerk.Person) + " " + whole.lost + ": the ledger says"},
		{"a passkey taken away", `DELETE FROM passkey WHERE passkey_id = '` + whole.lost + `'`, whole.lost + ": is on the ledger and not in the tables"},
		{"somebody let in again", `UPDATE person SET disabled_at = NULL`, "person " + string(whole.gone) + ": the ledger says"},
		{"a token of somebody who was let out", `UPDATE credential SET ended_at = NULL WHERE credential_id = 'tok_gone'`, "token tok_gone: stands in the tables and not on the ledger"},
		{"a token made up", copyRow("credential", `credential_id = 'tok_till'`, `credential_id = 'tok_x', hash = 'x'`), "token tok_x: stands in the tables"},
		{"a token revived", `UPDATE credential SET ended_at = NULL WHERE credential_id = 'tok_ended'`, "token tok_ended: stands in the tables and not on the ledger"},
		{"a token of one's own", `UPDATE credential SET hash = '` + storetest.Hex("mine") + `' WHERE credential_id = 'tok_till'`, "token tok_till: the ledger says"},
		{"a token for more", `UPDATE credential SET scopes = '["sales","returns"]' WHERE credential_id = 'tok_till'`, "token tok_till: the ledger says"},
		{"an accreditation revived", `UPDATE accreditation SET ended_at = NULL`, "accreditation " + string(whole.Model.ID) + " " + string(whole.Retailer.ID) + ": stands in the tables"},
		{"an accreditation in one's own custody", `UPDATE accreditation SET self_custody = TRUE WHERE org_id = '` + string(whole.Warehouse.ID) + `'`, "accreditation " + string(whole.Model.ID)},
		{"a flag settled", `UPDATE flag SET state = 'resolved', done_at = 1`, "flag " + string(whole.bound.ID) + " flg_"},
		{"a flag made less of", `UPDATE flag SET severity = 'low'`, "flag " + string(whole.bound.ID) + " flg_"},
		{"a flag taken away", `DELETE FROM flag`, "is on the ledger and not in the tables"},
		{"a consent not revoked", `UPDATE consent SET revoked_at = NULL`, "consent cns_"},
		{"a consent for longer", `UPDATE consent SET expires_at = expires_at + 1000`, "consent cns_"},
		{"a consent made up", copyRow("consent", "TRUE", `consent_id = 'cns_x', ask_id = 'ask_x'`), "consent cns_x: stands in the tables and not on the ledger"},
		{"an access hidden from its owner", `UPDATE support_access SET owner = 'psn_x'`, "access acc_"},
		{"an access taken away", `DELETE FROM support_access WHERE refused IS NULL`, "is on the ledger and not in the tables"},
		{"an access of another agent's", `UPDATE support_access SET body = replace(body, '"agent":"', '"agent":"x') WHERE refused IS NULL`, "access acc_"},
		{"an access made up", copyRow("support_access", "refused IS NULL", `access_id = 'acc_x'`), "access acc_x: stands in the tables and not on the ledger"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := whole.forged(t, c.sql).verify()
			if err == nil || !strings.Contains(out, "WRONG") || !strings.Contains(out, c.want) {
				t.Errorf("verify: %v, does not say %q:\n%s", err, c.want, out)
			}
		})
	}
}
