package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// heard is what a made-up server was asked.
type heard struct {
	Method, Path, Token string
	Keyed               bool
	Body                map[string]any
}

// answering is a server that gives one answer and remembers the question.
func answering(t *testing.T, status int, media, answer string) (string, *heard) {
	t.Helper()
	asked := &heard{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Method, asked.Path = r.Method, r.URL.Path
		asked.Token, asked.Keyed = r.Header.Get("Authorization"), len(r.Header.Get("Idempotency-Key")) > 16
		text, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(text, &asked.Body); err != nil {
			t.Errorf("body %q: %v", text, err)
		}
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// running is a data directory that says where the server is.
func running(t *testing.T, url string) string {
	t.Helper()
	data := t.TempDir()
	text := fmt.Sprintf(`{"url":%q,"token":"qc_operator"}`, url)
	if err := os.WriteFile(filepath.Join(data, "run.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestUserInvite(t *testing.T) {
	t.Parallel()
	url, asked := answering(t, http.StatusCreated, "application/json",
		`{"id":"psn_1","name":"Mara","email":"mara@shop.example","roles":["clerk","admin"],"state":"invited","link":"http://q/setup/qc_x"}`)
	var out bytes.Buffer
	args := []string{"invite", "--data", running(t, url), "--email", "mara@shop.example", "--name", "Mara", "--role", "clerk,admin", "--org", "Corner Shop"}
	if err := runUser(t.Context(), args, &out); err != nil {
		t.Fatal(err)
	}
	want := heard{"POST", "/v1/people", "Bearer qc_operator", true, map[string]any{
		"email": "mara@shop.example", "name": "Mara", "roles": []any{"clerk", "admin"}, "org": "Corner Shop",
	}}
	if diff := cmp.Diff(want, *asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	for _, part := range []string{"Mara <mara@shop.example>", "clerk, admin", "psn_1", "\n  http://q/setup/qc_x\n"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("printed %q, without %q", out.String(), part)
		}
	}
}

func TestTokenCreate(t *testing.T) {
	t.Parallel()
	url, asked := answering(t, http.StatusCreated, "application/json",
		`{"id":"tok_1","kind":"machine","name":"till","scopes":["sales"],"token":"qc_secret","created_at":"2026-03-14T09:00:00.000Z","ended_at":null}`)
	var out bytes.Buffer
	args := []string{"create", "--data", running(t, url), "--name", "till", "--scopes", "sales"}
	if err := runToken(t.Context(), args, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"name": "till", "scopes": []any{"sales"}, "org": ""}, asked.Body); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if !strings.Contains(out.String(), "\n  qc_secret\n") {
		t.Errorf("printed %q, without the token", out.String())
	}
}

func TestProblemsAreReadable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, media, body string
		status            int
		want              []string
	}{
		{"mistakes", "application/problem+json", `{"type":"about:blank","title":"Something needs correcting","status":422,
			"detail":"Correct what is listed.","code":"invalid","reasons":[{"code":"field.required","field":"email","detail":"This is needed."},
			{"code":"org.unknown","detail":"No such organisation."}]}`, 422,
			[]string{"Something needs correcting. Correct what is listed.", "\n  - email: This is needed.", "\n  - No such organisation."}},
		{"another server", "text/html", "<h1>nginx</h1>", 502, []string{`answers "502 Bad Gateway" and is no Quitclaim`}},
		{"JSON of another server", "application/json", `{"title":"x"}`, 404, []string{"is no Quitclaim"}},
		{"a redirect is not followed", "text/html", "", 302, []string{"is no Quitclaim"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, _ := answering(t, tt.status, tt.media, tt.body)
			err := runUser(t.Context(), []string{"invite", "--data", running(t, url)}, io.Discard)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q, without %q", err, part)
				}
			}
		})
	}
}

func TestCommandsCalledWrongly(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	tests := []struct {
		name string
		run  func() error
		want string
	}{
		{"no verb", func() error { return runUser(t.Context(), nil, io.Discard) }, "say quitclaim user invite"},
		{"another verb", func() error { return runToken(t.Context(), []string{"delete"}, io.Discard) }, "say quitclaim token create"},
		{"unknown flag", func() error { return runUser(t.Context(), []string{"invite", "--password", "x"}, io.Discard) }, "password"},
		{"argument", func() error { return runToken(t.Context(), []string{"create", "sales"}, io.Discard) }, `"sales"`},
		{"no server", func() error { return runUser(t.Context(), []string{"invite", "--data", empty}, io.Discard) }, "no server runs on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.run(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	var help errUsage
	if err := runUser(t.Context(), []string{"--help"}, io.Discard); !errors.As(err, &help) || !strings.Contains(help.text, "--email") {
		t.Errorf("--help = %v, want the usage", err)
	}
	if err := runToken(t.Context(), []string{"create", "-h"}, io.Discard); !errors.As(err, &help) || !strings.Contains(help.text, "--scopes") {
		t.Errorf("-h = %v, want the usage", err)
	}
}

func TestTheOperatorsTokenGoesNowhereElse(t *testing.T) {
	url, asked := answering(t, http.StatusCreated, "application/json", `{}`)
	data := running(t, "http://127.0.0.1:1")
	t.Setenv("QUITCLAIM_TOKEN", "")
	err := runUser(t.Context(), []string{"invite", "--data", data, "--url", url}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "QUITCLAIM_TOKEN") || asked.Token != "" {
		t.Errorf("--url without a token: %v, and %q was sent", err, asked.Token)
	}
	t.Setenv("QUITCLAIM_TOKEN", "qc_mine")
	if err := runUser(t.Context(), []string{"invite", "--data", data, "--url", url + "/"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if asked.Token != "Bearer qc_mine" || asked.Path != "/v1/people" {
		t.Errorf("asked %+v", *asked)
	}
}
