package lifecycle

import (
	"testing"
	"time"
)

func TestPrintJobSame(t *testing.T) {
	t.Parallel()
	job := PrintJob{
		ID: "j", Org: "org_1", Person: "psn_1", Stock: "zpl-51x25", Copies: 1, Printer: "bench", State: PrintWaiting,
		Labels: []PrintLabel{{Unit: "unt_1", Epoch: 2, State: PrintWaiting}, {Unit: "unt_1", Certificate: "C", State: PrintWaiting}},
	}
	for name, row := range map[string]struct {
		change func(*PrintJob)
		want   bool
	}{
		"the same":        {func(*PrintJob) {}, true},
		"later":           {func(j *PrintJob) { j.At, j.State = time.Unix(1, 0), PrintSent }, true},
		"another epoch":   {func(j *PrintJob) { j.Labels = []PrintLabel{{Unit: "unt_1", Epoch: 3}, j.Labels[1]} }, true},
		"another org":     {func(j *PrintJob) { j.Org = "org_2" }, false},
		"another stock":   {func(j *PrintJob) { j.Stock = "avery-5520" }, false},
		"more copies":     {func(j *PrintJob) { j.Copies = 2 }, false},
		"another skip":    {func(j *PrintJob) { j.Skip = 2 }, false},
		"another dpi":     {func(j *PrintJob) { j.DPI = 300 }, false},
		"another printer": {func(j *PrintJob) { j.Printer = "" }, false},
		"a copy":          {func(j *PrintJob) { j.CopyOf = "i" }, false},
		"one label less":  {func(j *PrintJob) { j.Labels = j.Labels[:1] }, false},
		"another label":   {func(j *PrintJob) { j.Labels = []PrintLabel{{Unit: "unt_2"}, j.Labels[1]} }, false},
		"in another order": {func(j *PrintJob) {
			j.Labels = []PrintLabel{j.Labels[1], j.Labels[0]}
		}, false},
	} {
		other := job
		row.change(&other)
		if got := job.Same(other); got != row.want {
			t.Errorf("%s: Same = %v, want %v", name, got, row.want)
		}
	}
}

// A sender that is gone leaves doubt, not silence.
func TestPrintJobStateAt(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, state := range PrintStates() {
		job := PrintJob{State: state, SendingAt: began, Labels: []PrintLabel{{State: state}}}
		if got := job.StateAt(began.Add(SendingFor)); got != state || job.LabelStateAt(0, began.Add(SendingFor)) != state {
			t.Errorf("%s in time is %s", state, got)
		}
		want := state
		if state == PrintSending {
			want = PrintDoubt
		}
		late := began.Add(SendingFor + time.Millisecond)
		if got, label := job.StateAt(late), job.LabelStateAt(0, late); got != want || label != want {
			t.Errorf("%s much later is %s and its label %s, want %s", state, got, label, want)
		}
	}
}
