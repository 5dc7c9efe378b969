package sweep

import (
	"context"
	"errors"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// A replay within seven days gets the first answer, also after a purge; after
// it the command is judged anew, and the purge leaves nothing of the first.
func TestRetentionKeepsWhatCanBeReplayed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	ctx := access.WithIdempotency(t.Context(), access.Idempotency{
		Principal: string(k.Clerk.Person), Route: "POST /v1/returns", Key: "one", BodyDigest: "same",
	})
	first, err := k.Advance(ctx, unit.ID, k.TakeBack())
	if err != nil {
		t.Fatal(err)
	}
	k.Clock.Add(7*24*time.Hour - time.Minute)
	k.run(t, Retention)
	if again, err := k.Advance(ctx, unit.ID, k.TakeBack()); err != nil || !again.Replayed || again.Index != first.Index {
		t.Errorf("within seven days: %+v, %v; want the first answer", again, err)
	}
	k.Clock.Add(time.Minute)
	if _, err := k.Advance(ctx, unit.ID, k.TakeBack()); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("after seven days: %v; want it judged anew, and refused", err)
	}
	k.Clock.Add(2 * time.Hour)
	if run := k.run(t, Retention); run.Seen < 2 || run.Error != "" {
		t.Errorf("run: %+v; want the attempt and its answer deleted", run)
	}
	if run := k.run(t, Retention); run.Seen != 0 {
		t.Errorf("run: %+v; want nothing left to delete", run)
	}
}

func TestRetentionGoesInPortions(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	portions := []int{500, 500, 20}
	k.sweep.config.Purge = func(context.Context) (int, bool, error) {
		n := portions[0]
		portions = portions[1:]
		return n, n == 500, nil
	}
	if run := k.run(t, Retention); run.Seen != 1020 || len(portions) != 0 {
		t.Errorf("run %+v, %v left; want all three portions", run, portions)
	}
	broken := errors.New("broken")
	k.sweep.config.Purge = func(context.Context) (int, bool, error) { return 3, false, broken }
	k.Clock.Add(time.Second)
	run, err := k.sweep.RunOnce(t.Context(), Retention)
	if !errors.Is(err, broken) || run.Error != lifecycle.RunFailed || run.Seen != 3 {
		t.Errorf("run %+v, %v; want it on record as failed", run, err)
	}
}
