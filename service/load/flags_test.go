package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"quitclaim/service/load/drive"
)

// TestEveryMistakeIsReportedAtOnce: of shape and of sense, before and after each
// other.
func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		parse func([]string) error
		args  string
		want  []string
	}{
		{"run", func(args []string) error { _, err := parseRun(args); return err },
			"--bogus --count many extra --scenario x --url ftp://a --clients -1 --duration 2h --timeout -1s more",
			[]string{"-bogus", `"many"`, `"extra"`, `scenario: "x"`, "url:", "clients: -1", "duration: 2h", "timeout: -1s", `"more"`}},
		{"prepare", func(args []string) error { _, err := parsePrepare(args); return err },
			"--stock -1 --sold 1000001 --bound many --world= --owners 0 x",
			[]string{"stock: -1", "sold: 1000001", `"many"`, "world:", "owners: 0", `"x"`}},
		{"ratios", func(args []string) error { _, err := parseRatios(args); return err },
			"--only returns,sleep --clients 0 --each 0s --fleet -1 --ledger 0 --dir= --database host=x",
			[]string{`only: "sleep"`, "clients: 0", "each: 0s", "fleet: -1", "ledger: 0", "dir:", "database:"}},
		{"capacity", func(args []string) error { _, err := parseCapacity(args); return err },
			"--clients 0 --count 0 --units 0 --dir= --database host=x",
			[]string{"clients: 0", "count: 0", "units and returns:", "dir:", "database:"}},
	}
	for _, c := range cases {
		err := c.parse(strings.Fields(c.args))
		if !errors.Is(err, errCalledWrongly) {
			t.Errorf("%s: %v, want a mistake of the caller", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s does not report %q:\n%v", c.name, want, err)
			}
		}
		if got := strings.Count(err.Error(), "\n"); got != len(c.want) {
			t.Errorf("%s reports %d mistakes, want %d:\n%v", c.name, got, len(c.want), err)
		}
	}
}

func TestArgumentsAreRead(t *testing.T) {
	t.Parallel()
	s, err := parseRun(strings.Fields("--scenario sales --clients 3 --count 20 --duration 1m --timeout 5s --url http://a --token t"))
	if err != nil {
		t.Fatal(err)
	}
	if s.scenario.Name != "sales" || s.plan != (drive.Plan{Clients: 3, Count: 20, Duration: time.Minute}) || s.timeout != 5*time.Second || s.token != "t" {
		t.Errorf("read %+v", s)
	}
	if s, err = parseRun(nil); err != nil || s.plan.Count != maxCount || s.scenario.Name != "mixed" {
		t.Errorf("with no arguments: %+v, %v; want a bounded run of everything", s.plan, err)
	}
	r, err := parseRatios([]string{"--only", "ledger,returns"})
	if err != nil || len(r.names()) != 2 {
		t.Errorf("only: %v, %v", r.names(), err)
	}
	if r, err = parseRatios(nil); err != nil || len(r.names()) != len(measurements()) {
		t.Errorf("all: %v, %v", r.names(), err)
	}
}
