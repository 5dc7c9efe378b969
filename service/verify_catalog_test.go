package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// must fails the test for whoever furnishes a world.
func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// newEntered is a closed world with a row of each kind that vendors and
// organisations enter, changed since.
func newEntered(t *testing.T) *audited {
	t.Helper()
	w := storetest.NewWorld(t)
	ctx, now := t.Context(), w.Clock.Now()
	private := w.FirmwareKey(t)
	for _, version := range []string{"3.0", "3.1"} {
		f := w.Firmware(private, version, []byte(version))
		f.Minimum = version == "3.0"
		_, err := w.SaveFirmware(ctx, f)
		must(t, err)
	}
	must(t, w.WithdrawFirmware(ctx, w.Model.ID, "3.1", w.VendorAdmin.Person), w.EndFirmwareKey(ctx, w.Model.ID, "0102030405060708", w.VendorAdmin.Person))
	kit := lifecycle.Kit{ID: "kit_1", Vendor: w.Vendor.ID, Name: "Home", By: w.VendorAdmin.Person, At: now}
	for range 2 {
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: w.Registered(t).ID})
	}
	_, err := w.SaveKit(ctx, kit)
	must(t, err, w.MissKit(ctx, kit.ID, []lifecycle.UnitID{kit.Parts[1].Unit}, w.Clerk.Person))
	for _, id := range []string{"prv_1", "prv_ended"} {
		_, err := w.SaveProvider(ctx, access.Provider{
			ID: id, Org: w.Vendor.ID, Audience: access.AudienceOwners, Name: id, Issuer: "https://id.example", ClientID: "quitclaim",
			Hosts: []string{"keys.example"}, ACR: []string{"phr"}, MaxAge: time.Hour, By: w.VendorAdmin.Person, CreatedAt: now,
		})
		must(t, err, w.LinkIdentity(ctx, access.Identity{Provider: id, Subject: storetest.Hex(id), Person: w.Owner.Person, LinkedAt: now}))
	}
	_, err = w.ChangeProvider(ctx, "prv_ended", func(p access.Provider, _ access.Organisation) (access.Provider, error) {
		p.EndedAt = now
		return p, nil
	})
	must(t, err, w.UnlinkIdentity(ctx, w.Owner.Person, "prv_ended", ""))
	_, err = w.SetPasswords(ctx, w.Retailer.ID, w.Clerk.Person, false)
	must(t, err)
	a := &audited{World: w, t: t, keys: filepath.Join(t.TempDir(), "keys.txt")}
	must(t, os.WriteFile(a.keys, []byte(w.Ring.Public()), 0o600), w.Close())
	return a
}

// What every certificate, sale and sign-in goes by is what was entered: nobody
// who has the database makes less of it unseen.
func TestVerifyHoldsWhatVendorsEntered(t *testing.T) {
	t.Parallel()
	whole := newEntered(t)
	if out, err := whole.verify(); err != nil {
		t.Fatalf("as it was: %v\n%s", err, out)
	}
	model, vendor := string(whole.Model.ID), string(whole.Vendor.ID)
	for _, c := range []struct{ name, sql, want string }{
		{"a lower minimum", `UPDATE model SET min_firmware = '1.0'`, "model " + model + ": the ledger says"},
		{"another grade", `UPDATE model SET required_grade = 'probed', reset_policy = 'lock'`, "model " + model + ": the ledger says"},
		{"a cloud that is not asked", `UPDATE model SET clouds = '[]'`, "model " + model + ": the ledger says"},
		{"a model that cannot be read", `UPDATE model SET checklist = '{'`, "model " + model + ": the row cannot be read"},
		{"a model made up", copyRow("model", "TRUE", `model_id = 'mdl_x', name = 'x', gtin = NULL`), "model mdl_x: stands in the tables and not on the ledger"},
		{"another file", `UPDATE firmware SET sha256 = '` + storetest.Hex("mine") + `' WHERE version = '3.0'`, "firmware " + model + " 3.0: the ledger says"},
		{"another place", `UPDATE firmware SET link = 'https://evil.example/3.bin' WHERE version = '3.0'`, "firmware " + model + " 3.0: the ledger says"},
		{"a version not withdrawn", `UPDATE firmware SET withdrawn_at = NULL, withdrawn_by = NULL`, "firmware " + model + " 3.1: the ledger says"},
		{"a version gone", `DELETE FROM firmware WHERE version = '3.0'`, "firmware " + model + " 3.0: is on the ledger and not in the tables"},
		{"a key of one's own", `UPDATE firmware_key SET public = x'00'`, "firmware-key " + model + " 0102030405060708: the ledger says"},
		{"a key not ended", `UPDATE firmware_key SET ended_at = NULL`, "firmware-key " + model + " 0102030405060708: the ledger says"},
		{"a part not missing", `UPDATE kit_unit SET missing_at = NULL, missing_by = NULL`, ": the ledger says"},
		{"a part gone", `DELETE FROM kit_unit WHERE place = 1`, "is on the ledger and not in the tables"},
		{"another kit", `UPDATE kit_unit SET kit_id = 'kit_x' WHERE place = 0`, ": the ledger says"},
		{"another issuer", `UPDATE provider SET issuer = 'https://evil.example' WHERE provider_id = 'prv_1'`, "provider prv_1: the ledger says"},
		{"another host", `UPDATE provider SET hosts = '["evil.example"]' WHERE provider_id = 'prv_1'`, "provider prv_1: the ledger says"},
		{"a provider not ended", `UPDATE provider SET ended_at = NULL`, "provider prv_ended: the ledger says"},
		{"an identity more", copyRow("identity", "TRUE", `subject_hash = 'x', person_id = '`+string(whole.Clerk.Person)+`'`),
			"identity " + string(whole.Clerk.Person) + " prv_1: stands in the tables and not on the ledger"},
		{"an identity that was ended", copyRow("identity", "TRUE", `subject_hash = 'x', provider_id = 'prv_ended'`), "prv_ended: stands in the tables"},
		{"passwords again", `UPDATE organisation SET passwords_off_at = NULL`, "org " + string(whole.Retailer.ID) + ": the ledger says"},
		{"another vendor's brand", `UPDATE brand SET org_id = '` + string(whole.Retailer.ID) + `' WHERE org_id = '` + vendor + `'`, "org " + vendor + ": the ledger says"},
		{"an older host", `UPDATE organisation SET created_at = 1 WHERE org_id = '` + vendor + `'`, "org " + vendor + ": the ledger says"},
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

// forged is a copy of the world in which somebody has been at work.
func (a *audited) forged(t *testing.T, statement string) *audited {
	t.Helper()
	b := *a
	b.World = &storetest.World{Opened: a.Opened}
	b.t, b.Dir = t, t.TempDir()
	must(t, os.CopyFS(b.Dir, os.DirFS(a.Dir)))
	b.tamper("PRAGMA foreign_keys = OFF", statement)
	return &b
}
