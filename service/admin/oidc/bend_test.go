package oidc_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func personID(text string) lifecycle.PersonID { return lifecycle.PersonID(text) }

func disable(t *testing.T, k *kit, id lifecycle.PersonID) {
	t.Helper()
	_, err := k.ChangePerson(t.Context(), id, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = k.Clock.Now()
		p.Generation++
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// said is nil if the log names this detail last, and nothing of a person.
func (p *realProvider) said(k *kit, detail string) error {
	if detail == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(k.log.String()), "\n")
	last := lines[len(lines)-1]
	if !strings.Contains(last, `"detail":"`+detail+`"`) {
		return fmt.Errorf("the log says %s, want the detail %q", last, detail)
	}
	for _, private := range []string{"sub-of-", "owner@", clientSecret, "qc_"} {
		if strings.Contains(k.log.String(), private) {
			return fmt.Errorf("the log has %q in it", private)
		}
	}
	return nil
}

// tokens answers at the token endpoint with this text.
func tokens(text string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/oauth/token" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, text)
		return true
	}
}

// status answers at this path with this status.
func status(path string, code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, path) {
			return false
		}
		http.Error(w, `{"error":"invalid_grant"}`, code)
		return true
	}
}

// redirect sends whoever asks at this path elsewhere.
func redirect(path string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		http.Redirect(w, r, "http://127.0.0.1:9/", http.StatusTemporaryRedirect)
		return true
	}
}

// endless answers at this path with 10 MB.
func endless(path string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		block := []byte(strings.Repeat(" ", 1<<20))
		for range 10 {
			if _, err := w.Write(block); err != nil {
				return true
			}
		}
		return true
	}
}

// hangs never answers at this path, until whoever asks has gone.
func hangs(path string) func(http.ResponseWriter, *http.Request) bool {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		<-r.Context().Done()
		return true
	}
}
