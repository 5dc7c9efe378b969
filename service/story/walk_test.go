package story

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A camera is brought back, let go by everybody who knew it, reset, certified
// and sold again; its first owner never sees through it again.
func TestAResoldCamera(t *testing.T) {
	t.Parallel()
	s := demo(t)
	u := s.pick(in("bound"), model("HI2"))
	first, clerk, till := s.owner(u.Owner), s.as("clerk", u.Seller, 0), s.as("clerk", corner, 0)
	second := s.stranger(first)
	old := s.credential(u)
	if !first.mine().has(u) {
		t.Fatalf("%s is not %s's to begin with", u.Serial, first.Email)
	}

	if v := clerk.scan(u.Payload, "return"); v.Verdict != "bound" || !slices.Contains(v.Actions, "take-back") {
		t.Fatalf("scan: %+v", v)
	}
	r := clerk.takeBack(u, u.Receipt)
	if r.State != "returned" || r.Authority != "sale-match" || !r.dark("gate") || r.dark("builtin") {
		t.Fatalf("return: %+v", r)
	}
	isNobody(t, first, u)
	if v := till.check(u); v.Verdict == "clear" {
		t.Error("a unit in reset is clear for sale")
	}

	eventually(t, "the cloud's tasks are proven", func() bool { return len(clerk.returned(r.ID).open(false)) == 0 })
	if now := clerk.returned(r.ID); now.State != "returned" || !now.dark("builtin") || !has(now.open(true), "unit.factory-reset") {
		t.Fatalf("before the camera has spoken: %+v", now)
	}
	s.camera(u, "--hard-reset", firmware)
	clerk.reset(r.ID)

	s.toWarehouse(clerk, u)
	technician, validator := s.as("technician", refit, 0), s.as("validator", refit, 0)
	if v := validator.scan(u.Payload, "bench"); v.Verdict != "clear" {
		t.Errorf("at the bench: %+v", v)
	}
	validator.post("/v1/certificates", map[string]any{"units": []any{u.ref()}}).refused(http.StatusConflict, "certify.check", "certify.no-operator")
	technician.checklist(r.Order.ID)
	certificate := validator.certify(u)
	s.backTo(corner, u)

	if v := till.check(u); v.Verdict != "clear" || v.Signature == "" {
		t.Fatalf("check of a certified unit: %+v", v)
	}
	s.publicCheck(t, certificate, u, first, clerk, technician, validator)
	till.sell(u, "R-NEW").want(http.StatusCreated)

	// Nobody has seen a code of this epoch yet: what is shown waits, and shows
	// nothing.
	first.bind(u, old).want(http.StatusAccepted)
	fresh := s.camera(u)
	if first.mine().has(u) {
		t.Error("the old owner's code of before went live")
	}
	first.bind(u, old).refused(http.StatusConflict, "bind.proof")
	second.bind(u, fresh).want(http.StatusCreated)
	if !second.mine().has(u) || first.mine().has(u) {
		t.Errorf("mine of the second: %+v, of the first: %+v", second.mine(), first.mine())
	}
	isNobody(t, first, u)
	if got := first.bind(u, old); !got.same(first.bind(unit{Brand: u.Brand, Serial: "HI2-NONE"}, old)) {
		t.Errorf("the old owner learns something of a unit that has an owner: %d %s", got.Status, got.Body)
	}
	s.verified(t)
}

// isNobody holds a former owner's answers to those about a unit that never was.
func isNobody(t *testing.T, former client, u unit) {
	t.Helper()
	never := unit{Brand: u.Brand, Serial: "HI2-NEVER-MADE"}
	for _, route := range []struct {
		before, after string
		status        int
	}{
		{"/v1/mine/units/", "", http.StatusNotFound},
		{"/v1/units/", "", http.StatusForbidden}, // not for any owner
		{"/v1/units/", "/history", http.StatusForbidden},
		{"/v1/units/", "/label.png", http.StatusForbidden},
	} {
		of := func(u unit) string { return route.before + u.Brand + "/" + u.Serial + route.after }
		if got, want := former.get(of(u)), former.get(of(never)).want(route.status); !got.same(want) {
			t.Errorf("%s: %d %s", got.what, got.Status, got.Body)
		}
	}
	for _, path := range []string{"/v1/releases", "/v1/transfers", "/v1/mine/stolen"} {
		if got, want := former.post(path, u.ref()), former.post(path, never.ref()).want(http.StatusNotFound); !got.same(want) {
			t.Errorf("%s: %d %s", got.what, got.Status, got.Body)
		}
	}
	if former.mine().has(u) {
		t.Errorf("%s is still among %s's units", u.Serial, former.Email)
	}
}

