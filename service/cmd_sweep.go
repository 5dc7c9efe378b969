package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
)

// runSweep is `quitclaim sweep JOB`: it has the running server run a job now
// and prints what came of it.
func runSweep(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("quitclaim sweep", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data := flags.String("data", envOr("QUITCLAIM_DATA", "data"), "data directory of the running server")
	address := flags.String("url", "", "address of the server; default: as the data directory says")
	job := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		job, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return usage("quitclaim sweep JOB", flags)
		}
		return err
	}
	if job == "" && flags.NArg() == 1 {
		job = flags.Arg(0)
	} else if flags.NArg() > 0 {
		job = ""
	}
	if job == "" {
		return errors.New("name one job: sold-but-bound, resold-without-return, returned-but-absent, stuck-reset, ledger-audit, run-out or retention")
	}
	client, err := newClient(*data, *address)
	if err != nil {
		return err
	}
	var run struct {
		Job     string `json:"job"`
		Seen    int    `json:"seen"`
		Flagged int    `json:"flagged"`
		Failed  int    `json:"failed"`
	}
	if err := client.post(ctx, "/v1/sweeps/"+url.PathEscape(job), struct{}{}, &run); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d looked at, %d flagged, %d failed\n", run.Job, run.Seen, run.Flagged, run.Failed)
	if run.Failed > 0 {
		return fmt.Errorf("%d could not be looked at; they are asked again", run.Failed)
	}
	return nil
}

func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
