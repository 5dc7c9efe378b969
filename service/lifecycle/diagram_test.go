package lifecycle_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// Anywhere but in a test, a package-level variable would be state; here it is
// how the testing package takes flags.
var update = flag.Bool("update", false, "write the diagram into service/docs/lifecycle.md")

const (
	docsPath  = "../docs/lifecycle.md"
	diagramOn = "<!-- diagram: generated from lifecycle.Table, do not edit -->\n```mermaid\n"
	diagramTo = "```\n<!-- /diagram -->"
)

// The diagram in the docs is the table, or this fails.
func TestDocsShowTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), diagramOn)
	got, after, ended := strings.Cut(rest, diagramTo)
	if !found || !ended {
		t.Fatalf("%s has no diagram between its markers", docsPath)
	}
	want := lifecycle.Diagram()
	if *update {
		page := before + diagramOn + want + diagramTo + after
		if err := os.WriteFile(docsPath, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the diagram is not the table's; run go test -run TestDocsShowTheTable -update (-table +docs):\n%s", diff)
	}
}

// The page speaks of every state, every event and every fact.
func TestDocsNameEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range lifecycle.States() {
		if !strings.Contains(string(text), "**"+string(state)+"**") {
			t.Errorf("%s says nothing of state %q", docsPath, state)
		}
	}
	for _, event := range lifecycle.Events() {
		if !strings.Contains(string(text), "`"+string(event)+"`") {
			t.Errorf("%s says nothing of event %q", docsPath, event)
		}
	}
}

func TestDiagramMarksWhatAdvances(t *testing.T) {
	t.Parallel()
	got := lifecycle.Diagram()
	for _, line := range []string{
		"    [*] --> stock: register\n",
		"    stock --> sold: sell*\n",
		"    sold --> stock: void, return-sealed\n",
		"    sold --> certified: void, return-sealed\n",
		"    bound --> bound: transfer*\n",
		"    reset --> returned: reopen*, hard-reset-seen*, binding-seen*\n",
		"    retired --> [*]\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
	if strings.Contains(got, string(lifecycle.StatePrior)) {
		t.Error("the diagram shows \"prior\", which is no state")
	}
}
