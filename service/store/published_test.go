package store

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
)

// What is shown is written down first, and never goes back.
func TestWhatIsShownIsWrittenDown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, err := keyring.Open(filepath.Join(dir, "keys"), "qc.test/log")
	if err != nil {
		t.Fatal(err)
	}
	checkpoint := func(size int64, origins ...string) string {
		named, err := keys.Named(origins...)
		if err != nil {
			t.Fatal(err)
		}
		text, err := ledger.Checkpoint{Origin: named.Origin(), Size: size, Root: tlog.RecordHash([]byte{byte(size)})}.Sign(named.Ledger())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	five, nine := checkpoint(5, "qc.test/log"), checkpoint(9, "qc.test/log")
	second := checkpoint(6, "qc.test/log", "qc.test/log/2")
	s, err := newShown(dir, keys)
	if err != nil || len(s.published()) > 0 {
		t.Fatalf("at first: %v, %v", s.published(), err)
	}
	for _, step := range []struct{ ask, want string }{
		{five, five}, {five, five}, {nine, nine}, {five, nine}, {second, second},
	} {
		got, err := s.show([]byte(step.ask))
		if err != nil || string(got) != step.want {
			t.Errorf("asked to show\n%sit shows\n%s%v, want\n%s", step.ask, got, err, step.want)
		}
		kept, err := os.ReadFile(filepath.Join(dir, PublishedName))
		if err != nil || string(kept) != step.want {
			t.Errorf("shown\n%skept\n%s%v", step.want, kept, err)
		}
	}
	again, err := newShown(dir, keys)
	if err != nil || len(again.published()) != 1 || string(again.published()[0].Text) != second {
		t.Errorf("after a new start: %+v, %v", again.published(), err)
	}
	if _, err := s.show([]byte("nonsense")); err == nil {
		t.Error("nonsense is shown")
	}
	// Where it cannot be written down, what was shown last is still true.
	s.path = filepath.Join(dir, "gone", PublishedName)
	if got, err := s.show([]byte(checkpoint(8, "qc.test/log", "qc.test/log/2"))); err != nil || string(got) != second {
		t.Errorf("without a disk it shows\n%s%v", got, err)
	}
	s.text = nil
	if got, err := s.show([]byte(five)); err == nil {
		t.Errorf("what nobody wrote down is shown: %s", got)
	}
	if err := os.WriteFile(filepath.Join(dir, PublishedName), []byte("qc.test/log\n5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newShown(dir, keys); err == nil {
		t.Error("a damaged file is passed over")
	}
}
