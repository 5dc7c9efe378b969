package story

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// imported is an import as the API tells it.
type imported struct {
	ID, State, Failure                     string
	Percent                                int
	Rows, Added, Known, Wrong, Errors, Row int64
}

// importFile sends a file.
func (c client) importFile(reference, file string, query url.Values) answer {
	c.s.t.Helper()
	query.Set("reference", reference)
	return c.must(c.send(c.s.t.Context(), http.MethodPost, "/v1/imports?"+query.Encode(), "", file))
}

// over waits until nothing moves the import on.
func (c client) over(id string) (job imported) {
	c.s.t.Helper()
	within(c.s.t, 10*time.Minute, "the import ends", func() bool {
		c.get("/v1/imports/" + id).want(http.StatusOK).into(&job)
		return job.State != "uploading" && job.State != "checking" && job.State != "running"
	})
	return job
}

// vendor is the demo's vendor, and one of its models.
func (s *server) vendor() (client, string) {
	s.t.Helper()
	for n := 0; ; n++ {
		admin := s.as("admin", "", n)
		var models struct{ Items []struct{ ID string } }
		got := admin.get("/v1/models")
		if got.Status == http.StatusOK {
			got.into(&models)
		}
		if len(models.Items) > 0 {
			return admin, models.Items[0].ID
		}
	}
}

// listOf is a vendor's list of new units.
func listOf(prefix string, n int) string {
	var text strings.Builder
	text.WriteString("Serial number,Made at\r\n")
	for i := range n {
		fmt.Fprintf(&text, "%s-%07d,2026-11-21T10:00:00Z\r\n", prefix, i)
	}
	return text.String()
}

