package notice_test

import (
	"testing"
	"time"

	"quitclaim/service/notice"
)

// TestTold is the earlier of the two ways by which a reader could know.
func TestTold(t *testing.T) {
	t.Parallel()
	early, late := time.UnixMilli(1).UTC(), time.UnixMilli(2).UTC()
	for name, c := range map[string]struct {
		reach notice.Reach
		want  time.Time
	}{
		"queued alone":     {notice.Reach{QueuedAt: early}, time.Time{}},
		"mailed":           {notice.Reach{QueuedAt: early, MailedAt: late}, late},
		"read":             {notice.Reach{QueuedAt: early, ReadAt: late}, late},
		"mailed, read":     {notice.Reach{MailedAt: early, ReadAt: late}, early},
		"read, then taken": {notice.Reach{MailedAt: late, ReadAt: early}, early},
	} {
		if got := c.reach.Told(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
