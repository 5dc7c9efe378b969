package story

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the built program, once for all stories.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "quitclaim-story-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "quitclaim")
	build := exec.Command("go", "build", "-o", path, "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func quitclaim(t *testing.T) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// server is one running process and the world it serves.
type server struct {
	t     *testing.T
	data  string
	cmd   *exec.Cmd
	ended chan error
	out   *output
	world world
}

// world is demo.json.
type world struct {
	URL    string `json:"url"`
	People []struct {
		Name, Role, Org, Email, Password, Token string
	} `json:"people"`
	Units []unit `json:"units"`
}

type unit struct {
	Brand, Serial, GTIN, State, Custody, Payload, Owner, Receipt, Seller string
}

// output keeps what a process prints, for the test that fails.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// demo starts `quitclaim demo` in a directory of its own.
func demo(t *testing.T, flags ...string) *server {
	t.Helper()
	return demoIn(t, t.TempDir(), flags...)
}

// demoIn starts the demo in a directory where an earlier one may have been.
func demoIn(t *testing.T, data string, flags ...string) *server {
	t.Helper()
	args := append([]string{"demo", "--data", data, "--listen", "127.0.0.1:0"}, flags...)
	s := start(t, data, exec.Command(quitclaim(t), args...))
	text, err := os.ReadFile(filepath.Join(data, "demo.json"))
	if err != nil {
		t.Fatalf("demo.json: %v\n%s", err, s.out)
	}
	if err := json.Unmarshal(text, &s.world); err != nil {
		t.Fatalf("demo.json: %v", err)
	}
	return s
}

// start runs a command that serves, and waits until it says that it does.
func start(t *testing.T, data string, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{t: t, data: data, cmd: cmd, ended: make(chan error, 1), out: &output{}}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = s.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			fmt.Fprintln(s.out, lines.Text())
			if strings.Contains(lines.Text(), "quitclaim serves at ") {
				close(ready)
			}
		}
		s.ended <- cmd.Wait()
	}()
	t.Cleanup(s.stop)
	select {
	case <-ready:
	case err := <-s.ended:
		s.ended <- err
		t.Fatalf("the server ended: %v\n%s", err, s.out)
	case <-time.After(2 * time.Minute):
		t.Fatalf("the server does not start\n%s", s.out)
	}
	return s
}

// stop ends the process as an operator would, and waits for it.
func (s *server) stop() { s.end(syscall.SIGTERM) }

// kill ends it as a power cut would.
func (s *server) kill() { s.end(syscall.SIGKILL) }

func (s *server) end(signal syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(signal)
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Kill()
		s.t.Errorf("the server does not end\n%s", s.out)
		<-s.ended
	}
	s.cmd = nil
	if s.t.Failed() {
		s.t.Logf("the server said:\n%s", s.out)
	}
}

// run runs another subcommand to its end.
func (s *server) run(args ...string) (string, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, quitclaim(s.t), args...).CombinedOutput()
	return string(out), err
}

// any finds a unit of the demo in a state that fits.
func (s *server) any(fits func(unit) bool) unit {
	s.t.Helper()
	for _, u := range s.world.Units {
		if fits(u) {
			return u
		}
	}
	s.t.Fatal("the demo has no such unit")
	return unit{}
}

// client is one caller: a person of the demo, or nobody.
type client struct {
	s     *server
	token string
	Email string
}

// as is the n-th person of a role and organisation (empty: any).
func (s *server) as(role, org string, n int) client {
	s.t.Helper()
	for _, p := range s.world.People {
		if p.Role != role || org != "" && p.Org != org {
			continue
		}
		if n == 0 {
			return client{s, p.Token, p.Email}
		}
		n--
	}
	s.t.Fatalf("the demo has no such %s", role)
	return client{}
}

// owner is the person with this address.
func (s *server) owner(email string) client {
	s.t.Helper()
	for _, p := range s.world.People {
		if p.Email == email {
			return client{s, p.Token, p.Email}
		}
	}
	s.t.Fatalf("nobody has the address %s", email)
	return client{}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	Status int
	Header http.Header
	Body   []byte
}

func (c client) get(path string) answer { return c.do(http.MethodGet, path, "", nil) }

// post sends JSON under a key of its own.
func (c client) post(path string, body any) answer { return c.postAs(newKey(), path, body) }

// postAs sends JSON under this idempotency key.
func (c client) postAs(key, path string, body any) answer {
	return c.do(http.MethodPost, path, key, body)
}

func (c client) do(method, path, key string, body any) answer {
	c.s.t.Helper()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			c.s.t.Fatal(err)
		}
		reader = strings.NewReader(string(text))
	}
	request, err := http.NewRequestWithContext(c.s.t.Context(), method, c.s.world.URL+path, reader)
	if err != nil {
		c.s.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	if err != nil {
		c.s.t.Fatalf("%s %s: %v\n%s", method, path, err, c.s.out)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		c.s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{c.s.t, method + " " + path, response.StatusCode, response.Header, got}
}

// want fails the story unless the status is this one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: %d, want %d\n%s", a.what, a.Status, status, a.Body)
	}
	return a
}

// into reads the body.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.what, err, a.Body)
	}
}

// reasons are the codes of a refusal.
func (a answer) reasons() []string {
	a.t.Helper()
	var body struct {
		Reasons []struct{ Code string } `json:"reasons"`
	}
	a.into(&body)
	codes := make([]string, len(body.Reasons))
	for i, reason := range body.Reasons {
		codes[i] = reason.Code
	}
	return codes
}

// eventually asks again until the condition holds, or fails the story.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("after %s still not: %s", within, what)
		case <-again.C:
		}
	}
}
