package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain lets ratios start the test binary as `load bare`.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "bare" {
		main()
	}
	code := m.Run()
	_ = os.RemoveAll(binDir())
	os.Exit(code)
}

func binDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("quitclaim-load-test-%d", os.Getpid()))
}

// quitclaim is the built product, once for all tests.
var quitclaim = sync.OnceValues(func() (string, error) {
	if err := os.MkdirAll(binDir(), 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(binDir(), "quitclaim")
	if text, err := exec.Command("go", "build", "-o", path, "quitclaim/service").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, text)
	}
	return path, nil
})

// small is an environment for measurements that mean nothing.
func small(t *testing.T) environment {
	t.Helper()
	binary, err := quitclaim()
	if err != nil {
		t.Fatal(err)
	}
	return environment{dir: t.TempDir(), binary: binary, clients: 2, owners: 2, each: 1, ledger: 600, progress: io.Discard}
}

func TestRunPicksTheCommand(t *testing.T) {
	t.Parallel()
	cases := []struct {
		args        []string
		code        int
		out, errors string
	}{
		{nil, 2, "", "no command"},
		{[]string{"walk"}, 2, "", `no command "walk"`},
		{[]string{"run", "--help"}, 0, "--scenario", ""},
		{[]string{"prepare", "--help"}, 0, "--bound", ""},
		{[]string{"ratios", "--help"}, 0, "--dir", ""},
		{[]string{"run", "--clients", "0"}, 2, "", "clients: 0"},
		{[]string{"run", "--world", filepath.Join(t.TempDir(), "none")}, 1, "", "load prepare makes one"},
		{[]string{"prepare", "--data", filepath.Join(t.TempDir(), "none")}, 1, "", "no server runs on"},
	}
	for _, c := range cases {
		var out, errors bytes.Buffer
		if code := run(t.Context(), c.args, &out, &errors); code != c.code {
			t.Errorf("%v: exit %d, want %d", c.args, code, c.code)
		}
		if !strings.Contains(out.String(), c.out) || !strings.Contains(errors.String(), c.errors) {
			t.Errorf("%v said %q and %q, want %q and %q", c.args, &out, &errors, c.out, c.errors)
		}
	}
}
