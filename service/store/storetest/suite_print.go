package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func printScenarios() []scenario {
	return []scenario{
		{"a print job that is asked for twice is one", printJobOnce},
		{"of many who would send a print job one does", printJobSentByOne},
		{"print jobs are their organisation's alone", printJobsOfOthers},
	}
}

func (w *World) printJob(t *testing.T, id lifecycle.PrintJobID) lifecycle.PrintJob {
	t.Helper()
	unit, certified := w.TakenBack(t), w.Certified(t)
	return lifecycle.PrintJob{
		ID: id, Org: w.Warehouse.ID, Person: w.Technician.Person, Stock: "zpl-51x25", Copies: 2, DPI: 300, Printer: "bench",
		State: lifecycle.PrintWaiting, At: w.Clock.Now(),
		Labels: []lifecycle.PrintLabel{
			{Unit: unit.ID, Epoch: unit.Epoch, State: lifecycle.PrintWaiting},
			{Unit: certified.ID, Epoch: certified.Epoch, Certificate: "CODE", State: lifecycle.PrintWaiting},
			{Unit: unit.ID, Epoch: unit.Epoch, State: lifecycle.PrintWaiting},
		},
	}
}

func printJobOnce(t *testing.T, w *World) {
	job := w.printJob(t, "one")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			made, err := w.MakePrintJob(t.Context(), job)
			if err != nil {
				t.Errorf("make print job: %v", err)
			} else if diff := cmp.Diff(job, made); diff != "" {
				t.Errorf("print job (-want +got):\n%s", diff)
			}
		})
	}
	group.Wait()
	read, err := w.PrintJob(t.Context(), job.Org, job.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(job, read); diff != "" {
		t.Errorf("print job (-want +got):\n%s", diff)
	}
	other := job
	other.Copies++
	if _, err := w.MakePrintJob(t.Context(), other); !errors.Is(err, lifecycle.ErrKeyReused) {
		t.Errorf("the id for another job: %v, want ErrKeyReused", err)
	}
}

func printJobSentByOne(t *testing.T, w *World) {
	job := w.printJob(t, "two")
	if _, err := w.MakePrintJob(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	began := w.Clock.Now()
	var senders atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			moved, err := w.MovePrintJob(t.Context(), job.Org, job.ID, lifecycle.PrintMove{
				From: lifecycle.PrintWaiting, To: lifecycle.PrintSending, At: began,
			})
			if err != nil {
				t.Errorf("begin to send: %v", err)
			} else if moved {
				senders.Add(1)
			}
		})
	}
	group.Wait()
	if senders.Load() != 1 {
		t.Errorf("%d send the job, want one", senders.Load())
	}
	w.Clock.Add(time.Second)
	states := []lifecycle.PrintState{lifecycle.PrintDoubt, lifecycle.PrintDoubt, lifecycle.PrintFailed}
	end := lifecycle.PrintMove{From: lifecycle.PrintSending, To: lifecycle.PrintDoubt, Labels: states, At: w.Clock.Now()}
	if moved, err := w.MovePrintJob(t.Context(), job.Org, job.ID, end); !moved || err != nil {
		t.Fatalf("end of sending: %v, %v", moved, err)
	}
	if moved, err := w.MovePrintJob(t.Context(), job.Org, job.ID, end); moved || err != nil {
		t.Errorf("end of what has ended: %v, %v", moved, err)
	}
	want := job
	want.State, want.SendingAt, want.EndedAt, want.Labels = lifecycle.PrintDoubt, began, w.Clock.Now(), nil
	for i, label := range job.Labels {
		label.State = states[i]
		want.Labels = append(want.Labels, label)
	}
	read, err := w.PrintJob(t.Context(), job.Org, job.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("print job (-want +got):\n%s", diff)
	}
}

func printJobsOfOthers(t *testing.T, w *World) {
	job := w.printJob(t, "three")
	job.Printer, job.State = "", lifecycle.PrintMade
	for i := range job.Labels {
		job.Labels[i].State = lifecycle.PrintMade
	}
	if _, err := w.MakePrintJob(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if got, err := w.PrintJob(t.Context(), w.Retailer.ID, job.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another organisation reads %+v, %v", got, err)
	}
	theirs := job
	theirs.Org, theirs.Skip = w.Retailer.ID, 1
	if _, err := w.MakePrintJob(t.Context(), theirs); err != nil {
		t.Errorf("another organisation's job of the same id: %v", err)
	}
	move := lifecycle.PrintMove{From: lifecycle.PrintMade, To: lifecycle.PrintMade, At: w.Clock.Now()}
	if moved, err := w.MovePrintJob(t.Context(), w.Vendor.ID, job.ID, move); moved || err != nil {
		t.Errorf("another organisation moves it: %v, %v", moved, err)
	}
	w.Clock.Add(time.Minute)
	later := w.printJob(t, "four")
	if _, err := w.MakePrintJob(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	list, err := w.PrintJobs(t.Context(), w.Warehouse.ID, 5)
	if err != nil {
		t.Fatal(err)
	}
	later.Labels, job.Labels = nil, nil
	if diff := cmp.Diff([]lifecycle.PrintJob{later, job}, list); diff != "" {
		t.Errorf("print jobs (-want +got):\n%s", diff)
	}
}
