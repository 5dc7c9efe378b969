package ledger

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

// tileHeight is the height of every C2SP tile: 256 hashes, 8,192 bytes
// (c2sp.org/tlog-tiles, "Merkle Tree").
const tileHeight = 8

// ReadTile returns the hashes of one tile of the tree with size leaves. The
// path is the one under which C2SP clients ask for it: "tile/0/x001/234" or
// "tile/1/000.p/17". A path that cannot be is lifecycle.ErrInvalid; a tile
// that reaches beyond the tree is lifecycle.ErrNotFound.
func ReadTile(path string, size int64, r tlog.HashReader) ([]byte, error) {
	tile, err := parseTilePath(path)
	if err != nil {
		return nil, err
	}
	// Go shifts everything out when the level is higher than any tree.
	width := size >> (tileHeight * tile.L)
	if tile.N > width>>tileHeight || tile.N<<tileHeight+int64(tile.W) > width {
		return nil, fmt.Errorf("%s in a tree of %d leaves: %w", path, size, lifecycle.ErrNotFound)
	}
	data, err := tlog.ReadTileData(tile, r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}

// TilePaths lists the tiles that publishing a tree of the newer size adds to
// one of the older size, partial tiles included.
func TilePaths(older, newer int64) []string {
	var paths []string
	for _, tile := range tlog.NewTiles(tileHeight, older, newer) {
		paths = append(paths, tilePath(tile))
	}
	return paths
}

// C2SP paths are those of x/mod without the height, which C2SP fixes.
func tilePath(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}

func parseTilePath(path string) (tlog.Tile, error) {
	rest, found := strings.CutPrefix(path, "tile/")
	if found {
		tile, err := tlog.ParseTilePath("tile/8/" + rest)
		if err == nil && tile.L >= 0 && tile.L <= 63 && tile.N >= 0 {
			return tile, nil
		}
	}
	return tlog.Tile{}, fmt.Errorf("tile path %q: %w", path, lifecycle.ErrInvalid)
}
