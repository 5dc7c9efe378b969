package sweep

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"quitclaim/service/lifecycle"
)

func schedule(t *testing.T, spec string) cron.Schedule {
	t.Helper()
	parsed, err := cron.ParseStandard(spec)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// at is an instant of the day on which these tests play.
func at(t *testing.T, clock string) time.Time {
	t.Helper()
	parsed, err := time.Parse("15:04:05.000", clock+"00:00:00.000"[len(clock):])
	if err != nil {
		t.Fatal(err)
	}
	return parsed.AddDate(2026, 2, 2)
}

func TestLatestSlot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ spec, now, want string }{
		{"*/10 * * * *", "12:00:00.000", "12:00"},
		{"*/10 * * * *", "12:09:59.999", "12:00"},
		{"*/10 * * * *", "12:10", "12:10"},
		{"17 * * * *", "12:16:59.999", "11:17"},
		{"17 * * * *", "12:17", "12:17"},
		{"47 3 * * *", "23:00", "03:47"},
	} {
		if got := latest(schedule(t, c.spec), at(t, c.now)); !got.Equal(at(t, c.want)) {
			t.Errorf("%s at %s: %v, want %s", c.spec, c.now, got, c.want)
		}
	}
	yesterday := at(t, "03:47").AddDate(0, 0, -1)
	if got := latest(schedule(t, "47 3 * * *"), at(t, "03:46")); !got.Equal(yesterday) {
		t.Errorf("daily, before its time: %v, want yesterday's", got)
	}
	if got := latest(schedule(t, "0 0 29 2 *"), at(t, "12:00")); got.Year() != 2024 {
		t.Errorf("every leap day: %v, want that of 2024", got)
	}
	if got := latest(schedule(t, "0 0 31 2 *"), at(t, "12:00")); !got.IsZero() {
		t.Errorf("a day that there is not: %v", got)
	}
}

// TestJudgement plays with a job of every ten minutes, at 12:00:30.
func TestJudgement(t *testing.T) {
	t.Parallel()
	now := at(t, "12:00:30")
	ran := func(slot, code string) lifecycle.SweepRun {
		return lifecycle.SweepRun{Job: "j", Slot: at(t, slot), Started: at(t, slot), Alive: at(t, slot), Ended: at(t, slot), Error: code}
	}
	runs := func(slot, alive string) lifecycle.SweepRun {
		return lifecycle.SweepRun{Job: "j", Slot: at(t, slot), Started: at(t, slot), Alive: at(t, alive), Position: "there"}
	}
	const good, failed, unfinished, begun = "", lifecycle.RunFailed, lifecycle.RunUnfinished, lifecycle.RunBegun
	for name, c := range map[string]struct {
		past     []lifecycle.SweepRun // newest first
		newest   string               // of a run in the future
		standing Standing
		slot     string
		since    string
		missed   int
		resume   string
	}{
		"just due":                  {[]lifecycle.SweepRun{ran("11:50", good)}, "", StandingOnTime, "12:00", "", 0, ""},
		"has run":                   {[]lifecycle.SweepRun{ran("12:00", good), ran("11:50", good)}, "", StandingOnTime, "", "", 0, ""},
		"was run by hand":           {[]lifecycle.SweepRun{ran("12:00:10", good), ran("11:50", good)}, "", StandingOnTime, "", "", 0, ""},
		"first start":               {[]lifecycle.SweepRun{ran("12:00", begun)}, "", StandingNever, "", "", 0, ""},
		"is running":                {[]lifecycle.SweepRun{runs("12:00", "12:00:20"), ran("11:50", good)}, "", StandingRunning, "", "", 0, ""},
		"an older run goes on":      {[]lifecycle.SweepRun{runs("11:50", "12:00:20")}, "", StandingRunning, "", "", 0, ""},
		"runs too long":             {[]lifecycle.SweepRun{runs("11:20", "12:00:20"), ran("11:10", good)}, "", StandingStuck, "", "11:20", 5, ""},
		"missed one":                {[]lifecycle.SweepRun{ran("11:40", good)}, "", StandingMissed, "12:00", "11:50", 2, ""},
		"missed many":               {[]lifecycle.SweepRun{ran("10:00", good)}, "", StandingMissed, "12:00", "10:10", 12, ""},
		"died in the middle":        {[]lifecycle.SweepRun{runs("11:50", "11:52"), ran("11:40", good)}, "", StandingStuck, "12:00", "11:50", 2, "there"},
		"was marked, goes on":       {[]lifecycle.SweepRun{ran("12:00", unfinished), ran("11:50", good)}, "", StandingOnTime, "12:00:00.001", "", 0, ""},
		"was marked twice":          {[]lifecycle.SweepRun{ran("12:00:00.001", unfinished), ran("12:00", unfinished), ran("11:50", good)}, "", StandingOnTime, "12:00:00.002", "", 0, ""},
		"kills whoever begins it":   {[]lifecycle.SweepRun{ran("12:00:00.002", unfinished), ran("12:00:00.001", unfinished), ran("12:00", unfinished), ran("11:30", good)}, "", StandingMissed, "", "11:40", 3, ""},
		"failed just now":           {[]lifecycle.SweepRun{ran("12:00", failed), ran("11:50", good)}, "", StandingOnTime, "", "", 0, ""},
		"fails and fails":           {[]lifecycle.SweepRun{ran("12:00", failed), ran("11:50", failed), ran("11:40", good)}, "", StandingFailed, "", "11:50", 2, ""},
		"the clock went back":       {[]lifecycle.SweepRun{ran("12:00", good), ran("11:50", good)}, "12:50", StandingOnTime, "12:00:00.100", "", 0, ""},
		"and it was run again":      {[]lifecycle.SweepRun{ran("12:00:00.100", good), ran("12:00", good)}, "12:50", StandingAhead, "", "", 0, ""},
		"another clock is a bit on": {[]lifecycle.SweepRun{ran("12:00", good)}, "12:01", StandingOnTime, "", "", 0, ""},
	} {
		h := history{newest: c.past[0], past: c.past}
		if c.newest != "" {
			h.newest = ran(c.newest, good)
		}
		for _, run := range c.past {
			if h.good.Job == "" && !run.Ended.IsZero() && run.Error != failed && run.Error != unfinished {
				h.good = run
			}
		}
		got := judge(schedule(t, "*/10 * * * *"), h, now)
		var slot, since time.Time
		if c.slot != "" {
			slot = at(t, c.slot)
		}
		if c.since != "" {
			since = at(t, c.since)
		}
		if got.standing != c.standing || !got.slot.Equal(slot) || got.resume != c.resume {
			t.Errorf("%s: %s, to run %v from %q; want %s, %v from %q", name, got.standing, got.slot, got.resume, c.standing, slot, c.resume)
		}
		if c.standing.Alarming() && (!got.since.Equal(since) || got.missed != c.missed) {
			t.Errorf("%s: since %v, %d missed; want %v, %d", name, got.since, got.missed, since, c.missed)
		}
	}
}

func TestUrgency(t *testing.T) {
	t.Parallel()
	for late, want := range map[time.Duration]lifecycle.Severity{
		10 * time.Minute: lifecycle.SeverityLow, 2 * time.Hour: lifecycle.SeverityMedium,
		23 * time.Hour: lifecycle.SeverityMedium, 24 * time.Hour: lifecycle.SeverityHigh,
	} {
		if got := urgency(late); got != want {
			t.Errorf("%s late is %s, want %s", late, got, want)
		}
	}
}
