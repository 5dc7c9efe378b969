package story

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// binary is the built program, once for all stories; with the race detector
// where the stories themselves run with it.
var binary = sync.OnceValues(func() (string, error) {
	if err := os.MkdirAll(binDir(), 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(binDir(), "quitclaim")
	args := []string{"build", "-o", path}
	if raceEnabled {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "..")...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// binDir is this run's own.
func binDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("quitclaim-story-%d", os.Getpid()))
}

func TestMain(m *testing.M) {
	flag.Parse()
	// Stories wait for clouds more than for a processor: as many as have seats.
	if err := flag.Set("test.parallel", strconv.Itoa(cap(seats))); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(binDir())
	os.Exit(code)
}

func quitclaim(t *testing.T) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// environment is ours without what would configure the service, and with what
// a story adds.
func environment(more ...string) []string {
	var own []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "QUITCLAIM_") {
			own = append(own, variable)
		}
	}
	return append(own, more...)
}

// everything reports whether what a machine lacks is a failure: on the machine
// that decides what lands.
func everything() bool { return os.Getenv("QUITCLAIM_TEST_ALL") == "1" }

// lacking skips a story for want of something, or fails it.
func lacking(t *testing.T, what string) {
	t.Helper()
	if everything() {
		t.Fatalf("QUITCLAIM_TEST_ALL=1, and there is no %s", what)
	}
	t.Skipf("there is no %s here", what)
}
