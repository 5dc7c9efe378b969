package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// runSettings are what run is told.
type runSettings struct {
	world, url, token string
	scenario          scenario
	plan              plan
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
	flags.IntVar(&s.plan.clients, "clients", 64, "connections, each with one request under way")
	flags.IntVar(&s.plan.count, "count", 0, "end after so many requests")
	flags.DurationVar(&s.plan.duration, "duration", 10*time.Second, "end after this long")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "longest that one answer may take")
	err := parse(flags, args, func() []error {
		found, wrong := scenarioNamed(name)
		s.scenario = found
		mistakes := mistake(wrong != nil, "%v", wrong)
		if s.url != "" {
			_, wrong := newTarget(s.url, s.timeout)
			mistakes = append(mistakes, mistake(wrong != nil, "%v", wrong)...)
		}
		return slices.Concat(mistakes,
			mistake(s.plan.clients < 1 || s.plan.clients > maxClients, "clients: %d is not within 1 to %d", s.plan.clients, maxClients),
			mistake(s.plan.count < 0 || s.plan.count > maxCount, "count: %d is not within 0 to %d", s.plan.count, maxCount),
			mistake(s.plan.duration <= 0 || s.plan.duration > maxDuration, "duration: %s is not above 0 and at most %s", s.plan.duration, maxDuration),
			mistake(s.timeout <= 0, "timeout: %s is not above 0", s.timeout))
	})
	if s.plan.count == 0 {
		s.plan.count = maxCount
	}
	return s, err
}

// runRun is `load run`.
func runRun(ctx context.Context, args []string, stdout, _ io.Writer) error {
	settings, err := parseRun(args)
	if err != nil {
		return err
	}
	w, err := readWorld(settings.world)
	if err != nil {
		return err
	}
	address := w.URL
	if settings.url != "" {
		address = settings.url
	}
	to, err := newTarget(address, settings.timeout)
	if err != nil {
		return err
	}
	playing := *w
	if settings.token != "" {
		playing.Clerk = settings.token
	}
	fmt.Fprintf(stdout, "%s at %s: %s\n", settings.scenario.name, address, settings.scenario.summary)
	r := drive(ctx, to, settings.scenario.source(&playing), settings.plan)
	r.write(stdout)
	w.Stock, w.Sold, w.Bound = playing.Stock, playing.Sold, playing.Bound
	if err := w.write(settings.world); err != nil {
		return err
	}
	if r.done() == 0 {
		return errors.New("nothing was answered as wanted")
	}
	return nil
}
