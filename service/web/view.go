package web

import (
	"time"

	"quitclaim/service/lifecycle"
)

// The views that the shared parts in templates/ take. Rooms fill them; codes
// stand where a sentence will be.

// VerdictView fills the part "verdict": the answer before its explanation.
type VerdictView struct {
	Verdict  lifecycle.Verdict
	Title    string            // message code of the one word; empty: the verdict's own
	Sentence string            // message code
	Args     map[string]string // of the sentence
	Button   *Button           // the one next action; nil: none
	Reasons  []lifecycle.Reason
}

// Button fills the part "button". With Post it is a form of its own with a
// fresh idempotency key, without it a link.
type Button struct {
	Message string // message code
	Path    string
	Post    bool
	Fields  []Hidden
	Quiet   bool // not the page's main action
}

// Hidden is one hidden field of a form.
type Hidden struct{ Name, Value string }

// TaskGroup fills one group of the part "tasks": what one cloud, or the unit
// itself, still has to prove.
type TaskGroup struct {
	Name  string // the cloud's name
	Dark  bool   // confirmed: nobody sees through it any more
	State string // message code of the group's sentence
	Args  map[string]string
	Tasks []TaskView
}

// TaskView is one task as a row.
type TaskView struct {
	Message string // message code of what is done, "task.unbind"
	State   lifecycle.TaskState
	Note    string // message code of a remark, empty: none
	Args    map[string]string
	At      time.Time // when it came into this state; zero: not shown
	Button  *Button   // what a person can do about it; nil: nothing
}

// Step is one step of the part "stepper".
type Step struct {
	Message string // message code
	Done    bool
	Now     bool
}

// Option is one choice of the part "choice".
type Option struct {
	Value   string
	Message string // message code
	Hint    string // message code, empty: none
}

// Options are the choices of these values, whose messages are under prefix.
func Options(prefix string, values ...string) []Option {
	list := make([]Option, len(values))
	for i, value := range values {
		list[i] = Option{Value: value, Message: prefix + value}
	}
	return list
}

// noticeView fills the part "notice".
type noticeView struct {
	Kind string // ok, wait or stop
	Text string
}

// fieldView fills the parts "field", "choice" and "check".
type fieldView struct {
	Name     string
	Label    string
	Value    string
	Type     string
	Help     string
	Checked  bool
	Required bool
	Options  []Option
	Attrs    []attr
	Mistakes []lifecycle.Reason
}

// attr is one attribute that a field may carry through.
type attr struct{ Name, Value string }
