package assets_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"quitclaim/service/web/assets"
)

func read(t *testing.T, css string) *assets.Set {
	t.Helper()
	set, err := assets.Read(fstest.MapFS{
		"a.css":  {Data: []byte(css)},
		"b.wasm": {Data: []byte{0}},
		"c.bin":  {Data: []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestVersionFollowsContent(t *testing.T) {
	t.Parallel()
	one, same, other := read(t, "a{}"), read(t, "a{}"), read(t, "b{}")
	if one.Version() != same.Version() || one.Version() == other.Version() {
		t.Errorf("versions %s, %s, %s", one.Version(), same.Version(), other.Version())
	}
	url, err := one.URL("a.css")
	if err != nil || url != "/assets/"+one.Version()+"/a.css" {
		t.Errorf("URL = %s %v", url, err)
	}
	if _, err := one.URL("missing.css"); err == nil {
		t.Error("an asset that is not there has a path")
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	set := read(t, strings.Repeat("body { color: red }\n", 50))
	for name, media := range map[string]string{"a.css": "text/css; charset=utf-8", "b.wasm": "application/wasm", "c.bin": "application/octet-stream"} {
		if file, ok := set.File(name); !ok || file.Type != media {
			t.Errorf("%s is %q (%t), want %q", name, file.Type, ok, media)
		}
	}
	small, _ := set.File("c.bin")
	if small.Gzip != nil {
		t.Error("a file grew by compression and is sent so")
	}
	large, _ := set.File("a.css")
	r, err := gzip.NewReader(bytes.NewReader(large.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, large.Body) {
		t.Errorf("the compressed file is another one: %v", err)
	}
}

// TestEmbedded: what ships has both themes, and loads nothing from elsewhere.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	set, err := assets.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := regexp.MustCompile(`https?://|@import|url\(`)
	for _, name := range []string{"quitclaim.css", "live.js", "wedge.js", "time.js", "favicon.svg",
		"scan.js", "camera.js", "decoder.js", "redact.js", "payload.js", "tones.js", "choices.js"} {
		file, ok := set.File(name)
		if !ok {
			t.Errorf("%s is missing", name)
			continue
		}
		text := strings.ReplaceAll(string(file.Body), `xmlns="http://www.w3.org/2000/svg"`, "")
		if found := elsewhere.FindString(text); found != "" {
			t.Errorf("%s points elsewhere: %q", name, found)
		}
	}
	css, _ := set.File("quitclaim.css")
	for _, want := range []string{"prefers-color-scheme: dark", ":focus-visible", "--target: 3rem", "forced-colors"} {
		if !strings.Contains(string(css.Body), want) {
			t.Errorf("the stylesheet lacks %q", want)
		}
	}
}

// TestDecoder: the module that reads pictures is the one that its makers
// published, is sent compressed, and keeps its address when another file
// changes.
func TestDecoder(t *testing.T) {
	t.Parallel()
	set, err := assets.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reader, _ := set.File("zxing/reader/index.js")
	module, ok := set.File("zxing/zxing_reader.wasm")
	if !ok || module.Type != "application/wasm" || module.Gzip == nil {
		t.Fatalf("the module is %q, %d bytes compressed", module.Type, len(module.Gzip))
	}
	plain, err := module.Plain()
	if err != nil {
		t.Fatal(err)
	}
	if digest := fmt.Sprintf("%x", sha256.Sum256(plain)); !strings.Contains(string(reader.Body), digest) {
		t.Errorf("the reader states another digest than %s", digest)
	}
	if set.VersionOf("zxing/zxing_reader.wasm") == set.Version() || set.VersionOf("scan.js") != set.Version() {
		t.Error("the decoder has no version of its own")
	}
}

// TestPlain: what the tree holds compressed alone is there for every browser.
func TestPlain(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("module")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	set, err := assets.Read(fstest.MapFS{
		"d/m.wasm.gz": {Data: packed.Bytes()}, "d/broken.wasm.gz": {Data: []byte("no gzip")}, "a.css": {Data: []byte("a{}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"d/m.wasm": "module", "a.css": "a{}"} {
		file, _ := set.File(name)
		if got, err := file.Plain(); err != nil || string(got) != want {
			t.Errorf("%s = %q, %v", name, got, err)
		}
	}
	broken, _ := set.File("d/broken.wasm")
	if _, err := broken.Plain(); err == nil {
		t.Error("a broken file is sent")
	}
}
