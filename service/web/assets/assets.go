// Package assets holds the stylesheet, the scripts and the icons, inside the
// binary, each under a path that changes with their content, so that browsers
// may keep them for ever. It imports nothing of ours.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

//go:embed *.css *.js *.svg
var files embed.FS

// Embedded is the set that ships with the program, read once.
var Embedded = sync.OnceValues(func() (*Set, error) { return Read(files) })

// File is one asset, ready to be sent.
type File struct {
	Type string // media type
	Body []byte
	Gzip []byte // nil where it would not be smaller
}

// Set is all assets. They share one version, the hash of them all, so that a
// module finds its neighbours by a relative path.
type Set struct {
	version string
	files   map[string]File
}

// Read takes every file of the folder in.
func Read(folder fs.FS) (*Set, error) {
	set := &Set{files: map[string]File{}}
	sum := sha256.New()
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
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
	set.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return set, nil
}

// Version is the part of the path that changes with the content.
func (s *Set) Version() string { return s.version }

// URL is where the named file is served; an unknown name is an error, found
// by the test that executes every template.
func (s *Set) URL(name string) (string, error) {
	if _, ok := s.files[name]; !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/assets/" + s.version + "/" + name, nil
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
