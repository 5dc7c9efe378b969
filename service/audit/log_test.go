package audit_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/warehouse/certificate"
)

// An outsider with nothing but the public key rebuilds the root from tiles.
func TestOutsiderRebuildsTheRootFromTiles(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.certified()
	checkpoint := k.get("/log/checkpoint")
	if checkpoint.Status != http.StatusOK || !strings.HasPrefix(checkpoint.Header.Get("Cache-Control"), "public, max-age=2") {
		t.Fatalf("checkpoint = %d %q", checkpoint.Status, checkpoint.Header.Get("Cache-Control"))
	}
	head, err := ledger.OpenCheckpoint([]byte(checkpoint.Body), k.verifiers())
	if err != nil {
		t.Fatal(err)
	}
	tile := k.get("/log/tile/0/000.p/" + strconv.FormatInt(head.Size, 10))
	if tile.Status != http.StatusOK || len(tile.Body) != int(head.Size)*tlog.HashSize {
		t.Fatalf("tile = %d, %d bytes", tile.Status, len(tile.Body))
	}
	if strings.Contains(tile.Header.Get("Cache-Control"), "immutable") {
		t.Error("a partial tile is called immutable")
	}
	edge := ledger.Edge{}
	for i := range int(head.Size) {
		edge, _ = edge.Append(tlog.Hash([]byte(tile.Body[i*tlog.HashSize : (i+1)*tlog.HashSize])))
	}
	if edge.Root() != head.Root {
		t.Errorf("root from tiles %s, signed %s", edge.Root(), head.Root)
	}
}

func TestFullTilesNeverChange(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for range 60 { // more than 256 entries
		k.Bound(t)
	}
	k.signed()
	tile := k.get("/log/tile/0/000")
	if tile.Status != http.StatusOK || len(tile.Body) != 256*tlog.HashSize {
		t.Fatalf("full tile = %d, %d bytes", tile.Status, len(tile.Body))
	}
	if got := tile.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control = %q", got)
	}
}

func TestLogPathsThatAreNot(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.certified()
	for _, path := range []string{
		"/log/tile/0/001", "/log/tile/9/000", "/log/tile/0/000.p/999", "/log/tile/entries/000", "/log/tile/", "/log/tile/x",
		"/log/proof/-1", "/log/proof/99999", "/log/proof/x",
	} {
		got := k.get(path)
		if got.Status != http.StatusNotFound {
			t.Errorf("GET %s = %d %s", path, got.Status, got.Body)
		}
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s may be kept: %q", path, got.Header.Get("Cache-Control"))
		}
	}
}

func TestProofOfAnyIndex(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.certified()
	got := k.get("/log/proof/1")
	proof, err := ledger.ParseProof([]byte(got.Body))
	if err != nil {
		t.Fatalf("%d %s: %v", got.Status, got.Body, err)
	}
	entries, err := k.Ledger(t.Context()).Entries(t.Context(), 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Verify(entries[0].Hash, k.verifiers()); err != nil || proof.Index != 1 {
		t.Errorf("proof of index %d: %v", proof.Index, err)
	}
}

func TestPublicKeys(t *testing.T) {
	t.Parallel()
	k := setup(t)
	got := k.get("/log/keys")
	if _, err := ledger.ParseVerifiers([]byte(got.Body)); err != nil {
		t.Errorf("ledger key: %v", err)
	}
	keys, err := certificate.ParsePublicKeys([]byte(got.Body))
	if err != nil || len(keys) != 1 {
		t.Errorf("certificate keys %v: %v", keys, err)
	}
	if !strings.HasPrefix(got.Header.Get("Cache-Control"), "public") {
		t.Errorf("Cache-Control = %q", got.Header.Get("Cache-Control"))
	}
}
