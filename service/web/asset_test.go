package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/assets"
	"quitclaim/service/web/webtest"
)

// TestDecoderIsSent: as the tree has it, or unpacked, and to be kept for ever;
// only the worker that runs it may compile it.
func TestDecoderIsSent(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	set, err := assets.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	path, err := set.URL("zxing/zxing_reader.wasm")
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodGet, path, nil)
	plain := site.Do(request)
	request = httptest.NewRequest(http.MethodGet, path, nil)
	request.Header.Set("Accept-Encoding", "gzip, br")
	packed := site.Do(request)
	for _, got := range []*webtest.Response{plain, packed} {
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "application/wasm" || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%d %v", got.Status, got.Header)
		}
	}
	r, err := gzip.NewReader(strings.NewReader(packed.Body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(r); err != nil || !bytes.Equal(body, []byte(plain.Body)) || !strings.HasPrefix(plain.Body, "\x00asm") {
		t.Errorf("two modules: %d and %d bytes, %v", len(body), len(plain.Body), err)
	}
	for name, may := range map[string]bool{"decoder.js": true, "scan.js": false, "zxing/reader/index.js": false} {
		url, err := set.URL(name)
		if err != nil {
			t.Fatal(err)
		}
		policy := site.As(access.Anonymous()).Get(url).Header.Get("Content-Security-Policy")
		if strings.Contains(policy, "wasm-unsafe-eval") != may {
			t.Errorf("%s: %s", name, policy)
		}
	}
}

// TestCameraIsForScanPages: a page with the scan form may open the camera and
// compile the decoder; any other page may neither.
func TestCameraIsForScanPages(t *testing.T) {
	t.Parallel()
	pages, err := web.ParsePages(folder(map[string]string{
		"templates/scan.html":  `{{define "title"}}x{{end}}{{define "main"}}{{template "scan" .}}{{end}}`,
		"templates/quote.html": `{{define "title"}}x{{end}}{{define "main"}}<p title="{{.}}">{{.}}</p>{{end}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/form", access.HomeRead, func(c echo.Context) error {
			return pages.Render(c, http.StatusOK, "scan.html", web.ScanForm{Purpose: lifecycle.PurposeReturn, Brand: ` data-decoder="`})
		})
		r.GET("/quote", access.HomeRead, func(c echo.Context) error {
			return pages.Render(c, http.StatusOK, "quote.html", ` data-decoder="`)
		})
	}, nil)
	for path, may := range map[string]bool{"/form": true, "/quote": false} {
		got := site.As(access.Anonymous()).Get(path)
		if got.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.Status, got.Body)
		}
		header := got.Header
		if strings.Contains(header.Get("Content-Security-Policy"), "wasm-unsafe-eval") != may || strings.HasPrefix(header.Get("Permissions-Policy"), "camera=(self)") != may {
			t.Errorf("%s: %s; %s", path, header.Get("Content-Security-Policy"), header.Get("Permissions-Policy"))
		}
	}
}
