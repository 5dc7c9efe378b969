package main

import (
	"strings"
	"testing"
	"time"
)

func TestConfigReadsFlagsOverEnvironmentOverDefaults(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"QUITCLAIM_DATA": "from-env", "QUITCLAIM_CLOUD_DELAY": "7s", "QUITCLAIM_PROXIES": "10.0.0.0/8,127.0.0.1/32"}
	config, err := parseConfig("quitclaim", []string{"--data", "from-flag"}, func(name string) string { return environment[name] },
		map[string]string{"cloud-delay": "1s", "log-level": "warn"})
	if err != nil {
		t.Fatal(err)
	}
	if config.Data != "from-flag" || config.CloudDelay != 7*time.Second || config.LogLevel != "warn" || config.Workers != 4 || len(config.Proxies) != 2 {
		t.Errorf("config: %+v", config)
	}
}

func TestConfigReportsEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"QUITCLAIM_WORKERS": "many", "QUITCLAIM_LOG_LEVEL": "loud", "QUITCLAIM_PROXIES": "here", "QUITCLAIM_SERIALS": "acme [0-9]+ x; acme"}
	_, err := parseConfig("quitclaim", []string{"--listen", "nowhere", "--url", "ftp://x/y", "--origin", "a b", "--data", "", "--cloud-delay", "-1s", "--audit-at", "25:00", "extra"},
		func(name string) string { return environment[name] }, nil)
	if err == nil {
		t.Fatal("no mistake was found")
	}
	for _, want := range []string{"QUITCLAIM_WORKERS", "QUITCLAIM_PROXIES", "QUITCLAIM_SERIALS", "log-level", "listen", "url", "origin", "data", "cloud-delay", "audit-at", `"extra"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among the mistakes:\n%v", want, err)
		}
	}
}

func TestUnknownCommandAndHelp(t *testing.T) {
	t.Parallel()
	var stdout, stderr strings.Builder
	if code := run(t.Context(), []string{"sell"}, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), "verify-certificate") {
		t.Errorf("unknown command: exit %d, %q", code, stderr.String())
	}
	if code := run(t.Context(), []string{"serve", "-h"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), "QUITCLAIM_CLOUD_DELAY") {
		t.Errorf("help: exit %d, %q", code, stdout.String())
	}
}
