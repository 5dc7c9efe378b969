package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/device/camera"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
)

// deaf is a server that takes every report down and says what a test wants.
type deaf struct {
	url string

	mu      sync.Mutex // guards what follows
	epoch   lifecycle.Epoch
	reports []message.Report
	done    func() // called after each report
}

func newDeaf(t *testing.T) *deaf {
	t.Helper()
	d := &deaf{epoch: 3, done: func() {}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /device/v1/challenge", func(w http.ResponseWriter, _ *http.Request) {
		d.answer(t, w, message.Challenge{Nonce: strings.Repeat("A", 43), ExpiresAt: time.Now().Add(time.Minute)})
	})
	mux.HandleFunc("POST /device/v1/report", func(w http.ResponseWriter, r *http.Request) {
		var report message.Report
		if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
			t.Error(err)
		}
		d.mu.Lock()
		d.reports = append(d.reports, report)
		d.mu.Unlock()
		d.answer(t, w, message.Answer{Epoch: d.epoch, Action: message.ActionNone})
		d.done()
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

func (d *deaf) answer(t *testing.T, w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		t.Error(err)
	}
}

// run is the command, and what it printed, line by line.
func runCameraLines(t *testing.T, ctx context.Context, args ...string) ([]cameraLine, error) {
	t.Helper()
	var out bytes.Buffer
	err := runCamera(ctx, args, &out)
	var lines []cameraLine
	decoder := json.NewDecoder(&out)
	for decoder.More() {
		var line cameraLine
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines, err
}

func TestCameraIsTheSameCameraEachTime(t *testing.T) {
	t.Parallel()
	server := newDeaf(t)
	state := filepath.Join(t.TempDir(), "camera.json")
	lines, err := runCameraLines(t, t.Context(), "--url", server.url, "--state", state, "--brand", "acme", "--serial", "CAM-1", "--firmware", "2.1.0")
	if err != nil || len(lines) != 2 || lines[0].Event != "key" || lines[1].Event != "report" {
		t.Fatalf("lines %+v, %v", lines, err)
	}
	first := lines[1]
	lines, err = runCameraLines(t, t.Context(), "--url", server.url, "--state", state, "--hard-reset", "--firmware", "2.2.0", "--presence", "on-screen")
	if err != nil || len(lines) != 2 {
		t.Fatalf("lines %+v, %v", lines, err)
	}
	want := []cameraLine{
		{Event: "hard-reset", Brand: "acme", Serial: "CAM-1", Credential: lines[0].Credential},
		{Event: "report", Brand: "acme", Serial: "CAM-1", Credential: lines[0].Credential, Epoch: 3, Action: "none"},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if lines[0].Credential == first.Credential {
		t.Error("a hard reset kept the credential")
	}
	kept, err := camera.LoadState(state)
	if err != nil || kept.Firmware != "2.2.0" || kept.Credential != lines[0].Credential {
		t.Errorf("memory %+v, %v", kept, err)
	}
	last := server.reports[1]
	if last.Kind != lifecycle.ResetHard || last.Firmware != "2.2.0" || last.Presence != "on-screen" || last.Verifier != camera.CredentialHash(kept.Credential) {
		t.Errorf("report %+v", last)
	}
	signed, err := last.Sign(kept.Key())
	if err != nil || signed.Signature != last.Signature {
		t.Errorf("the report is not signed by the key in its memory: %v", err)
	}
}

func TestCameraTakesItsKeyFromAFile(t *testing.T) {
	t.Parallel()
	server := newDeaf(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	writePEM(t, path, private)
	lines, err := runCameraLines(t, t.Context(), "--url", server.url, "--brand", "acme", "--serial", "1", "--key", path)
	if err != nil || len(lines) != 1 || lines[0].Event != "report" {
		t.Fatalf("lines %+v, %v", lines, err)
	}
	if signed, err := server.reports[0].Sign(private); err != nil || signed.Signature != server.reports[0].Signature {
		t.Errorf("another key signed: %v", err)
	}
}

func writePEM(t *testing.T, path string, key any) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSilentCameraNeedsNoServer(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "camera.json")
	lines, err := runCameraLines(t, t.Context(), "--state", state, "--brand", "acme", "--serial", "1", "--hard-reset", "--silent")
	if err != nil || len(lines) != 3 || lines[2].Event != "silent" {
		t.Errorf("lines %+v, %v", lines, err)
	}
	if kept, err := camera.LoadState(state); err != nil || !kept.Reset {
		t.Errorf("memory %+v, %v", kept, err)
	}
}

func TestCameraStaysUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	server := newDeaf(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.done = func() {
		if len(server.reports) == 3 {
			cancel()
		}
	}
	lines, err := runCameraLines(t, ctx, "--url", server.url, "--brand", "acme", "--serial", "1", "--every", "1ms")
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if len(lines) < 3 {
		t.Errorf("lines %+v", lines)
	}
}

func TestCameraFindsTheServerOfADataDirectory(t *testing.T) {
	t.Parallel()
	server := newDeaf(t)
	data := t.TempDir()
	text, err := json.Marshal(runFile{URL: server.url, Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(runFilePath(data), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := runCameraLines(t, t.Context(), "--data", data, "--brand", "acme", "--serial", "1"); err != nil || len(server.reports) != 1 {
		t.Errorf("%d reports, %v", len(server.reports), err)
	}
}

func TestCameraLosesItsPatience(t *testing.T) {
	t.Parallel()
	_, err := runCameraLines(t, t.Context(), "--url", "http://127.0.0.1:1", "--brand", "acme", "--serial", "1", "--patience", "20ms")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the end of its patience", err)
	}
}

func TestCameraSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.json")
	if _, err := runCameraLines(t, t.Context(), "--state", mine, "--brand", "acme", "--serial", "1", "--silent"); err != nil {
		t.Fatal(err)
	}
	noKey := filepath.Join(dir, "no.pem")
	if err := os.WriteFile(noKey, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"no brand":          {"--silent", "--serial", "1"},
		"another camera":    {"--silent", "--state", mine, "--serial", "2"},
		"a key too many":    {"--silent", "--state", mine, "--key", noKey},
		"a key that is not": {"--silent", "--brand", "acme", "--serial", "1", "--key", noKey},
		"no key file":       {"--silent", "--brand", "acme", "--serial", "1", "--key", filepath.Join(dir, "none")},
		"no server":         {"--data", dir, "--brand", "acme", "--serial", "1"},
		"backwards":         {"--silent", "--brand", "acme", "--serial", "1", "--every", "-1s"},
		"a word too many":   {"--silent", "--brand", "acme", "--serial", "1", "please"},
		"an unknown flag":   {"--loud"},
		"no address":        {"--url", "nowhere", "--brand", "acme", "--serial", "1"},
	} {
		if _, err := runCameraLines(t, t.Context(), args...); err == nil {
			t.Errorf("%s: went well", name)
		}
	}
	var help errUsage
	if _, err := runCameraLines(t, t.Context(), "--help"); !errors.As(err, &help) || !strings.Contains(help.text, "--offline-for") {
		t.Errorf("help: %v", err)
	}
}
