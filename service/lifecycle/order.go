package lifecycle

import (
	"slices"
	"time"
)

// Verb is what is asked of a cloud or of the unit: the same words in tasks
// and in the Cloud interface.
type Verb string

const (
	VerbIdentify     Verb = "identify"      // unit: it is the unit that its box says
	VerbFactoryReset Verb = "factory-reset" // unit: its credentials are new
	VerbInventory    Verb = "inventory"     // cloud: who is bound, before anything ends
	VerbPreflight    Verb = "preflight"     // cloud: what would remain, and why
	VerbRevoke       Verb = "revoke"        // cloud: grants to third parties
	VerbUnbind       Verb = "unbind"        // cloud: every account of before
	VerbDetach       Verb = "detach"        // cloud: recordings out of reach through the unit
	VerbRotate       Verb = "rotate"        // cloud: the unit's credential with the cloud
	VerbCut          Verb = "cut"           // cloud: sessions that are running
	VerbNotify       Verb = "notify"        // cloud: tell the former owner
	VerbProbe        Verb = "probe"         // cloud: ask again, after the propagation delay
	VerbDelete       Verb = "delete"        // cloud: what it keeps, for good; no order's task: see Deletion
)

// CloudVerbs lists what a reset order asks of every cloud, in order.
func CloudVerbs() []Verb {
	return []Verb{VerbInventory, VerbPreflight, VerbRevoke, VerbUnbind, VerbDetach, VerbRotate, VerbCut, VerbNotify, VerbProbe}
}

// UnitVerbs lists what a reset order asks of the unit.
func UnitVerbs() []Verb { return []Verb{VerbIdentify, VerbFactoryReset} }

// OrderKind is why an order was opened.
type OrderKind string

const (
	// OrderReset follows a return: the unit may not leave before it is proven.
	OrderReset OrderKind = "reset"
	// OrderCut follows a release, a transfer, a hard reset or an old binding
	// seen: clouds end what is older than Before. It holds no state back.
	OrderCut OrderKind = "cut"
)

// OrderState is how far an order is.
type OrderState string

const (
	// OrderOpen: tasks wait.
	OrderOpen OrderState = "open"
	// OrderDone: every task is proven or waived.
	OrderDone OrderState = "done"
	// OrderSuperseded: a later advance made it pointless.
	OrderSuperseded OrderState = "superseded"
)

// Order is the list of tasks that must be proven.
type Order struct {
	ID     OrderID    `json:"id"`
	Kind   OrderKind  `json:"kind"`
	State  OrderState `json:"state"`
	Return ReturnID   `json:"return,omitempty"`
	// Cause is why a unit that was through came back: a code, for who works it
	// again.
	Cause string `json:"cause,omitempty"`
	Epoch Epoch  `json:"epoch"`
	// Before bounds what clouds must end: bindings older than this instant.
	Before time.Time `json:"before"`
	// EraseBefore is of orders that asked for deletion themselves, before there
	// was Deletion: nothing writes it any more, and old entries replay with it.
	EraseBefore time.Time `json:"erase_before,omitzero"`

	OpenedAt time.Time `json:"opened_at"`
	EndedAt  time.Time `json:"ended_at,omitzero"`
	Tasks    []Task    `json:"tasks"`
}

// TaskState is how far a task is.
type TaskState string

const (
	// TaskOpen: not asked yet, or asked in vain.
	TaskOpen TaskState = "open"
	// TaskAsked: the cloud said yes. That proves nothing.
	TaskAsked TaskState = "asked"
	// TaskProven: shown by something other than the word of who did it.
	TaskProven TaskState = "proven"
	// TaskWaived: two people gave it up, because its cloud is gone for good.
	TaskWaived TaskState = "waived"
)

// Task is one thing of an order that must be proven.
type Task struct {
	ID    string    `json:"id"`              // "unit.factory-reset", "cloud-name.unbind"
	Seq   int       `json:"seq"`             // order of work within its cloud
	Cloud string    `json:"cloud,omitempty"` // empty: the unit itself
	Verb  Verb      `json:"verb"`
	State TaskState `json:"state"`
	// Grade says how a task of the unit was proven.
	Grade Grade `json:"grade,omitempty"`
	// Proof is a short code of what proved it, e.g. "inventory-empty".
	Proof   string    `json:"proof,omitempty"`
	AskedAt time.Time `json:"asked_at,omitzero"`
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// TaskID names the task of a verb; cloud is empty for the unit itself.
func TaskID(cloud string, verb Verb) string {
	if cloud == "" {
		cloud = "unit"
	}
	return cloud + "." + string(verb)
}

// Done reports whether nothing more is expected of the task.
func (t Task) Done() bool { return t.State == TaskProven || t.State == TaskWaived }

// Task finds a task by its id.
func (o Order) Task(id string) (Task, bool) {
	for _, task := range o.Tasks {
		if task.ID == id {
			return task, true
		}
	}
	return Task{}, false
}

// AllDone reports whether every task is proven or waived.
func (o Order) AllDone() bool {
	return !slices.ContainsFunc(o.Tasks, func(t Task) bool { return !t.Done() })
}

// with returns a copy of the order with one task replaced.
func (o Order) with(task Task) Order {
	o.Tasks = slices.Clone(o.Tasks)
	for i := range o.Tasks {
		if o.Tasks[i].ID == task.ID {
			o.Tasks[i] = task
		}
	}
	return o
}

// resetTasks is what a return asks for: the unit's own tasks and every verb
// of every cloud that may know the model.
func resetTasks(clouds []string) []Task {
	var tasks []Task
	for i, verb := range UnitVerbs() {
		tasks = append(tasks, Task{ID: TaskID("", verb), Seq: i, Verb: verb, State: TaskOpen})
	}
	return append(tasks, cloudTasks(clouds, CloudVerbs())...)
}

// cutTasks is what an end outside a return asks for: nobody of before gets in,
// and nothing of before is within reach through the unit (rule 9).
func cutTasks(clouds []string) []Task {
	return cloudTasks(clouds, []Verb{VerbInventory, VerbRevoke, VerbUnbind, VerbDetach, VerbCut, VerbProbe})
}

func cloudTasks(clouds []string, verbs []Verb) []Task {
	var tasks []Task
	for _, cloud := range clouds {
		for i, verb := range verbs {
			tasks = append(tasks, Task{ID: TaskID(cloud, verb), Seq: i, Cloud: cloud, Verb: verb, State: TaskOpen})
		}
	}
	return tasks
}
