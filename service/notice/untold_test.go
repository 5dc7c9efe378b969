package notice_test

import (
	"testing"

	"quitclaim/service/notice"
)

// TestSources: what was set aside is found again by its name alone.
func TestSources(t *testing.T) {
	t.Parallel()
	if seq, ok := notice.SourceEntry(42).Entry(); !ok || seq != 42 {
		t.Errorf("entry 42 is %d, %v", seq, ok)
	}
	if id, ok := notice.SourceFlag("flg_1").Flag(); !ok || id != "flg_1" {
		t.Errorf("flag flg_1 is %q, %v", id, ok)
	}
	for _, other := range []notice.Source{"", "entry", "entry x", "entry 1 2", "flag"} {
		if seq, ok := other.Entry(); ok {
			t.Errorf("%q is entry %d", other, seq)
		}
	}
	if id, ok := notice.SourceEntry(1).Flag(); ok {
		t.Errorf("an entry is flag %q", id)
	}
}
