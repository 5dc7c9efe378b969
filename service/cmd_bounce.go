package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"quitclaim/service/notify/mail"
)

// errTryAgain: a mail server that called us keeps the message and calls again.
var errTryAgain = errors.New("try again later")

// exitTryAgain is EX_TEMPFAIL of sysexits.h, which mail servers know.
const exitTryAgain = 75

// runBounce is `quitclaim bounce`: a mail server pipes into it what comes to the
// return paths of our mails. What is no report of ours is dropped without a
// word, or two programs would write to each other for ever.
func runBounce(ctx context.Context, args []string, stdout io.Writer) error {
	return takeBounce(ctx, args, os.Stdin, stdout)
}

func takeBounce(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("quitclaim bounce", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data := flags.String("data", envOr("QUITCLAIM_DATA", "data"), "data directory of the running server")
	address := flags.String("url", "", "address of the server; default: as the data directory says")
	recipient := flags.String("recipient", os.Getenv("ORIGINAL_RECIPIENT"), "the return path that it came to; default: as its header says")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return usage("quitclaim bounce < message", flags)
		}
		return err
	}
	report, err := mail.ParseReport(stdin)
	if *recipient != "" {
		report.Recipient = *recipient
	}
	token := mail.TokenOf(report.Recipient)
	if errors.Is(err, mail.ErrNoReport) || token == "" || !report.Permanent() {
		fmt.Fprintln(stdout, "nothing to note")
		return nil
	}
	if err != nil {
		return err
	}
	client, err := newClient(*data, *address)
	if err != nil {
		return fmt.Errorf("%w: %w", errTryAgain, err)
	}
	var answer struct {
		Marked bool `json:"marked"`
	}
	body := map[string]string{"token": token, "status": report.Status}
	if err := client.post(ctx, "/v1/bounces", body, &answer); err != nil {
		return fmt.Errorf("%w: %w", errTryAgain, err)
	}
	if !answer.Marked {
		fmt.Fprintln(stdout, "not about a mail of ours")
		return nil
	}
	fmt.Fprintln(stdout, "noted: the address takes no mail")
	return nil
}
