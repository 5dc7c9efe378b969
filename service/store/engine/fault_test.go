package engine

import (
	"errors"
	"testing"
)

var errCut = errors.New("the power is gone")

// A process that dies at a commit answers nobody with a yes, and writes nothing
// more; what it had committed is there at the next start, and nothing else.
func TestAProcessThatDiesAtACommit(t *testing.T) {
	t.Parallel()
	for point, want := range map[Point]string{BeforeCommit: "[1 4]", AfterCommit: "[1 2 4]"} {
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			dir, commits := t.TempDir(), 0
			c := config(dir)
			c.Fault = func(at Point) error {
				if at == point {
					commits++
				}
				if commits == 2 {
					return errCut
				}
				return nil
			}
			db := open(t, c)
			if err := db.Write(t.Context(), add(1)); err != nil {
				t.Fatal(err)
			}
			for n := int64(2); n <= 3; n++ {
				if err := db.Write(t.Context(), add(n)); !errors.Is(err, errCut) {
					t.Errorf("write %d: %v, want the error of the fault", n, err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, config(dir))
			if err := again.Write(t.Context(), add(4)); err != nil {
				t.Fatal(err)
			}
			if got := numbers(t, again); got != want {
				t.Errorf("after a new start %s, want %s", got, want)
			}
		})
	}
}
