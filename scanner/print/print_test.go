package print_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// Pages and programs that send the same job again, at once or later, print it once.
func TestAJobIsPrintedOnce(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.TakenBack(t)
	k.Must(t, unit.ID, lifecycle.Ship{Command: k.By(k.Clerk), ID: "shp_1", To: k.Warehouse.ID}.Decide)
	k.Must(t, unit.ID, lifecycle.Receive{Command: k.By(k.Technician)}.Decide)
	id := jobID()
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() { // each with an idempotency key of its own
			got := k.as(k.Technician).PostJSON("/v1/print-jobs", order(id, "bench", unit))
			if got.Status != http.StatusCreated {
				t.Errorf("print = %d %s", got.Status, got.Body)
			}
		})
	}
	group.Wait()
	answer := read(t, k.as(k.Technician).PostJSON("/v1/print-jobs", order(id, "bench", unit)), http.StatusCreated)
	if answer.State != "sent" || answer.Labels[0].State != "sent" {
		t.Errorf("job = %+v, want sent", answer)
	}
	if got := k.as(k.Technician).PostForm("/print/jobs/"+id+"/send", nil); got.Status != http.StatusSeeOther {
		t.Errorf("send again = %d %s", got.Status, got.Body)
	}
	taken := k.printer.got()
	if len(taken) != 1 || strings.Count(taken[0], "^XA") != 1 || !strings.Contains(taken[0], "^PW600") {
		t.Errorf("the printer got %d connections: %q, want one label at 300 dpi", len(taken), taken)
	}
	other := order(id, "bench", unit)
	other["copies"] = 2
	if got := k.as(k.Technician).PostJSON("/v1/print-jobs", other); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("the id for another job = %d %s, want 422", got.Status, got.Body)
	}
}

// What a printer does decides what is said, and never is anything sent again by
// itself.
func TestPrintersThatFail(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name          string
		temper        temper
		printer       string
		want          string
		labels        []string
		connections   int
		again, state2 string // what "try again" does to it
	}{
		{"accepts", accepts, "bench", "sent", []string{"sent", "sent"}, 1, "sent", "sent"},
		{"is dead", accepts, "dead", "failed", []string{"failed", "failed"}, 0, "failed", "failed"},
		{"cuts the connection", cuts, "bench", "doubt", []string{"doubt", "doubt"}, 1, "doubt", "doubt"},
		{"hangs", hangs, "bench", "doubt", []string{"doubt", "doubt"}, 0, "doubt", "doubt"},
		{"never confirms", mute, "bench", "doubt", []string{"doubt", "doubt"}, 1, "doubt", "doubt"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			k := setup(t)
			k.printer.be(row.temper)
			first, _ := k.certified()
			second, _ := k.certified()
			client := k.as(k.Technician)
			got := read(t, client.PostJSON("/v1/print-jobs", order(jobID(), row.printer, first, second)), http.StatusCreated)
			states := []string{}
			for _, label := range got.Labels {
				states = append(states, label.State)
			}
			if diff := cmp.Diff(row.labels, states); got.State != row.want || diff != "" {
				t.Errorf("job is %s, want %s; labels (-want +got):\n%s", got.State, row.want, diff)
			}
			if len(got.Reasons) != 1 || got.Reasons[0].Code != "print.todo."+row.want || strings.HasPrefix(got.Reasons[0].Detail, "print.") {
				t.Errorf("what to do: %+v", got.Reasons)
			}
			// Trying again sends what surely was not printed, and nothing else.
			k.printer.be(accepts)
			if again := read(t, client.PostJSON("/v1/print-jobs/"+got.ID+"/send", nil), http.StatusOK); again.State != row.state2 {
				t.Errorf("tried again it is %s, want %s", again.State, row.state2)
			}
			if taken := k.printer.got(); len(taken) != row.connections && row.temper != hangs {
				t.Errorf("the printer was asked %d times, want %d", len(taken), row.connections)
			}
			page := client.Get("/print/jobs/" + got.ID)
			if tries := strings.Contains(page.Body, "/send\""); page.Status != http.StatusOK || tries != (row.want == "failed") {
				t.Errorf("the page of the job = %d, offers to try again: %v", page.Status, tries)
			}
		})
	}
}

