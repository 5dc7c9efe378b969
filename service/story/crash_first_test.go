package story

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The plug is pulled while an empty directory becomes a service: while the
// keys are made, while the tables are, before the link is printed. The next
// start goes on from there, whatever there is, and nothing that was shown to
// anybody becomes untrue.
func TestKillsDuringTheFirstStart(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	directories := forms(6, 100)
	shown, found := 0, map[string]int{}
	for range directories {
		data := filepath.Join(t.TempDir(), "data")
		t.Run(fmt.Sprint(filepath.Base(filepath.Dir(data))), func(t *testing.T) {
			s := newServer(t, data, "serve", "--data", data, "--listen", "127.0.0.1:0")
			for range 1 + random.IntN(3) {
				s.begun(time.Duration(random.IntN(140_000)) * time.Microsecond)
				found[s.left()]++
			}
			keys := printedKeys(s.out.String())
			s.start()
			s.firstSteps(t, keys)
			if len(keys) > 0 {
				shown++
			}
		})
	}
	t.Logf("left behind: %v; %d of %d had shown their keys before the plug was pulled", found, shown, directories)
}

// left says how far a first start came.
func (s *server) left() string {
	is := func(name string) bool {
		info, err := os.Stat(filepath.Join(s.data, name))
		return err == nil && info.Size() > 0
	}
	switch {
	case is("run.json"):
		return "everything"
	case is("quitclaim.db"):
		return "a database"
	case is("keys"):
		return "keys"
	}
	return "nothing"
}

// printedKeys are the public keys that a first start shows.
func printedKeys(out string) []string {
	var keys []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "ledger ") {
			keys = append(keys, strings.TrimSpace(line))
		}
	}
	return keys
}

// firstSteps finds a service that is new and whole.
func (s *server) firstSteps(t *testing.T, shown []string) {
	t.Helper()
	s.whole()
	public := string(s.nobody().get("/log/keys").want(http.StatusOK).Body)
	for _, key := range shown {
		if !strings.Contains(public, key) {
			t.Errorf("%q was shown, and now the keys are\n%s", key, public)
		}
	}
	pins := filepath.Join(t.TempDir(), "keys.txt")
	if err := os.WriteFile(pins, []byte(public), 0o600); err != nil {
		t.Fatal(err)
	}
	s.audited(pins)
	s.visitor().open(s.lastSetupLink(t)).want(http.StatusOK)
	if begun := s.texts(`SELECT event FROM log_entry WHERE kind = 'log'`); len(begun) != 1 {
		t.Errorf("the log has begun %d times: %v", len(begun), begun)
	}
}

// lastSetupLink is the path of the newest link on the console: each start ends
// the one before.
func (s *server) lastSetupLink(t *testing.T) string {
	t.Helper()
	out := s.out.String()
	at := strings.LastIndex(out, "/setup/")
	if at < 0 {
		t.Fatalf("no set-up link on the console:\n%s", out)
	}
	return strings.Fields(out[at:])[0]
}