// publicCheck is what the next buyer does with the code on the box.
func (s *server) publicCheck(t *testing.T, c certified, u unit, involved ...client) {
	t.Helper()
	page := s.nobody().get("/C/" + c.Certificate.Code).want(http.StatusOK)
	if kind := page.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		t.Fatalf("the certificate's page is %s", kind)
	}
	request, err := s.nobody().request(t.Context(), http.MethodGet, "/C/"+c.Certificate.Code, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	plain := s.nobody().fetch(request).want(http.StatusOK)
	var stated struct {
		Verdict, Serial string
		Bytes           []byte
	}
	plain.into(&stated)
	if stated.Verdict != "clear" || stated.Serial != u.Serial {
		t.Errorf("public check: %s", plain.Body)
	}
	for _, text := range []string{string(page.Body), string(plain.Body)} {
		if !strings.Contains(text, u.Serial) {
			t.Errorf("the check does not name the unit:\n%s", text)
		}
		for _, personal := range personal(u, involved) {
			if strings.Contains(text, personal) {
				t.Errorf("the public check says %q:\n%s", personal, text)
			}
		}
	}
	s.offline(t, u, stated.Bytes)
}

// personal is what nobody may learn from a box.
func personal(u unit, involved []client) []string {
	list := []string{u.Receipt, "psn_", "org_", "unt_"}
	for _, who := range involved {
		list = append(append(list, who.Email), strings.Fields(who.Name)...)
	}
	return list
}

// offline checks a certificate with nothing but the keys that were printed.
func (s *server) offline(t *testing.T, u unit, signed []byte) {
	t.Helper()
	keys, file := s.pinKeys(t), filepath.Join(t.TempDir(), "certificate")
	check := func(signed []byte, serial string) (string, error) {
		if err := os.WriteFile(file, signed, 0o600); err != nil {
			t.Fatal(err)
		}
		return s.run("verify-certificate", "--key", keys, "--serial", serial, file)
	}
	if out, err := check(signed, u.Serial); err != nil || !strings.Contains(out, "OK: the signature holds") {
		t.Errorf("verify-certificate: %v\n%s", err, out)
	}
	if out, err := check(signed, "ANOTHER"); err == nil {
		t.Errorf("the certificate fits another unit too:\n%s", out)
	}
	for at := range signed {
		if at%17 != 0 && at != len(signed)-1 { // a process each: not for every byte
			continue
		}
		forged := slices.Clone(signed)
		forged[at] ^= 1
		if out, err := check(forged, u.Serial); err == nil {
			t.Errorf("with byte %d changed it still verifies:\n%s", at, out)
		}
	}
}

// pinKeys keeps the public keys, as the server printed them at its first
// start, where the server cannot change them.
func (s *server) pinKeys(t *testing.T) string {
	t.Helper()
	var keys []string
	for line := range strings.Lines(s.out.String()) {
		line = strings.TrimSpace(line)
		for _, purpose := range []string{"ledger ", "certificate ", "sale-check "} {
			if strings.HasPrefix(line, purpose) {
				keys = append(keys, line)
			}
		}
	}
	if len(keys) != 3 {
		t.Fatalf("the first start does not print three public keys:\n%s", s.out)
	}
	path := filepath.Join(t.TempDir(), "keys.txt")
	if err := os.WriteFile(path, []byte(strings.Join(keys, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// verified has the ledger audited against the pinned keys, beside the running
// server and after it.
func (s *server) verified(t *testing.T) {
	t.Helper()
	keys := s.pinKeys(t)
	beside := s.must("verify", "--data", s.data, "--key", keys)
	s.stop()
	after := s.must("verify", "--data", s.data, "--key", keys)
	for _, out := range []string{beside, after} {
		if !strings.Contains(out, " units 200 OK\n") || strings.Contains(out, "WARNING") {
			t.Errorf("verify: %s", out)
		}
	}
}
