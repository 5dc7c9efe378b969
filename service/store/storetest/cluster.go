package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Cluster is a PostgreSQL of a test's own that really writes to its disk, and
// that the test may stop, kill and start again. It listens on 127.0.0.1, so
// that something can be put in between.
type Cluster struct {
	t       testing.TB
	control string
	dir     string
	port    int
}

// NewCluster makes one and starts it. Without initdb the test is skipped, as in
// Postgres.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	initdb, found := findInitdb()
	if !found {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("no initdb in PATH or /usr/lib/postgresql/*/bin, and QUITCLAIM_TEST_ALL=1")
		}
		t.Skip("PostgreSQL skipped: no initdb in PATH or /usr/lib/postgresql/*/bin")
	}
	c := &Cluster{t: t, control: filepath.Join(filepath.Dir(initdb), "pg_ctl"), dir: postgresDir(t), port: freePort(t)}
	run(t, initdb, "-D", c.data(), "-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8")
	c.Start()
	t.Cleanup(c.Kill)
	return c
}

// freePort is one that nobody has now.
func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Address is where it listens.
func (c *Cluster) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)) }

// URL is how to connect to it.
func (c *Cluster) URL() string { return c.URLAt(c.Address()) }

// URLAt is how to connect to it through something that listens at address.
func (c *Cluster) URLAt(address string) string {
	return "postgres://postgres@" + address + "/postgres?sslmode=disable"
}

// Start starts it, and waits until it takes connections.
func (c *Cluster) Start() {
	c.t.Helper()
	options := fmt.Sprintf("-c unix_socket_directories='' -p %d -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on -c max_connections=60", c.port)
	before := c.t.Failed()
	run(c.t, c.control, "-D", c.data(), "-o", options, "-l", filepath.Join(c.dir, "log"), "-w", "-t", "60", "start")
	if c.t.Failed() && !before {
		said, err := os.ReadFile(filepath.Join(c.dir, "log"))
		c.t.Fatalf("PostgreSQL said: %s %v", said[max(0, len(said)-4000):], err)
	}
}

// Stop ends it as its operator would: connections are cut, nothing is lost.
func (c *Cluster) Stop() {
	c.t.Helper()
	run(c.t, c.control, "-D", c.data(), "-m", "fast", "-w", "stop")
}

// Kill ends all of its processes at once, as a power cut would, and waits until
// they are gone. One that does not run stays as it is.
func (c *Cluster) Kill() {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		c.t.Fatal(err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	postmaster, err := strconv.Atoi(string(first))
	if err != nil {
		c.t.Fatalf("postmaster.pid: %v", err)
	}
	all := append([]int{postmaster}, childrenOf(c.t, postmaster)...)
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is well
	}
	late := time.After(20 * time.Second)
	for _, pid := range all {
		for isPostgres(pid) {
			select {
			case <-late:
				c.t.Fatalf("PostgreSQL process %d does not end", pid)
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	// Nobody may have waited for the dead process, whose number would then keep
	// the next one from starting.
	if err := os.Remove(filepath.Join(c.data(), "postmaster.pid")); err != nil {
		c.t.Errorf("after a kill: %v", err)
	}
}

// isPostgres reports whether the process runs, and is what we think it is: its
// number may have gone to another since. A dead one that nobody has waited for
// does not run.
func isPostgres(pid int) bool {
	name, state, _ := processOf(pid)
	return name == "postgres" && state != "Z"
}

// childrenOf lists the processes that a process has started.
func childrenOf(t testing.TB, parent int) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatalf("list processes: %v", err)
	}
	var children []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if name, _, its := processOf(pid); name == "postgres" && its == parent {
			children = append(children, pid)
		}
	}
	return children
}

// processOf reads name, state and parent of a process (proc(5), /proc/pid/stat).
func processOf(pid int) (name, state string, parent int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", "", 0
	}
	open, shut := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
	if open < 0 || shut < open {
		return "", "", 0
	}
	fields := strings.Fields(string(text[shut+1:]))
	if len(fields) < 2 {
		return "", "", 0
	}
	parent, _ = strconv.Atoi(fields[1]) // the kernel wrote it
	return string(text[open+1 : shut]), fields[0], parent
}
