package storetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// Postgres starts a PostgreSQL of its own on a unix socket in a temporary
// directory, and returns how to connect to it. Without initdb on this machine
// the test is skipped, or fails where QUITCLAIM_TEST_ALL=1 says that everything
// must run.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	initdb, found := findInitdb()
	if !found {
		if os.Getenv("QUITCLAIM_TEST_ALL") == "1" {
			t.Fatal("no initdb in PATH or /usr/lib/postgresql/*/bin, and QUITCLAIM_TEST_ALL=1")
		}
		t.Skip("PostgreSQL half skipped: no initdb in PATH or /usr/lib/postgresql/*/bin")
	}
	dir := postgresDir(t)
	data := filepath.Join(dir, "data")
	// Collation C: keys are ASCII and compare as bytes, as in SQLite.
	run(t, initdb, "-D", data, "-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8", "--no-sync")
	control := filepath.Join(filepath.Dir(initdb), "pg_ctl")
	options := fmt.Sprintf("-k %s -c listen_addresses='' -c fsync=off", dir)
	run(t, control, "-D", data, "-o", options, "-l", filepath.Join(dir, "log"), "-w", "start")
	t.Cleanup(func() { run(t, control, "-D", data, "-m", "immediate", "-w", "stop") })
	return fmt.Sprintf("host=%s user=postgres dbname=postgres", dir)
}

func findInitdb() (string, bool) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return path, true
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(installed) == 0 {
		return "", false
	}
	return slices.Max(installed), true
}

// postgresDir is a directory that the server's user may use: PostgreSQL does
// not run as root.
func postgresDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "quitclaim-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Getuid() != 0 {
		return dir
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		t.Skipf("PostgreSQL half skipped: root must not run it, and there is no user postgres: %v", err)
	}
	uid, errUID := strconv.Atoi(owner.Uid)
	gid, errGID := strconv.Atoi(owner.Gid)
	if errUID != nil || errGID != nil {
		t.Fatalf("user postgres has uid %q and gid %q", owner.Uid, owner.Gid)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return dir
}

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if os.Getuid() == 0 {
		name, args = "runuser", append([]string{"-u", "postgres", "--", name}, args...)
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	command.Dir = "/"
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
}
