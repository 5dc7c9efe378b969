package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/world"
)

// runSettings are what run is told.
type runSettings struct {
	world, url, token string
	scenario          world.Scenario
	plan              drive.Plan
	timeout           time.Duration
}

const (
	maxClients  = 10_000
	maxCount    = 10_000_000 // latencies are kept, eight bytes each
	maxDuration = time.Hour
)

func parseRun(args []string) (runSettings, error) {
	var s runSettings
	var name string
	flags := newFlags("run")
	flags.StringVar(&s.world, "world", "load.json", "file of the world, as prepare made it")
	flags.StringVar(&s.url, "url", "", "address of the server; default: as the world says")
	flags.StringVar(&s.token, "token", "", "the desk's and till's token; default: that of the world's clerk")
	flags.StringVar(&name, "scenario", "mixed", "returns, verdicts, binds, sales or mixed")
	flags.IntVar(&s.plan.Clients, "clients", 64, "connections, each with one request under way")
	flags.IntVar(&s.plan.Count, "count", 0, "end after so many requests")
	flags.DurationVar(&s.plan.Duration, "duration", 10*time.Second, "end after this long")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "longest that one answer may take")
	err := parse(flags, args, func() []error {
		found, wrong := world.ScenarioNamed(name)
		s.scenario = found
		mistakes := mistake(wrong != nil, "%v", wrong)
		if s.url != "" {
			_, wrong := drive.NewTarget(s.url, s.timeout)
			mistakes = append(mistakes, mistake(wrong != nil, "%v", wrong)...)
		}
		return slices.Concat(mistakes,
			mistake(s.plan.Clients < 1 || s.plan.Clients > maxClients, "clients: %d is not within 1 to %d", s.plan.Clients, maxClients),
			mistake(s.plan.Count < 0 || s.plan.Count > maxCount, "count: %d is not within 0 to %d", s.plan.Count, maxCount),
			mistake(s.plan.Duration <= 0 || s.plan.Duration > maxDuration, "duration: %s is not above 0 and at most %s", s.plan.Duration, maxDuration),
			mistake(s.timeout <= 0, "timeout: %s is not above 0", s.timeout))
	})
	if s.plan.Count == 0 {
		s.plan.Count = maxCount
	}
	return s, err
}

// runRun is `load run`.
func runRun(ctx context.Context, args []string, stdout, _ io.Writer) error {
	settings, err := parseRun(args)
	if err != nil {
		return err
	}
	w, err := world.Read(settings.world)
	if err != nil {
		return err
	}
	address := w.URL
	if settings.url != "" {
		address = settings.url
	}
	to, err := drive.NewTarget(address, settings.timeout)
	if err != nil {
		return err
	}
	playing := *w
	if settings.token != "" {
		playing.Clerk = settings.token
	}
	fmt.Fprintf(stdout, "%s at %s: %s\n", settings.scenario.Name, address, settings.scenario.Summary)
	r := drive.Run(ctx, to, settings.scenario.Source(&playing), settings.plan)
	r.Write(stdout)
	w.Stock, w.Sold, w.Bound = playing.Stock, playing.Sold, playing.Bound
	if err := w.Write(settings.world); err != nil {
		return err
	}
	if r.Done() == 0 {
		return errors.New("nothing was answered as wanted")
	}
	return nil
}
