package replay_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
)

// shelf is a base with rows of one kind: a subject and what stands.
type shelf struct {
	*base
	stands map[string]string
}

func (s *shelf) StandingAfter(_ context.Context, _, after string, limit int) (list []ledger.Standing, at ledger.Moment, err error) {
	for subject, state := range s.stands {
		if subject > after {
			list = append(list, ledger.Standing{Subject: subject, State: state})
		}
	}
	slices.SortFunc(list, func(a, b ledger.Standing) int { return strings.Compare(a.Subject, b.Subject) })
	list = list[:min(limit, len(list))]
	at = ledger.Moment{Size: int64(len(s.entries)), Waiting: slices.Clone(s.waiting)}
	if s.looked != nil {
		s.looked()
	}
	return list, at, nil
}

// says logs what becomes of a subject, or has the entry wait; "" ends it.
func (s *shelf) says(subject, state string, waits bool) {
	event := "set"
	if state == "" {
		event = "end"
	}
	id, entry := s.leaf("thing", subject, event, state)
	if !waits {
		s.entries = append(s.entries, entry)
		return
	}
	s.waiting = append(s.waiting, ledger.Waiting{ID: id, At: start(), Bytes: entry, Hash: ledger.LeafHash(entry)})
}

func (s *shelf) set(subject, state string, waits bool) {
	s.says(subject, state, waits)
	if s.stands[subject] = state; state == "" {
		delete(s.stands, subject)
	}
}

func (s *shelf) run() (replay.Result, string) {
	s.t.Helper()
	var out bytes.Buffer
	thing := replay.Kind{Name: "thing", Of: func(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
		if leaf.Kind != "thing" {
			return nil
		}
		return []ledger.Standing{{Subject: leaf.Subject, State: strings.Trim(string(leaf.Body), `"`)}}
	}}
	result, err := replay.Run(s.t.Context(), replay.Config{
		Source: s, Tables: s, Standings: s, Kinds: []replay.Kind{thing}, Out: &out, Now: start,
		Pause: func(context.Context, time.Duration) error { s.place(); return nil },
	})
	if err != nil {
		s.t.Errorf("replay: %v", err)
	}
	return result, out.String()
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{newBase(t), map[string]string{}}
	for n := range 500 {
		s.set(fmt.Sprintf("thg_%04d", n*2), "a", false)
	}
	return s
}

// What stands beside units may change, come and end while it is read.
func TestWhatStandsMayMoveMeanwhile(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	turn := 0
	s.looked = func() {
		turn++
		s.place()
		for n := range 20 {
			s.set(fmt.Sprintf("thg_%04d", n*50+turn), fmt.Sprint("b", turn), true)
			s.set(fmt.Sprintf("thg_%04d", n*48+turn*2), "", n%2 == 0)
		}
	}
	if result, out := s.run(); result.Found != 0 || result.Unsettled != 0 || turn < 3 {
		t.Errorf("after %d looks %+v:\n%s", turn, result, out)
	}
}

func TestWhatStandsWronglyIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(s *shelf)
		want string
	}{
		"another state":   {func(s *shelf) { s.stands["thg_0420"] = "z" }, "thing thg_0420: the ledger says a, the table says z"},
		"one gone":        {func(s *shelf) { delete(s.stands, "thg_0420") }, "thing thg_0420: is on the ledger and not in the tables"},
		"one made up":     {func(s *shelf) { s.stands["thg_0421"] = "a" }, "thing thg_0421: stands in the tables and not on the ledger"},
		"one that ended":  {func(s *shelf) { s.says("thg_0420", "", false) }, "thing thg_0420: stands in the tables and not on the ledger"},
		"the last":        {func(s *shelf) { delete(s.stands, "thg_0998") }, "thing thg_0998: is on the ledger"},
		"behind the last": {func(s *shelf) { s.stands["thg_9"] = "a" }, "thing thg_9: stands in the tables"},
		"one that waits":  {func(s *shelf) { s.says("thg_0420", "b", true) }, "thing thg_0420: the ledger says b, the table says a"},
	} {
		s := newShelf(t)
		c.do(s)
		if result, out := s.run(); result.Found != 1 || !strings.Contains(out, c.want) {
			t.Errorf("%s: %+v, want %q:\n%s", name, result, c.want, out)
		}
	}
}
