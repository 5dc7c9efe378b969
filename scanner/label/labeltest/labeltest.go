// Package labeltest looks at what we print with programs that are not ours.
//
// Place in the flow: after a label, a sheet or a paper was drawn, in tests alone:
// what a printer's language or a decoder makes of it is the proof. It trusts the
// programs, and where everything must run it does without none of them.
package labeltest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Program finds a program that reads what we print. Without it the test is
// skipped; where every test must run, its absence is a fault.
func Program(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatalf("%s is not installed, and QUITCLAIM_TEST_ALL=1 lets no test skip (Debian: %s)", name, debian)
		}
		t.Skipf("%s is not installed (Debian: %s): the print is not looked at", name, debian)
	}
	return path
}

// Run runs a program, and is what it said.
func Run(t *testing.T, path string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	command := exec.CommandContext(ctx, path, args...)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(path), err, stderr.String())
	}
	return out
}

// Keep writes what was made to a file.
func Keep(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
