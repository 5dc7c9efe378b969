package simulation

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/cloud/cloudtest"
)

// plan is what a seed's world suffers from. Not all seeds suffer from
// everything: what one trouble hides, its absence shows.
type plan struct {
	steps    int
	crashes  bool
	jumps    bool // of the clock, by an hour
	lies     bool // of clouds
	repeats  bool // of requests
	parallel int  // how many things may be under way
}

// world is everything of one run.
type world struct {
	t    testing.TB
	seed uint64
	plan plan
	bug  bug
	dir  string

	dice  *dice // decides what happens; only the running slice throws it
	ids   *dice // of the store and the rooms
	clock *clock

	cast    cast
	clouds  map[string]*liar
	cameras []*unitCamera
	truth   *cloudtest.Memory // what the vendor's cloud really holds
	house   *house            // the process

	tasks   []*task // under way, in the order of their beginning
	running *task   // whose slice it is
	parked  chan struct{}
	death   death

	honest     bool       // no cloud ever lied
	unanswered []*request // nobody knows what became of them
	answered   []*request
	acks       []ack
	byKey      map[attemptOf]ack
	leases     map[workRow]int // the newest attempt at a piece of work
	watch      *watch

	step     int
	auditing bool // what is asked now is no part of the story
	story    []string
	wrong    string // the first thing that must not be
}

// task is something that is under way.
type task struct {
	name   string
	resume chan struct{}
	ended  bool
}

// fail notes what must not be. It may be called from any task: the run ends
// with the slice.
func (w *world) fail(format string, args ...any) {
	if w.wrong == "" {
		w.wrong = fmt.Sprintf(format, args...)
	}
}

// tell adds a line to the story.
func (w *world) tell(format string, args ...any) {
	who := "world"
	if w.running != nil {
		who = w.running.name
	}
	w.story = append(w.story, fmt.Sprintf("%4d %s %-22s %s", w.step, w.clock.Now().Format("02 15:04:05.000"), who, fmt.Sprintf(format, args...)))
}

// ending is the last part of the story.
func (w *world) ending(lines int) string {
	return strings.Join(w.story[max(0, len(w.story)-lines):], "\n")
}

// start puts something under way; it begins with its first slice.
func (w *world) start(name string, run func()) {
	t := &task{name: name, resume: make(chan struct{})}
	w.tasks = append(w.tasks, t)
	go func() {
		<-t.resume
		defer func() {
			if reason := recover(); reason != nil {
				w.fail("panic in %s: %v\n%s", name, reason, debug.Stack())
			}
			t.ended = true
			w.parked <- struct{}{}
		}()
		run()
	}()
}

// slice lets a task run until it yields or ends.
func (w *world) slice(t *task) {
	w.running = t
	t.resume <- struct{}{}
	<-w.parked
	w.running = nil
	if t.ended {
		w.tasks = slices.DeleteFunc(w.tasks, func(other *task) bool { return other == t })
	}
}

// yield is where a task may be overtaken by others: before and after whatever
// it asks of the store or of a cloud. A worker's own goroutines call it too;
// its task is whose slice it is.
func (w *world) yield() {
	t := w.running
	if t == nil || w.house.dead || w.plan.parallel < 2 || !w.dice.in(3) {
		return
	}
	w.parked <- struct{}{}
	<-t.resume
}

// run lives through the seed.
func (w *world) run() {
	for w.step = 1; w.step <= w.plan.steps && w.wrong == ""; w.step++ {
		w.once()
		if w.house.dead {
			w.restart()
		}
		w.watch.look()
		if w.step%auditEvery == 0 {
			w.audit()
		}
	}
	if w.wrong == "" {
		w.settle()
	}
}

// auditEvery is after how many steps everything is compared.
const auditEvery = 60

// once is one step: somebody begins something, or goes on with it.
func (w *world) once() {
	w.clock.add(time.Duration(1+w.dice.below(4000)) * time.Millisecond)
	w.arm()
	if len(w.tasks) < w.plan.parallel && (len(w.tasks) == 0 || !w.dice.in(3)) {
		w.begin()
	}
	if len(w.tasks) > 0 {
		w.slice(pick(w.dice, w.tasks))
	}
}

// drain runs everything that is under way to its end.
func (w *world) drain() {
	for len(w.tasks) > 0 {
		w.slice(w.tasks[0])
	}
}
