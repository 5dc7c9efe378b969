package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // whoever tampers writes past the store

	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// audited is a small world on disk, with units in several states, and the
// public keys as an auditor keeps them: somewhere else.
type audited struct {
	*storetest.World
	t    *testing.T
	keys string
	// bound has an owner; ended had one until a desk took it back.
	bound, ended lifecycle.Unit
	// lost is a passkey that was disabled, gone a person who was.
	lost string
	gone lifecycle.PersonID
}

func newAudited(t *testing.T) *audited {
	t.Helper()
	w := storetest.NewWorld(t)
	a := &audited{World: w, t: t, keys: filepath.Join(t.TempDir(), "keys.txt")}
	if err := os.WriteFile(a.keys, []byte(w.Ring.Public()), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Registered(t)
	voided := w.Sold(t)
	s, err := w.Snapshot(t.Context(), voided.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.Must(t, voided.ID, lifecycle.Void{Command: w.By(w.Clerk), Sale: s.Sale.ID}.Decide)
	a.bound, a.ended = w.Bound(t), w.TakenBack(t)
	sent := w.TakenBack(t)
	w.Must(t, sent.ID, lifecycle.Ship{Command: w.By(w.Clerk), ID: "shp_1", To: w.Warehouse.ID}.Decide)
	w.Must(t, sent.ID, lifecycle.Receive{Command: w.By(w.Technician)}.Decide)
	a.photographed(sent)
	w.Must(t, sent.ID, lifecycle.PlaceHold{Command: w.By(w.Technician), ID: "hld_1", Kind: lifecycle.HoldLegal}.Decide)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return a
}

// photographed has the technician take a picture of a check.
func (a *audited) photographed(unit lifecycle.Unit) {
	a.t.Helper()
	s, err := a.Snapshot(a.t.Context(), unit.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	decide := lifecycle.Photograph{
		Command: a.By(a.Technician), Order: s.Order.ID, Check: lifecycle.CheckCodesAgree, Digest: storetest.Hex("lens"), Size: 4,
	}.Decide
	if _, err := a.AdvanceWithPhotograph(a.t.Context(), unit.ID, s.Order.ID, []byte("lens"), decide); err != nil {
		a.t.Fatal(err)
	}
}

// tamper runs SQL as somebody would who has the file.
func (a *audited) tamper(statements ...string) {
	a.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(a.Dir, "quitclaim.db"))
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range append([]string{"PRAGMA ignore_check_constraints = ON"}, statements...) {
		if _, err := db.ExecContext(a.t.Context(), statement); err != nil {
			a.t.Fatalf("%s: %v", statement, err)
		}
	}
}

// verify runs the command as the auditor does.
func (a *audited) verify(more ...string) (string, error) {
	a.t.Helper()
	var out bytes.Buffer
	quickly := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	err := verifyAt(a.t.Context(), append([]string{"--data", a.Dir, "--key", a.keys}, more...), &out, time.Now, quickly)
	return out.String(), err
}

func TestVerifyFindsNothingWrong(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	out, err := a.verify()
	if err != nil || !strings.Contains(out, " units 5 OK\n") || !strings.HasPrefix(out, "root ") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	if strings.Contains(out, "WARNING") {
		t.Errorf("a warning in spite of --key:\n%s", out)
	}
}

// forgery is one thing that somebody with the file could gain by, and what
// verify must say of it.
type forgery struct {
	name string
	sql  func(a *audited) string
	want func(a *audited) []string
}

// forgeriesOfTheLog alter what was logged.
func forgeriesOfTheLog() []forgery {
	flip := func(column string) string {
		// One hash in 256 has this very byte there, and would be left as it was.
		other := "CASE substr(" + column + ", 11, 1) WHEN x'a5' THEN x'5a' ELSE x'a5' END"
		return column + " = substr(" + column + ", 1, 10) || " + other + " || substr(" + column + ", 12)"
	}
	return []forgery{
		{"entry bytes", same(`UPDATE log_entry SET ` + flip("entry") + ` WHERE idx = 7`), says("index 7: entry-altered")},
		{"hash beside it", same(`UPDATE log_entry SET ` + flip("leaf_hash") + ` WHERE idx = 7`), says("index 7: leaf-hash-altered")},
		{"hash in the tree", same(`UPDATE log_hash SET ` + flip("hash") + ` WHERE stored_idx = 2`), says("index 1: hash-altered")},
		{"entry gone", same(`DELETE FROM log_entry WHERE idx = 7`), says("index 7: entry-missing")},
		{"two entries change places", same(`UPDATE log_entry SET idx = CASE idx WHEN 7 THEN -8 ELSE -7 END WHERE idx IN (7, 8);
			UPDATE log_entry SET idx = -idx WHERE idx < 0`), says("index 7: hash-altered", "index 8: hash-altered", "checkpoint-root")},
		{"checkpoint", same(`UPDATE checkpoint SET ` + flip("note") + ` WHERE size = (SELECT max(size) FROM checkpoint)`), says("checkpoint-")},
		{"log cut back", same(`DELETE FROM log_entry WHERE idx > 7; UPDATE log_head SET size = 8`), says("checkpoint-ahead")},
		{"what the feed says", same(`UPDATE log_entry SET event = 'release' WHERE idx = 8`), says("index 8: entry-mislabelled")},
	}
}

// forgeriesOfAUnit alter a unit and who is bound to it.
func forgeriesOfAUnit() []forgery {
	return []forgery{
		{"state of a unit", func(a *audited) string {
			return `UPDATE unit SET state = 'reset' WHERE unit_id = '` + string(a.ended.ID) + `'`
		}, func(a *audited) []string {
			return []string{"unit " + string(a.ended.ID) + `: unit.state: the ledger says "returned", the table says "reset"`}
		}},
		{"epoch of a unit", func(a *audited) string {
			return `UPDATE unit SET epoch = epoch - 1 WHERE unit_id = '` + string(a.ended.ID) + `'`
		}, func(a *audited) []string {
			return []string{"unit " + string(a.ended.ID) + ": unit.epoch: the ledger says 3"}
		}},
		{"credential of a unit", func(a *audited) string {
			return `UPDATE unit SET verifier = '` + storetest.Hex("mine") + `' WHERE unit_id = '` + string(a.bound.ID) + `'`
		}, func(a *audited) []string { return []string{"unit " + string(a.bound.ID) + ": unit.verifier:"} }},
		{"custody", func(a *audited) string {
			return `UPDATE unit SET custody = '` + string(a.Vendor.ID) + `' WHERE unit_id = '` + string(a.ended.ID) + `'`
		}, says("unit.custody:")},
		{"an ended binding revived", func(a *audited) string {
			return `UPDATE binding SET state = 'live', ended_at = NULL, ended_by = NULL WHERE unit_id = '` + string(a.ended.ID) + `'`
		}, func(a *audited) []string {
			return []string{"unit " + string(a.ended.ID) + ": bindings.bnd_", `.state: the ledger says "ended", the table says "live"`}
		}},
		{"a binding given to another", same(`UPDATE binding SET account = 'psn_me' WHERE state = 'live'`), says(`.account: the ledger says`, `the table says "psn_me"`)},
		{"a binding made up", func(a *audited) string {
			return copyRow("binding", `unit_id = '`+string(a.bound.ID)+`' AND state = 'live'`, `binding_id = 'bnd_x', kind = 'member', account = 'psn_me'`)
		}, says("bindings.bnd_x: the ledger says nothing")},
		{"a binding taken away", same(`DELETE FROM binding WHERE state = 'ended'`), says("the table says nothing")},
	}
}

// forgeriesAround alter what stands around a unit, or whether there is one.
func forgeriesAround() []forgery {
	return []forgery{
		{"authority of a return", same(`UPDATE unit_return SET authority = 'owner-release'`), says(".authority: the ledger says")},
		{"a task proven", same(`UPDATE task SET state = 'proven', proof = 'x', done_at = 1 WHERE task_id = 'unit.factory-reset'`), says(".tasks.unit.factory-reset.state:")},
		{"a hold lifted", same(`UPDATE hold SET lifted_at = 1, lifted_by = 'psn_me'`), says("holds.hld_1.lifted_by:")},
		{"a sale unvoided", same(`UPDATE sale SET clerk = 'psn_me' WHERE voided_at IS NULL`), says(".clerk: the ledger says")},
		{"a sale that was voided", same(`UPDATE sale SET voided_at = NULL WHERE voided_at IS NOT NULL`), says(".voided_at: the ledger says")},
		{"where the unit's own row leads", func(a *audited) string {
			return `UPDATE unit SET return_id = NULL WHERE unit_id = '` + string(a.ended.ID) + `'`
		}, says("newest.return: the ledger says")},
		{"a list hidden from the rules", same(`UPDATE unit SET has = 0 WHERE unit_id IN (SELECT unit_id FROM hold)`), says(
			"holds: the tables have some, and the unit's own row says that there are none")},
		{"a picture", same(`UPDATE photograph SET picture = x'00ff'`), says("pictures.ord_", "it is not the one that was taken")},
		{"a picture gone", same(`DELETE FROM photograph`), says("pictures.ord_", "the table says nothing")},
		{"a picture made up", func(a *audited) string {
			return copyRow("photograph", "TRUE", `digest = '`+storetest.Hex("mine")+`'`)
		}, says("pictures.ord_", storetest.Hex("mine")+": the ledger says nothing")},
		{"a picture of another check", same(`UPDATE attestation SET photos = '["` + storetest.Hex("mine") + `"]' WHERE photos IS NOT NULL`), says(".photos: the ledger says")},
		{"an entry that nobody logged", func(a *audited) string {
			return copyRow("log_entry", "idx = 8", `entry_id = 'ent_x', idx = NULL`) + `; UPDATE unit SET firmware = '9'`
		}, says("entry ent_x: waits for its place, and is not what it says it is", "unit.firmware: the ledger says nothing")},
		{"a unit taken away", func(a *audited) string {
			return `DELETE FROM unit WHERE unit_id = '` + string(a.bound.ID) + `'`
		}, func(a *audited) []string {
			return []string{"unit " + string(a.bound.ID) + ": is on the ledger and not in the tables"}
		}},
		{"a unit made up", func(a *audited) string {
			return copyRow("unit", `unit_id = '`+string(a.bound.ID)+`'`, `unit_id = 'unt_x', serial = 'X', serial_folded = 'x'`)
		}, says("unit unt_x: is in the tables and not on the ledger")},
	}
}

// Each forgery is made once; verify names the index, and for a unit's rows the
// unit and the field.
func TestVerifyNamesWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(forgeriesOfTheLog(), forgeriesOfAUnit(), forgeriesAround()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAudited(t)
			a.tamper(c.sql(a))
			out, err := a.verify()
			if err == nil || !strings.Contains(out, "WRONG") {
				t.Errorf("verify: %v, want findings", err)
			}
			for _, want := range c.want(a) {
				if !strings.Contains(out, want) {
					t.Errorf("verify does not say %q:\n%s", want, out)
				}
			}
		})
	}
}

