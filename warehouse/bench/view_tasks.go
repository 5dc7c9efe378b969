package bench

import (
	"strconv"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// groups is what the unit and each cloud still have to prove. With checks, what
// people vouch for is in it too: for those who have no form for it.
func groups(s lifecycle.Snapshot, checks bool) []web.TaskGroup {
	if s.Order == nil {
		return nil
	}
	all := []web.TaskGroup{unitGroup(s, checks)}
	for _, cloud := range cloudsOf(*s.Order) {
		all = append(all, cloudGroup(*s.Order, cloud))
	}
	return all
}

func cloudsOf(order lifecycle.Order) []string {
	var clouds []string
	for _, task := range order.Tasks {
		if task.Cloud != "" && (len(clouds) == 0 || clouds[len(clouds)-1] != task.Cloud) {
			clouds = append(clouds, task.Cloud)
		}
	}
	return clouds
}

// unitGroup is what happens on the unit itself.
func unitGroup(s lifecycle.Snapshot, checks bool) web.TaskGroup {
	group := web.TaskGroup{Name: s.Unit.Key.Serial, State: "bench.unit.open", Tasks: []web.TaskView{}}
	if task, ok := s.Order.Task(lifecycle.TaskID("", lifecycle.VerbIdentify)); ok && (task.Done() || checks) {
		group.Tasks = append(group.Tasks, identityRow(s, task))
	}
	if task, ok := s.Order.Task(lifecycle.TaskID("", lifecycle.VerbFactoryReset)); ok {
		group.Tasks = append(group.Tasks, unitTask(task))
		if task.Done() {
			group.State, group.Dark = "bench.unit.done", true
		}
	}
	group.Tasks = append(group.Tasks, firmwareRow(s))
	if row, ok := presenceRow(s); ok {
		group.Tasks = append(group.Tasks, row)
	}
	for _, check := range checksOf(s) {
		if checks && check.ID != lifecycle.CheckCodesAgree { // that one is the first row
			group.Tasks = append(group.Tasks, checkRow(check))
		}
	}
	return group
}

// identityRow is the task identify as the bench sees it: what the unit signed
// of itself says nothing about the box.
func identityRow(s lifecycle.Snapshot, task lifecycle.Task) web.TaskView {
	row := unitTask(task)
	word := lifecycle.NewestWord(s, lifecycle.CheckCodesAgree)
	switch {
	case word.At.IsZero() && task.Done():
		row.State, row.Note = lifecycle.TaskAsked, "bench.note.codes-open"
	case word.Said() && !word.Pass:
		row.State, row.Note = lifecycle.TaskOpen, "bench.note.codes-apart"
	}
	return row
}

// presenceRow is whether the unit has shown that it is here, where nobody has
// shown a better right to give it up.
func presenceRow(s lifecycle.Snapshot) (web.TaskView, bool) {
	if s.Return == nil || !s.Return.From.InCustomerHands() {
		return web.TaskView{}, false
	}
	switch s.Return.Authority {
	case lifecycle.AuthorityDevicePresent:
		return web.TaskView{Message: "bench.task.presence", State: lifecycle.TaskProven, Note: "bench.note.presence-signed"}, true
	case lifecycle.AuthorityNone:
		return web.TaskView{Message: "bench.task.presence", State: lifecycle.TaskOpen, Note: "bench.note.presence"}, true
	}
	return web.TaskView{}, false
}

func unitTask(task lifecycle.Task) web.TaskView {
	row := web.TaskView{Message: "bench.task." + string(task.Verb), State: task.State, At: task.DoneAt}
	switch {
	case task.Proof != "":
		row.Note = "bench.proof." + task.Proof
	case task.Verb == lifecycle.VerbFactoryReset:
		row.Note = "bench.note.reset"
	}
	return row
}

func firmwareRow(s lifecycle.Snapshot) web.TaskView {
	args := map[string]string{"have": s.Unit.Firmware, "want": s.Model.MinFirmware}
	row := web.TaskView{Message: "bench.task.firmware", State: lifecycle.TaskOpen, Args: args}
	switch {
	case s.Unit.Firmware == "" && s.Model.MinFirmware == "":
		row.State, row.Note = lifecycle.TaskProven, "bench.note.firmware-any"
	case s.Unit.Firmware == "":
		row.Note = "bench.note.firmware-unread"
	case !lifecycle.FirmwareAtLeast(s.Unit.Firmware, s.Model.MinFirmware):
		row.Note = "bench.note.firmware-old"
	default:
		row.State, row.Note = lifecycle.TaskProven, "bench.note.firmware"
	}
	return row
}

func checkRow(c check) web.TaskView {
	row := web.TaskView{Message: "bench.task.check", State: lifecycle.TaskOpen, Args: map[string]string{"text": c.Text}}
	if c.ID == lifecycle.CheckMedia {
		row.Message = "bench.task.media"
	}
	switch {
	case c.Passed():
		row.State, row.At = lifecycle.TaskProven, c.Word.At
	case c.Failed():
		row.Note = "bench.note.failed"
	}
	return row
}

// cloudGroup shows of a cloud that is not dark only where it is: what was
// asked, and the next thing to ask. All nine rows of every cloud would bury
// what a person has to do.
func cloudGroup(order lifecycle.Order, cloud string) web.TaskGroup {
	group := web.TaskGroup{Name: cloud, State: "bench.cloud.dark", Dark: true, Tasks: []web.TaskView{}}
	left := 0
	for _, task := range order.Tasks {
		if task.Cloud != cloud || task.Done() {
			if task.Cloud == cloud && task.State == lifecycle.TaskWaived {
				group.State = "bench.cloud.waived"
			}
			continue
		}
		left++
		if left == 1 || task.State == lifecycle.TaskAsked {
			group.Tasks = append(group.Tasks, web.TaskView{
				Message: "bench.verb." + string(task.Verb), State: task.State, At: task.AskedAt,
			})
		}
	}
	if left > 0 {
		group.Dark, group.State = false, "bench.cloud.open"
	}
	if more := left - len(group.Tasks); more > 0 {
		last := &group.Tasks[len(group.Tasks)-1]
		last.Note, last.Args = "bench.note.more", map[string]string{"n": strconv.Itoa(more)}
	}
	return group
}

// steps is the way of a unit across the bench.
func steps(s lifecycle.Snapshot) []web.Step {
	done := map[string]bool{"identity": passedCodes(s), "checks": true, "clouds": true}
	if s.Order != nil {
		task, _ := s.Order.Task(lifecycle.TaskID("", lifecycle.VerbFactoryReset))
		done["reset"] = task.Done()
		for _, task := range s.Order.Tasks {
			done["clouds"] = done["clouds"] && (task.Cloud == "" || task.Done())
		}
	}
	for _, check := range checksOf(s) {
		done["checks"] = done["checks"] && (check.Passed() || !check.Required || check.ID == lifecycle.CheckCodesAgree)
	}
	done["checks"] = done["checks"] && lifecycle.FirmwareAtLeast(s.Unit.Firmware, s.Model.MinFirmware)
	done["certificate"] = s.Unit.State == lifecycle.StateCertified
	var all []web.Step
	now := true
	for _, name := range []string{"identity", "reset", "checks", "clouds", "certificate"} {
		all = append(all, web.Step{Message: "bench.step." + name, Done: done[name], Now: now && !done[name]})
		now = now && done[name]
	}
	return all
}

func passedCodes(s lifecycle.Snapshot) bool {
	return lifecycle.NewestWord(s, lifecycle.CheckCodesAgree).Pass
}
