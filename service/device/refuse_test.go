package device_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/device"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// TestEveryWayToBeTurnedAwayLooksAlike, to the byte: whoever cannot sign for a
// unit does not learn what was wrong, nor whether there is such a unit.
func TestEveryWayToBeTurnedAwayLooksAlike(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		report func(k *kit, u unit) message.Report
	}{
		{"an unknown unit", func(k *kit, u unit) message.Report {
			u.key.Serial = "CAM-NONE"
			return k.says(u, lifecycle.ResetHard, "x")
		}},
		{"an unknown brand", func(k *kit, u unit) message.Report {
			u.key.Brand = "nobody"
			return k.says(u, lifecycle.ResetHard, "x")
		}},
		{"a unit without a key", func(k *kit, u unit) message.Report {
			u.key = k.Registered(k.t).Key
			return k.says(u, lifecycle.ResetHard, "x")
		}},
		{"another's key", func(k *kit, u unit) message.Report {
			u.own = keyOf("another")
			return k.says(u, lifecycle.ResetHard, "x")
		}},
		{"another unit's signature", func(k *kit, u unit) message.Report {
			other := k.sold("CAM-OTHER")
			r := k.says(other, lifecycle.ResetHard, "x")
			r.Serial = u.key.Serial
			return r
		}},
		{"another unit's nonce", func(k *kit, u unit) message.Report {
			r := k.says(u, lifecycle.ResetHard, "x")
			r.Nonce = k.challenge(k.sold("CAM-OTHER").key).Nonce
			return k.signed(u, r)
		}},
		{"a nonce of its own making", func(k *kit, u unit) message.Report {
			r := k.says(u, lifecycle.ResetHard, "x")
			r.Nonce = base64.RawURLEncoding.EncodeToString(make([]byte, message.NonceBytes))
			return k.signed(u, r)
		}},
		{"a nonce of before, not signed for", func(k *kit, u unit) message.Report {
			r := k.says(u, lifecycle.ResetHard, "x")
			r.Nonce = k.challenge(u.key).Nonce
			return r
		}},
		{"a used nonce", func(k *kit, u unit) message.Report {
			r := k.says(u, lifecycle.ResetNone, "x")
			k.heard(r)
			return r
		}},
		{"a nonce that a forger used", func(k *kit, u unit) message.Report {
			r := k.says(u, lifecycle.ResetNone, "x")
			forged := r
			forged.Verifier = storetest.Hex("mine")
			if got := k.report(forged); got.Status != http.StatusNotFound {
				k.t.Errorf("the forger got %d", got.Status)
			}
			return r
		}},
		{"an expired nonce", func(k *kit, u unit) message.Report {
			r := k.says(u, lifecycle.ResetHard, "x")
			k.Clock.Add(5 * time.Minute)
			return r
		}},
		{"another kind than was signed", changed(func(r *message.Report) { r.Kind = lifecycle.ResetNone })},
		{"another firmware than was signed", changed(func(r *message.Report) { r.Firmware = "9.9.9" })},
		{"another verifier than was signed", changed(func(r *message.Report) { r.Verifier = storetest.Hex("mine") })},
		{"another presence than was signed", changed(func(r *message.Report) { r.Presence = "mine" })},
		{"another epoch than was signed", changed(func(r *message.Report) { r.Epoch = 1 })},
		{"a signature of nothing", changed(func(r *message.Report) {
			r.Signature = base64.RawURLEncoding.EncodeToString(make([]byte, 64))
		})},
	}
	var bodies []string
	for _, c := range cases {
		k := setup(t)
		u := k.sold("CAM-0001")
		before := k.snapshot(u)
		r := c.report(k, u)
		if c.name == "a used nonce" {
			before = k.snapshot(u)
		}
		got := k.report(r)
		if got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", c.name, got.Status, got.Body)
		}
		got.Header.Del("X-Request-Id")
		bodies = append(bodies, c.name+"\n"+got.Body+"\n"+headers(got.Header))
		if diff := cmp.Diff(before, k.snapshot(u)); diff != "" {
			t.Errorf("%s changed the unit (-before +after):\n%s", c.name, diff)
		}
	}
	for _, body := range bodies {
		_, first, _ := strings.Cut(bodies[0], "\n")
		name, rest, _ := strings.Cut(body, "\n")
		if diff := cmp.Diff(first, rest); diff != "" {
			t.Errorf("%s is told something else (-first +this):\n%s", name, diff)
		}
	}
}