// copyRow adds a copy of one row with other values in some of its columns.
func copyRow(table, which, values string) string {
	return `CREATE TEMP TABLE forged AS SELECT * FROM ` + table + ` WHERE ` + which + `;
		UPDATE forged SET ` + values + `; INSERT INTO ` + table + ` SELECT * FROM forged`
}

func same(s string) func(*audited) string      { return func(*audited) string { return s } }
func says(s ...string) func(*audited) []string { return func(*audited) []string { return s } }

func TestVerifyBesideARunningServer(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	w.Bound(t)
	if _, err := w.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() { // the server goes on while the auditor reads
		defer close(stopped)
		for ctx := context.WithoutCancel(t.Context()); ; {
			select {
			case <-done:
				return
			default:
				unit := w.Bound(t)
				if _, err := w.Advance(ctx, unit.ID, w.TakeBack()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for range 5 {
		var out bytes.Buffer
		if err := runVerify(t.Context(), []string{"--data", w.Dir, "--key", w.Ring.Public()}, &out); err != nil {
			t.Errorf("verify: %v\n%s", err, out.String())
		}
	}
	close(done)
	<-stopped
}

func TestVerifyKeys(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	var out bytes.Buffer
	if err := runVerify(t.Context(), []string{"--data", a.Dir}, &out); err != nil {
		t.Errorf("without --key: %v", err)
	}
	if !strings.Contains(out.String(), "WARNING: checked against the keys in "+filepath.Join(a.Dir, "keys")) {
		t.Errorf("without --key nothing warns:\n%s", out.String())
	}
	other, err := keyring.Open(filepath.Join(t.TempDir(), "keys"), storetest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	err = runVerify(t.Context(), []string{"--data", a.Dir, "--key", other.Public()}, &out)
	if err == nil || !strings.Contains(out.String(), "checkpoint-key") {
		t.Errorf("another log's key: %v\n%s", err, out.String())
	}
	if err := os.RemoveAll(filepath.Join(a.Dir, "keys")); err != nil {
		t.Fatal(err)
	}
	err = runVerify(t.Context(), []string{"--data", a.Dir}, &out)
	if err == nil || !strings.Contains(err.Error(), "--key") {
		t.Errorf("without any keys: %v", err)
	}
	if _, err := os.Stat(filepath.Join(a.Dir, "keys")); !os.IsNotExist(err) {
		t.Error("verify made keys")
	}
}

// Only a checkpoint kept elsewhere shows that a log was cut back together with
// its own checkpoints, or restored from an old copy.
func TestVerifyWithAPinnedCheckpoint(t *testing.T) {
	t.Parallel()
	a := newAudited(t)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(a.Dir, "quitclaim.db"))
	if err != nil {
		t.Fatal(err)
	}
	var note []byte
	if err := db.QueryRow(`SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`).Scan(&note); err != nil {
		t.Fatal(err)
	}
	db.Close()
	kept := filepath.Join(t.TempDir(), "checkpoint")
	if err := os.WriteFile(kept, note, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := a.verify("--checkpoint", kept); err != nil {
		t.Errorf("verify with the newest checkpoint: %v\n%s", err, out)
	}
	a.tamper(`DELETE FROM log_entry WHERE idx > 7; UPDATE log_head SET size = 8; DELETE FROM checkpoint`)
	if out, err := a.verify("--checkpoint", kept); err == nil || !strings.Contains(out, "checkpoint-ahead") {
		t.Errorf("a log that was cut back: %v\n%s", err, out)
	}
}

func TestVerifyIsCalledWrongly(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--nonsense"}, {"surplus"}, {"--data", t.TempDir()}, {"--data", t.TempDir(), "--key", "/nowhere"}} {
		if err := runVerify(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("verify %v went through", args)
		}
	}
	if help, ok := runVerify(t.Context(), []string{"--help"}, &bytes.Buffer{}).(errUsage); !ok || !strings.Contains(help.text, "--checkpoint") {
		t.Error("no help")
	}
}
