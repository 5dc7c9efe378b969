package demo

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func build(t *testing.T) (World, *storetest.World) {
	t.Helper()
	world := &storetest.World{}
	world.Store, world.Clock = storetest.NewWithClock(t)
	cloud := builtin.New(builtin.Config{Door: world.Store, Now: world.Clock.Now, AccountHash: storetest.Hex})
	built, err := New(Config{
		Store: world.Store, Cloud: cloud, CloudName: builtin.Name, Now: world.Clock.Now(),
		NewID:         func() string { return strings.ToLower(rand.Text()) },
		HashPassword:  func(context.Context, string) (string, error) { return "hash", nil },
		Sign:          func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return []byte("signed"), nil },
		NewCode:       func() lifecycle.CertificateCode { return lifecycle.CertificateCode(rand.Text()) },
		NewCredential: func() string { return rand.Text() }, CredentialHash: storetest.Hex,
		NewKey: func() (ed25519.PrivateKey, error) {
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		},
		ReceiptCode: func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
			return storetest.Hex(fmt.Sprint(unit, epoch))
		},
		Payload: func(gtin string, key lifecycle.UnitKey) string { return gtin + "/" + key.Serial },
	}).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return built, world
}

func TestWorldHasEveryoneAndEveryState(t *testing.T) {
	t.Parallel()
	built, _ := build(t)
	states, roles := map[string]int{}, map[string]int{}
	for _, unit := range built.Units {
		states[unit.State]++
		if (unit.State == "bound") != (unit.Owner != "") {
			t.Errorf("%s is %s and its owner is %q", unit.Serial, unit.State, unit.Owner)
		}
		if unit.Custody == "" {
			t.Errorf("%s: no custody", unit.Serial)
		}
	}
	for _, state := range lifecycle.States() {
		if states[string(state)] < 5 {
			t.Errorf("%d units are %s, want at least 5", states[string(state)], state)
		}
	}
	for _, person := range built.People {
		roles[person.Role]++
	}
	if len(built.Units) != Units || len(built.Cameras) != Units {
		t.Errorf("%d units, %d cameras, want %d", len(built.Units), len(built.Cameras), Units)
	}
	if roles["owner"] != 20 || len(built.People)-roles["owner"] < 12 {
		t.Errorf("cast: %v", roles)
	}
	for _, role := range []string{"clerk", "technician", "validator", "security_officer", "auditor", "admin"} {
		if roles[role] == 0 {
			t.Errorf("nobody is %s", role)
		}
	}
	running := 0
	for _, unit := range built.Units {
		if unit.Answers {
			running++
		}
	}
	if running != 3 {
		t.Errorf("%d cameras answer, want 3", running)
	}
}

func TestOnlyThePlantedUnitHasALinkOfBefore(t *testing.T) {
	t.Parallel()
	built, world := build(t)
	old := 0
	for _, unit := range built.Units {
		snapshot, err := world.SnapshotByKey(t.Context(), lifecycle.UnitKey{Brand: unit.Brand, Serial: unit.Serial})
		if err != nil {
			t.Fatal(err)
		}
		links, err := world.CloudLinks(t.Context(), snapshot.Unit.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range links {
			if !link.GoneAt.IsZero() || !snapshot.Unit.State.InCustomerHands() {
				continue
			}
			seen := lifecycle.Sighting{Cloud: builtin.Name, AccountHash: storetest.Hex(link.Account), Kind: link.Kind, Since: link.Since, SeenAt: world.Clock.Now()}
			if age := lifecycle.Sort(snapshot, seen); age == lifecycle.AgeOld {
				old++
			} else if age != lifecycle.AgeOurs {
				t.Errorf("%s: a link is %s", unit.Serial, age)
			}
		}
	}
	if old != 1 {
		t.Errorf("%d links of before, want the one that was planted", old)
	}
}

func TestCertifiedUnitsMayBeSold(t *testing.T) {
	t.Parallel()
	built, world := build(t)
	for _, unit := range built.Units {
		if unit.State != "certified" {
			continue
		}
		snapshot, err := world.SnapshotByKey(t.Context(), lifecycle.UnitKey{Brand: unit.Brand, Serial: unit.Serial})
		if err != nil {
			t.Fatal(err)
		}
		actor := lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_clerk", Org: snapshot.Unit.Custody, OrgKind: lifecycle.OrgRetailer, Roles: []lifecycle.Role{lifecycle.RoleClerk}}
		if answer := lifecycle.SaleAnswer(snapshot, actor, world.Clock.Now()); answer.Verdict != lifecycle.VerdictClear {
			t.Errorf("%s: %s %v", unit.Serial, answer.Verdict, answer.Reasons)
		}
	}
}

func TestDemoJSONIsForItsOwnerAndComplete(t *testing.T) {
	t.Parallel()
	built, _ := build(t)
	built.URL = "http://127.0.0.1:1"
	dir := t.TempDir()
	if err := built.Write(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "demo.json")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("demo.json: mode %v, error %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		URL    string
		People []map[string]string
		Units  []map[string]any
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"name", "role", "org", "email", "password", "token"} {
		if _, ok := read.People[0][field]; !ok {
			t.Errorf("people have no %q", field)
		}
	}
	for _, field := range []string{"brand", "serial", "gtin", "state", "custody", "payload", "owner"} {
		if _, ok := read.Units[0][field]; !ok {
			t.Errorf("units have no %q", field)
		}
	}
}

func TestOneUnitWasReleasedWithAReceiptAndOneModelHasNewerFirmware(t *testing.T) {
	t.Parallel()
	world, w := build(t)
	receipts := 0
	for _, unit := range world.Units {
		if unit.Release == "" {
			continue
		}
		receipts++
		found, err := w.ReleaseReceipt(t.Context(), storetest.Hex(unit.Release))
		if err != nil {
			t.Fatal(err)
		}
		if s, err := w.Snapshot(t.Context(), found.Unit); err != nil || !found.Stands(s) || s.Unit.Key.Serial != unit.Serial || unit.Owner != "" {
			t.Errorf("receipt of %s: %+v, %v", unit.Serial, found, err)
		}
	}
	if receipts != 1 {
		t.Errorf("%d units with a receipt, want one", receipts)
	}
	f, _, err := w.FirmwareToTell(t.Context())
	if err != nil || f.Notes["de"] == "" || f.Link == "" {
		t.Errorf("firmware %+v, %v", f, err)
	}
}
