package main

import (
	"strings"
	"testing"
)

// What somebody made unreadable is a finding like any other: it is named, its
// contents are not shown, and behind it everything else is found as well.
func TestVerifyGoesOnBehindWhatItCannotRead(t *testing.T) {
	t.Parallel()
	const junk = "'{junk'"
	for name, c := range map[string]struct {
		world func(*testing.T) *audited
		sql   []string
		want  func(a *audited) []string
	}{
		"about units": {newAudited, []string{
			`UPDATE hold SET placed_by = ` + junk,
			`UPDATE attestation SET photos = ` + junk + ` WHERE photos IS NOT NULL`,
			`UPDATE binding SET created_at = ` + junk + ` WHERE state = 'live'`,
			`UPDATE sale SET epoch = ` + junk + ` WHERE voided_at IS NOT NULL`,
			`UPDATE log_entry SET at = ` + junk + ` WHERE idx = 8`,
			`UPDATE unit_return SET authority = 'owner-release'`,
		}, func(a *audited) []string {
			return []string{
				": holds.hld_1: the row cannot be read\n", ": attestations.ord_", string(a.Technician.Person) + ": the row cannot be read\n",
				"unit " + string(a.bound.ID) + ": bindings.bnd_", ": sales.sal_", "index 8: entry-mislabelled", ".authority: the ledger says", "WRONG: 7 findings",
			}
		}},
		"a unit's own": {newAudited, []string{
			`UPDATE unit SET epoch = ` + junk,
			`UPDATE unit_return SET authority = 'owner-release'`,
		}, func(a *audited) []string {
			return []string{"unit " + string(a.bound.ID) + ": unit: the row cannot be read\n", ".authority: the ledger says", "WRONG: 7 findings"}
		}},
		"beside units": {newHeld, []string{
			`UPDATE person SET roles = ` + junk + ` WHERE org_id IS NOT NULL`,
			`UPDATE credential SET scopes = ` + junk,
			`UPDATE accreditation SET self_custody = ` + junk,
			`UPDATE flag SET reopened = ` + junk,
			`UPDATE consent SET epoch = ` + junk,
			`UPDATE support_access SET at = ` + junk + ` WHERE refused IS NULL`,
			`UPDATE support_access SET owner = 'psn_x' WHERE refused IS NOT NULL`,
		}, func(a *audited) []string {
			return []string{
				"person " + string(a.Clerk.Person) + ": the row cannot be read\n", "token tok_till: the row cannot be read\n",
				"accreditation " + string(a.Model.ID) + " " + string(a.Warehouse.ID) + ": the row cannot be read\n",
				"flag " + string(a.bound.ID) + " flg_", "consent cns_", "access acc_", ": the ledger says", "WRONG: 14 findings",
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := c.world(t)
			a.t = t
			a.tamper(c.sql...)
			out, err := a.verify()
			if err == nil || !strings.Contains(out, "WRONG: ") {
				t.Errorf("verify: %v, want findings:\n%s", err, out)
			}
			for _, want := range c.want(a) {
				if !strings.Contains(out, want) {
					t.Errorf("verify does not say %q:\n%s", want, out)
				}
			}
			if strings.Contains(out, "junk") || err != nil && strings.Contains(err.Error(), "junk") {
				t.Errorf("verify shows what is in a row that it cannot read: %v\n%s", err, out)
			}
		})
	}
}
