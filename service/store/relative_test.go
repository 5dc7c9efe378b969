package store_test

import (
	"testing"

	"quitclaim/service/store"
	"quitclaim/service/store/storetest"
)

// Directories as people type them: relative, with blanks, percent signs and
// question marks. (Not parallel: it changes the working directory.)
func TestOpenInAnyDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"data", "data/demo", "./a b", "50%25", "why?", "x#y"} {
		config := storetest.Config(t, dir, storetest.NewClock())
		opened, err := store.Open(t.Context(), config)
		if err != nil {
			t.Errorf("open in %q: %v", dir, err)
			continue
		}
		if err := opened.Close(); err != nil {
			t.Errorf("close in %q: %v", dir, err)
		}
		config.ReadOnly = true
		if opened, err = store.Open(t.Context(), config); err != nil {
			t.Errorf("read in %q: %v", dir, err)
			continue
		}
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	}
}
