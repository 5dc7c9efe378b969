// Package mailtest starts a real mail server for a test: Debian's Postfix, on a
// free port of this machine, with all that it keeps in a temporary directory.
//
// It delivers into mailboxes that the test reads, and to nowhere else: no mail
// leaves the machine. It trusts /usr/sbin/postfix to be Postfix.
package mailtest

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Domains of the mailboxes: readers', and the one to which reports come back.
const (
	Readers = "reader.test"
	Ours    = "quitclaim.test"
)

// Server is one mail server. It may be stopped and started again.
type Server struct {
	// Addr is host:port.
	Addr string
	// Roots signed its certificate, where it has one.
	Roots *x509.CertPool

	dir     string
	command *exec.Cmd
	done    chan struct{}
}

// Options are how a server behaves.
type Options struct {
	// TLS: it offers STARTTLS, with a certificate for 127.0.0.1.
	TLS bool
	// Answers are what it says to a recipient instead of taking the mail, such as
	// "450 4.2.0 later".
	Answers map[string]string
	// Boxes are further addresses that have a mailbox, named as before their "@".
	Boxes []string
}

// New is a server that has not started. The test skips where there is no
// Postfix or it cannot run, and fails under QUITCLAIM_TEST_ALL=1.
func New(t testing.TB) *Server {
	t.Helper()
	if _, err := os.Stat(postfix); err != nil || os.Geteuid() != 0 {
		missing := "needs Postfix (Debian: postfix), and root to start it"
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir: its name may be too long for the sockets within.
	dir, err := os.MkdirTemp("", "qm")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: addr, dir: dir}
	t.Cleanup(func() {
		s.Stop(t)
		if err := os.RemoveAll(dir); err != nil {
			t.Log(err)
		}
	})
	s.prepare(t)
	return s
}

const postfix = "/usr/sbin/postfix"

// prepare makes what Postfix wants to find.
func (s *Server) prepare(t testing.TB) {
	t.Helper()
	if err := os.Chmod(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"etc", "queue", "data", "mail"} {
		if err := os.Mkdir(filepath.Join(s.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	nouser := "#!/bin/sh\ncat >/dev/null\nexit 67\n" // EX_NOUSER of sysexits.h
	if err := os.WriteFile(filepath.Join(s.dir, "nouser"), []byte(nouser), 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, "chown", "postfix", filepath.Join(s.dir, "data"))
	run(t, "chown", "nobody", filepath.Join(s.dir, "mail"))
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// Start starts the server and waits until it answers.
func (s *Server) Start(t testing.TB, options Options) {
	t.Helper()
	etc := filepath.Join(s.dir, "etc")
	main := s.main(options)
	if options.TLS {
		main += s.certificate(t)
	}
	for name, text := range map[string]string{"main.cf": main, "master.cf": s.master()} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() // the process has its own
	s.command = exec.Command(postfix, "-c", etc, "start-fg")
	s.command.Stdout, s.command.Stderr = log, log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.command.Wait() // how it ended is in its log
		close(s.done)
	}()
	s.await(t)
}

// await waits for the greeting (RFC 5321, section 4.3.1).
func (s *Server) await(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for {
		last := greeted(ctx, s.Addr)
		if last == nil {
			return
		}
		select {
		case <-s.done:
			t.Fatalf("Postfix ended: %s", s.Log())
		case <-ctx.Done():
			t.Fatalf("Postfix does not answer: %v\n%s", last, s.Log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func greeted(ctx context.Context, addr string) error {
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // a server that says nothing
	line := make([]byte, 3)
	if _, err := conn.Read(line); err != nil || string(line) != "220" {
		return fmt.Errorf("greeted with %q: %w", line, err)
	}
	_, err = conn.Write([]byte("QUIT\r\n"))
	return err
}

// Stop stops it, as a mail server that is down.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.command == nil {
		return
	}
	// master(8) has a session of its own; it takes its children along.
	text, err := os.ReadFile(filepath.Join(s.dir, "queue", "pid", "master.pid"))
	pid, errPID := strconv.Atoi(strings.TrimSpace(string(text)))
	if err = errors.Join(err, errPID); err == nil && pid > 1 {
		err = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err != nil {
		t.Log(err)
	}
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		t.Errorf("Postfix does not end: %s", s.Log())
	}
	s.command = nil
}

// Log is what it wrote.
func (s *Server) Log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
