// Package assets holds the stylesheet, the scripts and the icons, inside the
// binary, each under a path that changes with their content, so that browsers
// may keep them for ever. It imports nothing of ours. In zxing/ is another
// project's decoder, unchanged, with its licence beside it.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed *.css *.js *.svg *.png zxing/*.js zxing/*.gz zxing/reader/*.js
var files embed.FS

// Embedded is the set that ships with the program, read once.
var Embedded = sync.OnceValues(func() (*Set, error) { return Read(files) })

// File is one asset, ready to be sent.
type File struct {
	Type string // media type
	Body []byte // nil where the tree has it compressed alone: see Plain
	Gzip []byte // nil where it would not be smaller
}

// Plain is the file as it is, for a browser that takes nothing compressed.
func (f File) Plain() ([]byte, error) {
	if f.Body != nil {
		return f.Body, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(f.Gzip))
	if err != nil {
		return nil, fmt.Errorf("open a compressed asset: %w", err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack a compressed asset: %w", err)
	}
	return body, nil
}

// Set is all assets. Those of one folder share a version, the hash of them
// all, so that a module finds its neighbours by a relative path; and a new
// stylesheet does not make phones fetch the decoder again.
type Set struct {
	versions map[string]string // by folder; "." is the set's own
	files    map[string]File
}

// compressed ends the names of files that the tree holds compressed alone: to
// compress a megabyte at every start takes longer than the rest of the start.
const compressed = ".gz"

// Read takes every file of the folder in.
func Read(folder fs.FS) (*Set, error) {
	set := &Set{versions: map[string]string{}, files: map[string]File{}}
	sums := map[string]hash.Hash{".": sha256.New()}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		top := topOf(name)
		if sums[top] == nil {
			sums[top] = sha256.New()
		}
		fmt.Fprintf(sums[top], "%s %d\n", name, len(body))
		sums[top].Write(body)
		if plain, ok := strings.CutSuffix(name, compressed); ok {
			set.files[plain] = File{Type: mediaType(plain), Gzip: body}
			return nil
		}
		file := File{Type: mediaType(name), Body: body}
		if file.Gzip, err = compress(body); err != nil {
			return fmt.Errorf("compress %s: %w", name, err)
		}
		set.files[name] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	for top, sum := range sums {
		set.versions[top] = hex.EncodeToString(sum.Sum(nil)[:8])
	}
	return set, nil
}

// topOf is the first folder of a name, or "." where it stands in none.
func topOf(name string) string {
	if top, _, nested := strings.Cut(name, "/"); nested {
		return top
	}
	return "."
}

// Version is the part of the path that changes with the content.
func (s *Set) Version() string { return s.versions["."] }

// VersionOf is the same for the named file.
func (s *Set) VersionOf(name string) string { return s.versions[topOf(name)] }

// Names lists the files, sorted.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.files)) }

// URL is where the named file is served; an unknown name is an error, found
// by the test that executes every template.
func (s *Set) URL(name string) (string, error) {
	if _, ok := s.files[name]; !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/assets/" + s.VersionOf(name) + "/" + name, nil
}

// File is the named file, and whether there is one.
func (s *Set) File(name string) (File, bool) {
	file, ok := s.files[name]
	return file, ok
}

// mediaType is a list of our own: the tables of the machine that the program
// runs on have surprised others.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".wasm":
		return "application/wasm"
	}
	return "application/octet-stream"
}

func compress(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if out.Len() >= len(body) {
		return nil, nil
	}
	return out.Bytes(), nil
}
