package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

// runToken is `quitclaim token create`: it has the running server make a
// machine's token and prints it, which nothing does again.
func runToken(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("quitclaim token create", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data, address := serverFlags(flags)
	name := flags.String("name", "", "what the token is for")
	scopes := flags.String("scopes", "", "scopes, with commas between: units, scans, returns, sales, shipments, metrics")
	org := flags.String("org", "", "organisation, by name or id; default: that of the token that asks")
	if err := parseVerb(flags, "create", args); err != nil {
		return err
	}
	client, err := newClient(*data, *address)
	if err != nil {
		return err
	}
	var made struct {
		ID, Name, Token string
		Scopes          []string
	}
	err = client.post(ctx, "/v1/tokens", map[string]any{"name": *name, "scopes": splitList(*scopes), "org": *org}, &made)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Token %q (%s) for %s. It is shown this once:\n\n  %s\n", made.Name, made.ID, strings.Join(made.Scopes, ", "), made.Token)
	return nil
}
