package story

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// plug is a way to end a process as a power cut would. Each waits until it is
// gone.
type plug struct {
	name string
	pull func(*server, *rand.Rand)
}

func plugs() []plug {
	return []plug{
		{"under load", func(s *server, random *rand.Rand) {
			<-time.After(time.Duration(50+random.IntN(600)) * time.Millisecond)
			s.kill()
		}},
		{"at a checkpoint", func(s *server, random *rand.Rand) {
			s.checkpointed(3 * time.Second)
			<-time.After(time.Duration(random.IntN(3000)) * time.Microsecond)
			s.kill()
		}},
		{"while it ends", func(s *server, random *rand.Rand) {
			<-time.After(time.Duration(50+random.IntN(300)) * time.Millisecond)
			_ = s.cmd.Process.Signal(syscall.SIGTERM)
			<-time.After(time.Duration(random.IntN(60)) * time.Millisecond)
			s.kill()
		}},
		{"while it starts", func(s *server, random *rand.Rand) {
			<-time.After(time.Duration(50+random.IntN(300)) * time.Millisecond)
			s.kill()
			for range 1 + random.IntN(3) {
				s.begun(time.Duration(random.IntN(100)) * time.Millisecond)
			}
		}},
	}
}

// checkpointed waits until SQLite folds its log into the file: with a log
// beside it, the file itself is written at no other time
// (sqlite.org/wal.html, "Checkpointing"). It gives up after a while.
func (s *server) checkpointed(limit time.Duration) {
	name := filepath.Join(s.data, "quitclaim.db")
	written := func() time.Time {
		info, err := os.Stat(name)
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	deadline := time.After(limit)
	look := time.NewTicker(200 * time.Microsecond)
	defer look.Stop()
	for was := written(); was.Equal(written()); {
		select {
		case <-deadline:
			return
		case <-look.C:
		}
	}
}

// begun starts the server and pulls the plug after so long, wherever it is.
func (s *server) begun(plug time.Duration) {
	s.t.Helper()
	line := slices.Concat([]string{quitclaim(s.t)}, s.args)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environment(s.env...), s.out, s.out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	<-time.After(plug)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // that it was killed is no news
}

// sums counts the rounds of each plug, for the report.
func sums(t *testing.T, counts map[string]int, l *load) {
	t.Helper()
	t.Logf("%v; %d answers acknowledged, %d requests without an answer, %d told to come again, %d checkpoints kept",
		counts, l.record.count, l.lost.get(), l.refused.get(), len(l.witness.kept))
}
