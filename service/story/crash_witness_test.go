package story

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
)

// witness is somebody outside who keeps every checkpoint that the server
// publishes, and holds each against all later ones: a log that takes back what
// it has signed is a forged one, whatever the reason (I27).
type witness struct {
	t    *testing.T
	s    *server
	keys note.Verifiers
	pins string // the file with the keys

	kept    []ledger.Checkpoint // in the order in which they came
	checked int                 // so many are known to agree with those before
	tiles   map[string][]byte
}

// newWitness pins the public keys while the server is young.
func newWitness(t *testing.T, s *server) *witness {
	t.Helper()
	w := &witness{t: t, s: s, pins: s.pinKeys(t), tiles: map[string][]byte{}}
	text, err := os.ReadFile(w.pins)
	if err != nil {
		t.Fatal(err)
	}
	if w.keys, err = ledger.ParseVerifiers(text); err != nil {
		t.Fatal(err)
	}
	return w
}

// watch asks for the checkpoint again and again until ctx ends.
func (w *witness) watch(ctx context.Context) {
	for ctx.Err() == nil {
		w.look(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (w *witness) look(ctx context.Context) {
	got, err := w.s.nobody().send(ctx, http.MethodGet, "/log/checkpoint", "", nil)
	if err != nil || got.Status != http.StatusOK {
		return // dead, or busy
	}
	seen, err := ledger.OpenCheckpoint(got.Body, w.keys)
	if err != nil {
		w.t.Errorf("a checkpoint that the pinned key has not signed: %v\n%s", err, got.Body)
		return
	}
	if len(w.kept) > 0 {
		last := w.kept[len(w.kept)-1]
		if seen.Size < last.Size {
			w.t.Errorf("a checkpoint of %d entries was published, and later one of %d", last.Size, seen.Size)
		}
		if seen.Size == last.Size && seen.Root != last.Root {
			w.t.Errorf("two checkpoints of %d entries with two roots", seen.Size)
		}
		if seen.Size == last.Size {
			return
		}
	}
	w.kept = append(w.kept, seen)
}

// holds proves from the public tiles that the present log continues every
// checkpoint that was kept; all of them, or those that are new.
func (w *witness) holds(ctx context.Context, all bool) {
	w.t.Helper()
	w.look(ctx)
	if len(w.kept) == 0 {
		w.t.Fatal("the witness has no checkpoint")
	}
	if all {
		w.checked = 0
	}
	newest := w.kept[len(w.kept)-1]
	read := tlog.TileHashReader(tlog.Tree{N: newest.Size, Hash: newest.Root}, publicTiles{w})
	for _, old := range w.kept[w.checked:] {
		root, err := tlog.TreeHash(old.Size, read)
		if err != nil {
			w.t.Errorf("the log of %d entries cannot be read at %d: %v", newest.Size, old.Size, err)
			return
		}
		if root != old.Root {
			w.t.Errorf("the log of %d entries does not continue the one of %d: root %v, published was %v", newest.Size, old.Size, root, old.Root)
		}
	}
	w.checked = len(w.kept)
}

// publicTiles reads tiles as any outsider does (c2sp.org/tlog-tiles).
type publicTiles struct{ *witness }

// Height implements tlog.TileReader.
func (publicTiles) Height() int { return 8 }

// SaveTiles implements tlog.TileReader.
func (p publicTiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		p.tiles[tile.Path()] = data[i]
	}
}

// ReadTiles implements tlog.TileReader. A whole tile never changes, so what is
// kept must fit the log of today as well.
func (p publicTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		if kept, found := p.tiles[tile.Path()]; found && tile.W == 1<<tile.H {
			all = append(all, kept)
			continue
		}
		path := "/log/tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		response, err := http.Get(p.s.url + path)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %d %w", path, response.StatusCode, err)
		}
		all = append(all, data)
	}
	return all, nil
}