func headers(h http.Header) string {
	var lines []string
	for name, values := range h {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// changed is a good report, changed after it was signed.
func changed(change func(*message.Report)) func(*kit, unit) message.Report {
	return func(k *kit, u unit) message.Report {
		r := k.says(u, lifecycle.ResetHard, "x")
		change(&r)
		return r
	}
}

// TestUnknownUnitsGetAChallengeLikeAnyOther: the same calls of the store, the
// same shape.
func TestUnknownUnitsGetAChallengeLikeAnyOther(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.sold("CAM-0001")
	var calls [][]string
	for _, key := range []lifecycle.UnitKey{u.key, {Brand: storetest.Brand, Serial: "CAM-NONE"}} {
		journal := &journal{store: k.World}
		room := device.New(device.Config{
			Store: journal, Now: k.Clock.Now, NewID: func() string { return "x" }, LookupHash: func(kind, value string) string { return storetest.Hex(kind + value) },
		})
		challenge, err := room.Challenge(t.Context(), key, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base64.RawURLEncoding.Strict().DecodeString(challenge.Nonce)
		if err != nil || len(raw) != message.NonceBytes {
			t.Errorf("nonce %q, %v", challenge.Nonce, err)
		}
		if !challenge.ExpiresAt.Equal(k.Clock.Now().Add(5 * time.Minute)) {
			t.Errorf("challenge %+v", challenge)
		}
		again, err := room.Challenge(t.Context(), key, "192.0.2.1")
		if err != nil || again.Nonce == challenge.Nonce {
			t.Errorf("asked again: %+v after %+v, %v", again, challenge, err)
		}
		r := k.signed(u, message.Report{
			Brand: key.Brand, Serial: key.Serial, Nonce: challenge.Nonce, Epoch: 2, Kind: lifecycle.ResetNone,
			Firmware: "1", Verifier: storetest.Hex("x"),
		})
		r.Firmware = "2"
		if _, err := room.Report(t.Context(), r, "192.0.2.1"); err == nil {
			t.Error("a forged report was taken")
		}
		calls = append(calls, journal.calls)
	}
	if diff := cmp.Diff(calls[0], calls[1]); diff != "" {
		t.Errorf("calls for a unit on record and for none (-on record +none):\n%s", diff)
	}
}

// TestAChallengeTellsNothingOfTheUnit: it is anybody's who knows a serial, who
// once had the unit among them. By its epoch they would follow it.
func TestAChallengeTellsNothingOfTheUnit(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.sold("CAM-0001")
	asks := func() string {
		t.Helper()
		got := k.postJSON("/device/v1/challenge", message.ChallengeRequest{Brand: u.key.Brand, Serial: u.key.Serial})
		var challenge message.Challenge
		got.Decode(&challenge)
		return strings.ReplaceAll(got.Body, challenge.Nonce, "")
	}
	before := asks()
	k.Must(t, u.id, k.TakeBack())
	if after := asks(); after != before {
		t.Errorf("after a return a challenge is %s, before it %s", after, before)
	}
}

// TestOnlyTheUnitItselfIsToldItsEpoch, and nothing of what it said is taken down.
func TestOnlyTheUnitItselfIsToldItsEpoch(t *testing.T) {
	t.Parallel()
	k := setup(t)
	u := k.takenBack("CAM-0001", "code")
	for _, epoch := range []lifecycle.Epoch{1, 2, 4} {
		before := k.snapshot(u)
		r := k.says(u, lifecycle.ResetHard, "x")
		r.Epoch = epoch
		if diff := cmp.Diff(message.Answer{Epoch: 3, Action: message.ActionOtherEpoch}, k.heard(k.signed(u, r))); diff != "" {
			t.Errorf("at epoch %d (-want +got):\n%s", epoch, diff)
		}
		if diff := cmp.Diff(before, k.snapshot(u)); diff != "" {
			t.Errorf("a report at epoch %d changed the unit (-before +after):\n%s", epoch, diff)
		}
		forged := k.says(u, lifecycle.ResetHard, "x")
		forged.Epoch = epoch
		if got := k.report(forged); got.Status != http.StatusNotFound {
			t.Errorf("not signed by it, at epoch %d: %d %s", epoch, got.Status, got.Body)
		}
	}
}

// TestMistakesInShapeAreNamedAllAtOnce, the same whether the unit exists.
func TestMistakesInShapeAreNamedAllAtOnce(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.sold("CAM-0001")
	bodies := map[string]bool{}
	for _, serial := range []string{"CAM-0001", "CAM-NONE"} {
		got := k.postJSON("/device/v1/report", map[string]any{
			"brand": "acme", "serial": serial, "nonce": "short", "epoch": 0, "kind": "soft", "firmware": "1\n2",
			"verifier": strings.Repeat("A", 64), "presence": "<b>", "signature": "",
		})
		if got.Status != http.StatusUnprocessableEntity {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		var fields []string
		for _, reason := range got.Problem().Reasons {
			fields = append(fields, reason.Field)
			if reason.Detail == "" || reason.Detail == reason.Code {
				t.Errorf("%s has no sentence", reason.Code)
			}
		}
		want := []string{"nonce", "epoch", "kind", "firmware", "verifier", "presence", "signature"}
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
		bodies[got.Body] = true
	}
	if len(bodies) != 1 {
		t.Error("the mistakes of a unit on record read otherwise")
	}
}

func TestBodiesThatAreNoReport(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for _, body := range []string{
		"", "null", "[]", "{", `{"brand":"acme"}{}`, `{"epoch":"1"}`, `{"epoch":1.5}`, `{"epoch":9223372036854775808}`,
		`{"unknown":1}`, `{"kind":"none","kind":"hard"}`, "\x00", strings.Repeat("[", 10_000),
	} {
		for _, path := range []string{"/device/v1/report", "/device/v1/challenge"} {
			if got := k.post(path, body); got.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s with %.30q: %d", path, body, got.Status)
			}
		}
	}
	for _, serial := range []string{"", strings.Repeat("x", 65), strings.Repeat("x", 4096), "a\nb", "ünit"} {
		got := k.postJSON("/device/v1/challenge", message.ChallengeRequest{Brand: "acme", Serial: serial})
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("serial %.10q: %d", serial, got.Status)
		}
	}
	if got := k.post("/device/v1/report", `{"brand":"`+strings.Repeat("x", 70_000)+`"}`); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 70 kB: %d", got.Status)
	}
}

func TestFirmwareVersions(t *testing.T) {
	t.Parallel()
	good := message.Report{
		Brand: "acme", Serial: "1", Nonce: base64.RawURLEncoding.EncodeToString(make([]byte, 32)), Epoch: 1, Kind: "none",
		Verifier: storetest.Hex(""), Signature: base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
	}
	for version, want := range map[string]bool{
		"1": true, "2.1.0": true, "2.1.0-rc.1+build_7": true, strings.Repeat("1", 32): true,
		"": false, strings.Repeat("1", 33): false, ".1": false, "1 2": false, "1/2": false, "1\x00": false, "é": false, "<b>": false,
	} {
		good.Firmware = version
		if got := good.Check() == nil; got != want {
			t.Errorf("firmware %q: good = %v, want %v", version, got, want)
		}
	}
}
