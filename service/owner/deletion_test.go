package owner

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// What a page says of a deletion is what is known: a cloud's word is not a look.
func TestKeepingOf(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		is   lifecycle.Deletion
		want Stage
		code string
	}{
		{"before its date", lifecycle.Deletion{State: lifecycle.TaskOpen, DueAt: now.Add(time.Hour)}, StageKept, "deletion.stage.kept"},
		{"without a date", lifecycle.Deletion{State: lifecycle.TaskOpen}, StageKept, "deletion.stage.kept"},
		{"on its date", lifecycle.Deletion{State: lifecycle.TaskOpen, DueAt: now}, StageWaiting, "deletion.stage.waiting"},
		{"asked for by its owner", lifecycle.Deletion{State: lifecycle.TaskOpen, DueAt: now.Add(time.Hour), WantedAt: now}, StageWaiting, "deletion.stage.waiting"},
		{"a week after a hold", lifecycle.Deletion{State: lifecycle.TaskOpen, DueAt: now, NotBefore: now.Add(time.Hour)}, StageKept, "deletion.stage.kept"},
		{"asked of the cloud", lifecycle.Deletion{State: lifecycle.TaskAsked, AskedAt: now}, StageAsked, "deletion.stage.asked"},
		{"seen gone", lifecycle.Deletion{State: lifecycle.TaskProven, Proof: "nothing-kept", DoneAt: now}, StageDone, "deletion.stage.done"},
		{"gone by its word", lifecycle.Deletion{State: lifecycle.TaskProven, Proof: lifecycle.ProofByItsWord, DoneAt: now}, StageDone, "deletion.stage.done-by-its-word"},
		{"given up", lifecycle.Deletion{State: lifecycle.TaskWaived, DoneAt: now}, StageWaived, "deletion.stage.waived"},
	}
	for _, tt := range tests {
		if got := keepingOf(tt.is, now, "builtin"); got.Stage != tt.want || got.StageCode() != tt.code {
			t.Errorf("%s: %s, %s; want %s, %s", tt.name, got.Stage, got.StageCode(), tt.want, tt.code)
		}
	}
}