// A sender that was killed leaves a job that somebody must look after.
func TestAJobWhoseSenderIsGone(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, _ := k.certified()
	job := lifecycle.PrintJob{
		ID: lifecycle.PrintJobID(jobID()), Org: k.Warehouse.ID, Stock: "zpl-51x25", Copies: 1, DPI: 300, Printer: "bench", At: k.Clock.Now(),
		State: lifecycle.PrintWaiting, Labels: []lifecycle.PrintLabel{{Unit: unit.ID, Epoch: unit.Epoch, State: lifecycle.PrintWaiting}},
	}
	if _, err := k.MakePrintJob(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	path := "/v1/print-jobs/" + string(job.ID)
	if got := read(t, k.as(k.Technician).Get(path), http.StatusOK); got.State != "waiting" {
		t.Errorf("before it is sent: %s", got.State)
	}
	move := lifecycle.PrintMove{From: lifecycle.PrintWaiting, To: lifecycle.PrintSending, At: k.Clock.Now()}
	if moved, err := k.MovePrintJob(t.Context(), job.Org, job.ID, move); !moved || err != nil {
		t.Fatal(moved, err)
	}
	k.Clock.Add(lifecycle.SendingFor + time.Second)
	got := read(t, k.as(k.Technician).PostJSON(path+"/send", nil), http.StatusOK)
	if got.State != "doubt" || got.Labels[0].State != "doubt" || len(k.printer.got()) != 0 {
		t.Errorf("after its sender was killed: %+v, printed %q", got, k.printer.got())
	}
}

// A reprint is a job of its own, whose labels say so, of those that were ticked.
func TestCopiesSayThatTheyAreCopies(t *testing.T) {
	t.Parallel()
	k := setup(t)
	first, _ := k.certified()
	second, _ := k.certified()
	client := k.as(k.Technician)
	made := read(t, client.PostJSON("/v1/print-jobs", order(jobID(), "bench", first, second)), http.StatusCreated)
	next := jobID()
	got := client.PostForm("/print/jobs/"+made.ID+"/again", map[string][]string{"job": {next}, "place": {"1"}})
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/print/jobs/"+next {
		t.Fatalf("again = %d to %q: %s", got.Status, got.Header.Get("Location"), got.Body)
	}
	copied := read(t, client.Get("/v1/print-jobs/"+next), http.StatusOK)
	if copied.CopyOf != made.ID || len(copied.Labels) != 1 || copied.Labels[0].Serial != second.Key.Serial {
		t.Errorf("copy = %+v", copied)
	}
	taken := k.printer.got()
	if len(taken) != 2 || strings.Contains(taken[0], "COPY") || !strings.Contains(taken[1], "^FDCOPY^FS") {
		t.Errorf("printed %q: the second must say that it is a copy", taken)
	}
	if got := client.PostForm("/print/jobs/"+made.ID+"/again", map[string][]string{"job": {jobID()}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing ticked = %d, want 422", got.Status)
	}
	if got := client.PostForm("/print/jobs/"+made.ID+"/again", map[string][]string{"job": {jobID()}, "place": {"7"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a label that is not there = %d, want 422", got.Status)
	}
}

// Every mistake in a form is told at once, and the same job id stays with it.
func TestMistakesInTheForm(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, _ := k.certified()
	id := jobID()
	bad := form(id, unit.Key.String()+"\nacme/NOBODYS\nrubbish", "avery-5520", "")
	bad.Set("skip", "30")
	got := k.as(k.Technician).PostForm("/print/jobs", bad)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Line 2, 3:") ||
		!strings.Contains(got.Body, "From 0 to 29") || !strings.Contains(got.Body, id) {
		t.Errorf("= %d %s", got.Status, got.Body)
	}
	for name, change := range map[string]map[string]string{
		"a skip beyond the sheet":          {"skip": "30"},
		"no copies":                        {"copies": "-1"},
		"a stock that is not":              {"stock": "papyrus"},
		"nobody's printer":                 {"printer": "vendors", "stock": "zpl-51x25"},
		"a printer that takes no sheets":   {"printer": "bench"},
		"no label":                         {"labels": " "},
		"an id that is none":               {"job": "1"},
		"a resolution that no printer has": {"dpi": "72"},
	} {
		bad := form(jobID(), unit.Key.String(), "avery-5520", "")
		for key, value := range change {
			bad.Set(key, value)
		}
		if got := k.as(k.Technician).PostForm("/print/jobs", bad); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s = %d, want 422", name, got.Status)
		}
	}
}

// Whose labels one may print is asked at the job and again at its document.
func TestLabelsOfOthers(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	stranger, technician := k.as(k.Clerk), k.as(k.Technician)
	nobodys := map[string]any{"id": jobID(), "stock": "zpl-51x25", "units": []map[string]string{{"brand": "acme", "serial": "SN-404404"}}}
	theirs := stranger.PostJSON("/v1/print-jobs", order(jobID(), "", unit))
	never := stranger.PostJSON("/v1/print-jobs", nobodys)
	if theirs.Status != http.StatusNotFound || theirs.Body != never.Body {
		t.Errorf("another's unit = %d %s, a unit that never was = %s", theirs.Status, theirs.Body, never.Body)
	}
	made := read(t, technician.PostJSON("/v1/print-jobs", order(jobID(), "", unit)), http.StatusCreated)
	for _, path := range []string{
		"/v1/print-jobs/" + made.ID, made.Document, "/print/jobs/" + made.ID, "/print/preview.png?stock=avery-5520&label=" + unit.Key.String(),
		"/v1/certificates/" + string(issued.Code) + "/paper", "/v1/certificates/" + string(issued.Code) + "/paper.pdf",
	} {
		if got := stranger.Get(path); got.Status != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, got.Status)
		}
		if got := technician.Get(path); got.Status != http.StatusOK {
			t.Errorf("GET %s = %d %s, want 200", path, got.Status, got.Body)
		}
	}
	// The unit goes to somebody else; its label goes with it.
	k.Must(t, unit.ID, lifecycle.Ship{Command: k.By(k.Technician), ID: "shp_on", To: k.Retailer.ID}.Decide)
	k.Must(t, unit.ID, lifecycle.Receive{Command: k.By(k.Clerk)}.Decide)
	if got := technician.Get(made.Document); got.Status != http.StatusNotFound {
		t.Errorf("the document once the unit has left = %d, want 404", got.Status)
	}
	if got := technician.Get("/print/jobs/" + made.ID); got.Status != http.StatusOK {
		t.Errorf("the job's own page then = %d", got.Status)
	}
}

// Paper and JSON are one record.
func TestPaperOfACertificate(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	got := k.as(k.Technician).Get("/v1/certificates/" + string(issued.Code) + "/paper")
	var record map[string]any
	if err := json.Unmarshal([]byte(got.Body), &record); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"serial": unit.Key.Serial, "organisation": "Second Life", "manufacturer": "Acme", "verification": string(issued.Grade),
		"category": nil, "place": nil, "current": true, "code": string(issued.Code), "standard": "NIST SP 800-88r2",
	} {
		if diff := cmp.Diff(want, record[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, size := range []string{"", "a4", "letter"} {
		page := k.as(k.Technician).Get("/v1/certificates/" + string(issued.Code) + "/paper.pdf?size=" + size)
		if page.Status != http.StatusOK || !strings.HasPrefix(page.Body, "%PDF-") || page.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("paper %q = %d %s", size, page.Status, page.Header.Get("Content-Type"))
		}
	}
	if got := k.as(k.Technician).Get("/v1/certificates/" + string(issued.Code) + "/paper.pdf?size=b5"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a size that is none = %d", got.Status)
	}
}
