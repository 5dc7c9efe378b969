package story

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A database that cannot be written is no service. The start says so, with the
// file's name and the reason, ends with 1 and changes nothing; and once the
// reason is gone it starts.
func TestAReadOnlyDatabaseAtTheStart(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	s.stop()
	for _, c := range []struct {
		name, want string
		begin, end func(*testing.T)
	}{
		{"the file", "quitclaim.db", func(t *testing.T) { s.protect(t, "quitclaim.db") }, func(t *testing.T) { s.unprotect(t, "quitclaim.db") }},
		{"the disk", "read-only file system", s.mountReadOnly, func(t *testing.T) {
			if err := syscall.Unmount(s.data, 0); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.begin(t)
			before := listing(t, s.data)
			out, err := s.run("serve", "--data", s.data, "--listen", "127.0.0.1:0")
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("exit: %v, want 1\n%s", err, out)
			}
			if !strings.Contains(out, c.want) || strings.Contains(out, serves) || strings.Contains(out, "panic") || strings.Count(out, "\n") > 3 {
				t.Errorf("it does not say %q in a line:\n%s", c.want, out)
			}
			if after := listing(t, s.data); after != before {
				t.Errorf("it changed the directory from\n%sto\n%s", before, after)
			}
			c.end(t)
		})
	}
	s.again()
	s.clean()
}

// protect takes the right to write away, from root too.
func (s *server) protect(t *testing.T, name string) {
	t.Helper()
	path := filepath.Join(s.data, name)
	if os.Getuid() == 0 {
		t.Cleanup(func() { _ = exec.Command("chattr", "-i", path).Run() })
		tool(t, "chattr", "+i", path)
		return
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
}

func (s *server) unprotect(t *testing.T, name string) {
	t.Helper()
	path := filepath.Join(s.data, name)
	if os.Getuid() == 0 {
		tool(t, "chattr", "-i", path)
		return
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

// mountReadOnly mounts the directory over itself, not to be written.
func (s *server) mountReadOnly(t *testing.T) {
	t.Helper()
	if err := syscall.Mount(s.data, s.data, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("cannot mount: %v", err)
	}
	if err := syscall.Mount("", s.data, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Errorf("remount: %v", err)
	}
}

// listing is a directory's files with their sizes and times.
func listing(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(info.Mode().String() + " " + entry.Name() + " " + info.ModTime().String() + "\n")
	}
	return all.String()
}
