package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// runUntold is `quitclaim untold`: it lists of what not everybody could be told,
// and why; --again has all of it tried again, once it has been mended.
func runUntold(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("quitclaim untold", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data, address := serverFlags(flags)
	again := flags.Bool("again", false, "try all of it again now")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return usage("quitclaim untold", flags)
		}
		return err
	}
	client, err := newClient(*data, *address)
	if err != nil {
		return err
	}
	if *again {
		var answer struct {
			Tried int `json:"tried"`
		}
		if err := client.post(ctx, "/v1/untold", struct{}{}, &answer); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%d tried again now\n", answer.Tried)
		return nil
	}
	return listUntold(ctx, client, stdout)
}

// untoldPage is a page of what GET /v1/untold answers.
type untoldPage struct {
	Items []struct {
		Source    string     `json:"source"`
		Error     string     `json:"error"`
		Tries     int        `json:"tries"`
		FirstAt   time.Time  `json:"first_at"`
		GivenUpAt *time.Time `json:"given_up_at"`
	} `json:"items"`
	Next string `json:"next"`
}

func listUntold(ctx context.Context, client *client, stdout io.Writer) error {
	path, seen := "/v1/untold", 0
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, client.url+path, nil)
		if err != nil {
			return fmt.Errorf("write request: %w", err)
		}
		var page untoldPage
		if err := client.do(request, &page); err != nil {
			return err
		}
		for _, u := range page.Items {
			how := "is tried again"
			if u.GivenUpAt != nil {
				how = "given up"
			}
			fmt.Fprintf(stdout, "%s: %s since %s, tried %d times, %s\n", u.Source, u.Error, u.FirstAt.Format(time.RFC3339), u.Tries, how)
			seen++
		}
		if page.Next == "" {
			break
		}
		path = "/v1/untold?after=" + url.QueryEscape(page.Next)
	}
	if seen == 0 {
		fmt.Fprintln(stdout, "everybody was told")
	}
	return nil
}
