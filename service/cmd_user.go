package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// runUser is `quitclaim user invite`: it has the running server put a person
// on record and prints the one-time link by which they choose a password.
func runUser(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("quitclaim user invite", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	data, address := serverFlags(flags)
	email := flags.String("email", "", "mail address")
	name := flags.String("name", "", "name")
	roles := flags.String("role", "", "roles, with commas between: clerk, technician, validator, support_agent, security_officer, auditor, admin")
	org := flags.String("org", "", "organisation, by name or id; default: that of the token")
	if err := parseVerb(flags, "invite", args); err != nil {
		return err
	}
	client, err := newClient(*data, *address)
	if err != nil {
		return err
	}
	var invited struct {
		ID, Name, Email, Link string
		Roles                 []string
	}
	err = client.post(ctx, "/v1/people", map[string]any{
		"email": *email, "name": *name, "roles": splitList(*roles), "org": *org,
	}, &invited)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s <%s> is invited as %s (%s).\nGive them this one-time link; it is shown this once and good for 7 days:\n\n  %s\n",
		invited.Name, invited.Email, strings.Join(invited.Roles, ", "), invited.ID, invited.Link)
	return nil
}

// serverFlags are the flags of every command that calls the running server.
func serverFlags(flags *flag.FlagSet) (data, address *string) {
	data = flags.String("data", envOr("QUITCLAIM_DATA", "data"), "data directory of the running server")
	address = flags.String("url", "", "address of the server, with a token in QUITCLAIM_TOKEN; default: as the data directory says")
	return data, address
}

// parseVerb reads the one verb that a command has, and its flags.
func parseVerb(flags *flag.FlagSet, verb string, args []string) error {
	if len(args) == 0 || args[0] != verb {
		if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "-help") {
			return verbUsage(flags)
		}
		return fmt.Errorf("say %s --help", flags.Name())
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return verbUsage(flags)
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return nil
}

// verbUsage is the help of a command whose flags have no variables.
func verbUsage(flags *flag.FlagSet) error {
	var text strings.Builder
	fmt.Fprintf(&text, "usage: %s [flags]\n\n", flags.Name())
	flags.VisitAll(func(f *flag.Flag) { fmt.Fprintf(&text, "  --%-8s %s\n", f.Name, f.Usage) })
	return errUsage{text.String()}
}

// splitList reads a list as people write it in a flag; never nil.
func splitList(text string) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if list == nil {
		return []string{}
	}
	return list
}