// An import that is killed in the middle, again and again, goes on at the row
// where it was: every unit is there once, and the ledger says the same.
func TestAnImportIsKilled(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	vendor, model := s.vendor()
	rows := 12_000
	if long() {
		rows = 300_000
	}
	var job imported
	vendor.importFile("killed", listOf("KILL", rows), url.Values{"kind": {"units"}, "all_model": {model}}).want(http.StatusCreated).into(&job)
	kills := 0
	for at := int64(0); kills < 3; {
		var now imported
		got, err := vendor.send(t.Context(), http.MethodGet, "/v1/imports/"+job.ID, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		got.want(http.StatusOK).into(&now)
		if now.State != "running" {
			break
		}
		if now.Rows <= at {
			continue
		}
		at = now.Rows
		s.kill()
		s.again()
		kills++
	}
	if kills == 0 {
		t.Error("it was over before it could be killed")
	}
	done := vendor.over(job.ID)
	if done.State != "done" || done.Added != int64(rows) || done.Wrong+done.Known != 0 {
		t.Errorf("after %d kills: %+v, want %d units", kills, done, rows)
	}
	if n := s.count(`SELECT count(*) FROM unit WHERE import_id = ?`, job.ID); n != rows {
		t.Errorf("%d units in the tables, want %d", n, rows)
	}
	if n := s.count(`SELECT count(*) FROM import_part`); n != 0 {
		t.Errorf("%d parts of the file are left", n)
	}
	s.stop()
	s.clean()
}

// The command sends a file, shows how far it is, and once more finds the import
// that it began; wrong rows are told with their numbers.
func TestTheImportCommand(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	vendor, model := s.vendor()
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte(listOf("CMD", 1500)+"CMD-0000001,again\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(flags ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), quitclaim(t), append([]string{"import", file, "--data", s.data, "--model", model}, flags...)...)
		cmd.Env = environment("QUITCLAIM_TOKEN=" + vendor.token)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := command("--dry-run")
	if err == nil || !strings.Contains(out, "row 1502, Serial number: The same serial number stands in row 3.") {
		t.Errorf("a dry run: %v\n%s", err, out)
	}
	for range 2 {
		out, err = command()
		if err == nil || !strings.Contains(out, "done: 100 %, 1501 rows, 1500 written, 0 known, 1 with mistakes") {
			t.Errorf("the import: %v\n%s", err, out)
		}
	}
}

// Files that cannot be what they should: each row is told, and what is right is
// done all the same; memory stays small.
func TestBadImports(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	s.stop() // what a demo needs to make its world and its cameras is no import's
	s.args = []string{"serve", "--data", s.data, "--listen", "127.0.0.1:0"}
	s.start()
	vendor, model := s.vendor()
	units := func() url.Values { return url.Values{"kind": {"units"}, "all_model": {model}} }
	send := func(name, file string) (imported, string) {
		t.Helper()
		var job imported
		vendor.importFile(name, file, units()).want(http.StatusCreated).into(&job)
		return vendor.over(job.ID), string(vendor.get("/v1/imports/" + job.ID + "/errors").want(http.StatusOK).Body)
	}

	rows := 20_000
	if long() {
		rows = 1_000_000
	}
	before := s.most()
	whole := listOf("CUT", rows)
	job, wrong := send("cut off at a byte", whole[:len(whole)-17])
	if job.State != "done" || job.Added != int64(rows-1) && job.Added != int64(rows) {
		t.Errorf("a file that was cut off: %+v\n%s", job, wrong)
	}
	if most := s.most(); most > 200 && !raceEnabled {
		t.Errorf("%d rows: %d MB resident at most, %d before; want 200", rows, most, before)
	}
	job, wrong = send("cut off in a serial", "serial\nGOOD-1\nGOOD-1234")
	if job.Added != 1 || !strings.Contains(wrong, "import.cut") {
		t.Errorf("a file that was cut off in a serial: %+v\n%s", job, wrong)
	}
	job, _ = send("UTF-16", wide("serial;note\r\nWIDE-1;größer\r\nWIDE-2;小さい\r\n"))
	if job.Added != 2 {
		t.Errorf("UTF-16: %+v", job)
	}
	big := "serial,note\nBIG-1,x\n" + strings.Repeat("9", 40<<20) + ",x\nBIG-2," + strings.Repeat("n", 40<<20) + "\nBIG-3,x\n"
	job, wrong = send("fields of 40 MB", big)
	if job.Added != 3 || job.Wrong != 1 || !strings.Contains(wrong, `"row":3,"column":"serial","code":"import.cell-long"`) {
		t.Errorf("fields of 40 MB: %+v\n%.500s", job, wrong)
	}
	job, wrong = send("twice", "serial\nTWICE-1\ntwice-1\n")
	if job.Added != 1 || !strings.Contains(wrong, "import.duplicate") {
		t.Errorf("a serial twice: %+v\n%s", job, wrong)
	}
	job, wrong = send("again", "serial\nTWICE-1\n")
	if job.Known != 1 || !strings.Contains(wrong, "register.exists") {
		t.Errorf("a serial that is on record: %+v\n%s", job, wrong)
	}
	vendor.importFile("again", "serial\nOTHER\n", units()).want(http.StatusUnprocessableEntity)
	job, _ = send("formulas", "serial,gtin\n=cmd|' /C calc'!A0,=1+1\n@SUM(1),+1\n")
	csv := string(vendor.get("/imports/" + job.ID + "/errors.csv").want(http.StatusOK).Body)
	if !strings.Contains(csv, "'=1+1") || !strings.Contains(csv, "'+1") || strings.Contains(csv, ",=") {
		t.Errorf("formulas in the errors file:\n%s", csv)
	}
	p := vendor.importFile("headers", "name;price\nx;1\n", url.Values{"kind": {"units"}, "column.gtin": {"EAN"}}).want(http.StatusUnprocessableEntity)
	for _, code := range []string{"import.column-missing", `"import.column"`} {
		if !strings.Contains(string(p.Body), code) {
			t.Errorf("wrong headers do not say %s:\n%s", code, p.Body)
		}
	}
	// The file of 80 MB went through the pages of the database's caches, which are
	// bounded; nothing held a cell.
	if most := s.most(); most > before+200 && !raceEnabled {
		t.Errorf("fields of 40 MB: %d MB resident at most, %d before", most, before)
	}
	s.stop()
	s.clean()
}

// wide is a text in UTF-16, with its mark.
func wide(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, r := range text { // of the basic plane
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

// most is how much memory the server had at most, in MB; 0 where the system does
// not say (proc(5), status).
func (s *server) most() (mb int) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			_, _ = fmt.Sscan(kb, &mb)
		}
	}
	return mb / 1024
}
