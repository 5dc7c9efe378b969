package assets_test

import (
	"bytes"
	"compress/gzip"
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
	for _, name := range []string{"quitclaim.css", "live.js", "wedge.js", "time.js", "favicon.svg"} {
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
