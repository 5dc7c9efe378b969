package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
)

// client is how commands talk to the running server: over the same interface
// as everybody, so that they can do nothing that it does not check.
type client struct {
	url, token string
	http       *http.Client
}

// maxAnswer is the longest answer a command reads.
const maxAnswer = 4 << 20

// newClient finds the server: at address with the token in QUITCLAIM_TOKEN, or,
// where address is empty, the one that runs on this data directory, as its
// operator. The operator's token goes to no other address.
func newClient(data, address string) (*client, error) {
	c := &client{url: strings.TrimRight(address, "/"), token: os.Getenv("QUITCLAIM_TOKEN"), http: &http.Client{
		Timeout: time.Minute,
		// A redirect would take the token along to wherever it leads.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if c.url != "" {
		if c.token == "" {
			return nil, errors.New("with --url, put a token into QUITCLAIM_TOKEN")
		}
		return c, nil
	}
	text, err := os.ReadFile(runFilePath(data))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no server runs on %s: start it, or name one by --url and QUITCLAIM_TOKEN", data)
	}
	if err != nil {
		return nil, fmt.Errorf("find the server: %w", err)
	}
	var run runFile
	if err := json.Unmarshal(text, &run); err != nil {
		return nil, fmt.Errorf("find the server: %s: %w", runFilePath(data), err)
	}
	c.url = run.URL
	if c.token == "" {
		c.token = run.Token
	}
	return c, nil
}

// post sends body and reads the answer into out, which may be nil.
func (c *client) post(ctx context.Context, path string, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", rand.Text())
	return c.do(request, out)
}

func (c *client) do(request *http.Request, out any) error {
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return readProblem(response, text)
	}
	if out == nil || response.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// readProblem is a problem document as one error that a person can read, with
// all its reasons. What is none (another server, a proxy) is told by status.
func readProblem(response *http.Response, text []byte) error {
	var problem struct {
		Title, Detail, Code string
		Reasons             []struct{ Field, Detail string }
	}
	media, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
	if media != "application/problem+json" || json.Unmarshal(text, &problem) != nil || problem.Title == "" {
		return fmt.Errorf("the server at this address answers %q and is no Quitclaim", response.Status)
	}
	lines := []string{problem.Title + ". " + problem.Detail}
	for _, reason := range problem.Reasons {
		line := "  - " + reason.Detail
		if reason.Field != "" {
			line = "  - " + reason.Field + ": " + reason.Detail
		}
		lines = append(lines, line)
	}
	if wait := response.Header.Get("Retry-After"); wait != "" {
		lines = append(lines, "  - try again in "+wait+" s")
	}
	return errors.New(strings.Join(lines, "\n"))
}
