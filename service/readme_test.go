package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestREADMEListsTheSettings keeps the README's table equal to settings().
func TestREADMEListsTheSettings(t *testing.T) {
	t.Parallel()
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	want := []string{"| flag | environment | default | what it is |", "|---|---|---|---|"}
	for _, setting := range settings() {
		setting.bind(flags, &Config{})
		value := "(none)"
		if preset := flags.Lookup(setting.name).DefValue; preset != "" {
			value = "`" + preset + "`"
		}
		want = append(want, fmt.Sprintf("| `--%s` | `%s` | %s | %s |",
			setting.name, environmentName(setting.name), value, setting.usage))
	}
	compareTable(t, "settings", want)
}

// TestREADMEListsTheCommands keeps the README's table equal to commands().
func TestREADMEListsTheCommands(t *testing.T) {
	t.Parallel()
	want := []string{"| command | what it does |", "|---|---|"}
	for _, command := range commands() {
		want = append(want, fmt.Sprintf("| `%s` | %s |", command.name, command.summary))
	}
	compareTable(t, "commands", want)
}

// compareTable holds the lines between the README's two markers against what
// the code says.
func compareTable(t *testing.T, marker string, want []string) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(text), "<!-- "+marker+" -->\n")
	table, _, ends := strings.Cut(rest, "<!-- /"+marker+" -->")
	if !begins || !ends {
		t.Fatalf("README.md has no table between <!-- %s --> and <!-- /%s -->", marker, marker)
	}
	got := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md, table of %s (-code +README):\n%s", marker, diff)
	}
}
