package world

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/load/drive"
)

// paper is a world with n units of each sort, on no server.
func paper(n int) *World {
	w := &World{Brand: "load-x", GTIN: "02012345678900", Clerk: "clerk", Owners: []string{"ann", "bob"}}
	for i := range n {
		w.Stock = append(w.Stock, fmt.Sprint("stock-", i))
		w.Sold = append(w.Sold, sold{fmt.Sprint("sold-", i), "R", "P"})
		w.Bound = append(w.Bound, sold{fmt.Sprint("bound-", i), "R", "P"})
	}
	return w
}

// play asks a source for everything it has, and answers all as wanted.
func play(t *testing.T, from drive.Source, most int) []drive.Posting {
	t.Helper()
	var all []drive.Posting
	for client := 0; len(all) < most; client++ {
		p, done, more := from.Next(client)
		if !more {
			break
		}
		done(p.Want)
		all = append(all, p)
	}
	return all
}

func TestScenariosUseEveryUnitOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, token string
		left        [3]int // stock, sold, bound
	}{
		"returns": {"/v1/returns", "clerk", [3]int{7, 7, 0}},
		"sales":   {"/v1/sales", "clerk", [3]int{0, 7, 7}},
		"binds":   {"/v1/bindings", "ann", [3]int{7, 0, 14}},
	} {
		w := paper(7)
		scenario, err := ScenarioNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		sent := play(t, scenario.Source(w), 100)
		serials, keys := map[string]bool{}, map[string]bool{}
		for _, p := range sent {
			var body struct{ Brand, Serial string }
			if err := json.Unmarshal([]byte(p.Body), &body); err != nil || body.Brand != w.Brand {
				t.Errorf("%s sends %s: %v", name, p.Body, err)
			}
			serials[body.Serial], keys[p.Key] = true, true
		}
		if len(sent) != 7 || len(serials) != 7 || len(keys) != 7 {
			t.Errorf("%s: %d requests about %d units under %d keys, want 7 of each", name, len(sent), len(serials), len(keys))
		}
		if sent[0].Path != c.path || sent[0].Token != c.token || sent[0].Want != http.StatusCreated {
			t.Errorf("%s: %+v", name, sent[0])
		}
		if got := [3]int{len(w.Stock), len(w.Sold), len(w.Bound)}; got != c.left {
			t.Errorf("%s leaves %v, want %v", name, got, c.left)
		}
	}
}

func TestABindThatFailedIsNotTakenBack(t *testing.T) {
	t.Parallel()
	w := paper(1)
	_, done, _ := (&binding{w}).Next(0)
	done(http.StatusConflict)
	if len(w.Bound) != 1 || len(w.Sold) != 0 {
		t.Errorf("%d bound, %d sold; want the one that was bound before, and none to try again", len(w.Bound), len(w.Sold))
	}
}

func TestAClientIsAlwaysTheSameOwner(t *testing.T) {
	t.Parallel()
	w := paper(0)
	for client, want := range []string{"ann", "bob", "ann", "bob"} {
		if got := w.bind(sold{}, client).Token; got != want {
			t.Errorf("client %d is %s, want %s", client, got, want)
		}
	}
}

func TestVerdictsAreOfEveryUnitAndForEveryPurpose(t *testing.T) {
	t.Parallel()
	payloads, purposes := map[string]int{}, map[string]int{}
	for _, p := range play(t, NewScanning(paper(4), "/v1/scans"), 36) {
		var body struct{ Payload, Purpose string }
		if err := json.Unmarshal([]byte(p.Body), &body); err != nil || p.Key != "" || p.Want != http.StatusOK {
			t.Fatalf("%+v: %v", p, err)
		}
		payloads[body.Payload]++
		purposes[body.Purpose]++
	}
	if len(payloads) != 12 || payloads["https://id.example/01/02012345678900/21/bound-3"] != 3 {
		t.Errorf("scanned %v", payloads)
	}
	if diff := cmp.Diff(map[string]int{"return": 12, "sale": 12, "bench": 12}, purposes); diff != "" {
		t.Errorf("purposes (-want +got):\n%s", diff)
	}
	if sent := play(t, NewScanning(paper(0), "/v1/scans"), 1); len(sent) != 0 {
		t.Errorf("scans in an empty world: %v", sent)
	}
}

func TestMixedIsMostlyVerdicts(t *testing.T) {
	t.Parallel()
	paths := map[string]int{}
	for _, p := range play(t, newMixed(paper(50)), 200) {
		paths[p.Path]++
	}
	if diff := cmp.Diff(map[string]int{"/v1/scans": 140, "/v1/returns": 20, "/v1/sales": 20, "/v1/bindings": 20}, paths); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestWorldFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "load.json")
	w := paper(3)
	if err := w.Write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want a file that only we can read: it has tokens", info.Mode(), err)
	}
	again, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, again); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil {
		t.Error("half a world is read without an error")
	}
	names := slices.Collect(func(yield func(string) bool) {
		for _, s := range Scenarios() {
			if !yield(s.Name) {
				return
			}
		}
	})
	if diff := cmp.Diff([]string{"returns", "verdicts", "binds", "sales", "mixed"}, names); diff != "" {
		t.Errorf("scenarios (-want +got):\n%s", diff)
	}
}
