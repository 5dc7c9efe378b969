package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// tileClient is an outsider: it has a tree's size and root, asks for tiles
// by path and believes none of them.
type tileClient struct {
	t    *testing.T
	log  *memory
	size int64
}

func (c *tileClient) Height() int                     { return 8 }
func (c *tileClient) SaveTiles([]tlog.Tile, [][]byte) {}
func (c *tileClient) path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}
func (c *tileClient) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		read, err := ledger.ReadTile(c.path(tile), c.size, c.log)
		if err != nil {
			c.t.Errorf("ReadTile(%s) = %v", c.path(tile), err)
		}
		data = append(data, read)
	}
	return data, nil
}

func TestOutsiderProvesFromTiles(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	m := newMemory(t, 1000)
	text, size := m.sign(t, signer), m.edge.Size()
	tree := tlog.Tree{N: size, Hash: m.edge.Root()}
	reader := tlog.TileHashReader(tree, &tileClient{t: t, log: m, size: size})
	for _, index := range []int64{0, 255, 256, 511, 998, 999} {
		made, err := ledger.Prove(index, text, reader)
		if err != nil {
			t.Fatalf("prove %d from tiles: %v", index, err)
		}
		if _, err := made.Verify(m.entries[index].Hash, keys); err != nil {
			t.Errorf("entry %d: %v", index, err)
		}
	}
}

// TestTilePaths is the example of c2sp.org/tlog-tiles, "Partial Tiles".
func TestTilePaths(t *testing.T) {
	t.Parallel()
	paths := ledger.TilePaths(0, 70_000)
	if len(paths) != 273+1+1+1+1 {
		t.Fatalf("a tree of 70,000 has %d tiles, want 277", len(paths))
	}
	want := []string{"tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}
	if diff := cmp.Diff(want, paths[272:]); diff != "" {
		t.Errorf("last tiles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"tile/0/000", "tile/1/000.p/1"}, ledger.TilePaths(255, 256)); diff != "" {
		t.Errorf("tiles of the 256th leaf (-want +got):\n%s", diff)
	}
}

func TestTileSizes(t *testing.T) {
	t.Parallel()
	m := newMemory(t, 700)
	for _, path := range ledger.TilePaths(0, 700) {
		data, err := ledger.ReadTile(path, 700, m)
		want := 256 * tlog.HashSize
		switch path {
		case "tile/0/002.p/188":
			want = 188 * tlog.HashSize
		case "tile/1/000.p/2":
			want = 2 * tlog.HashSize
		}
		if err != nil || len(data) != want {
			t.Errorf("ReadTile(%s) = %d bytes, %v, want %d", path, len(data), err, want)
		}
	}
}

func TestReadTileRefuses(t *testing.T) {
	t.Parallel()
	m := newMemory(t, 700)
	tests := map[string]error{
		"":                 lifecycle.ErrInvalid,
		"tile/0":           lifecycle.ErrInvalid,
		"tile/data/000":    lifecycle.ErrInvalid,
		"tile/entries/000": lifecycle.ErrInvalid,
		"tile/8/0/000":     lifecycle.ErrInvalid,
		"tile/00/000":      lifecycle.ErrInvalid,
		"tile/64/000":      lifecycle.ErrInvalid,
		"tile/0/000.p/0":   lifecycle.ErrInvalid,
		"tile/0/000.p/256": lifecycle.ErrInvalid,
		"tile/0/x000/000":  lifecycle.ErrInvalid,
		"tile/0/../0/000":  lifecycle.ErrInvalid,
		"tile/0" + strings.Repeat("/x999", 9) + "/999": lifecycle.ErrInvalid, // more than 63 bits
		"tile/0/002":                          lifecycle.ErrNotFound,
		"tile/0/002.p/189":                    lifecycle.ErrNotFound,
		"tile/0/x999/x999/x999/x999/x999/999": lifecycle.ErrNotFound,
		"tile/2/000.p/1":                      lifecycle.ErrNotFound,
		"tile/63/000":                         lifecycle.ErrNotFound,
	}
	for path, want := range tests {
		if data, err := ledger.ReadTile(path, 700, m); !errors.Is(err, want) {
			t.Errorf("ReadTile(%q) = %d bytes, %v, want %v", path, len(data), err, want)
		}
	}
}
