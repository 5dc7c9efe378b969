package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// errCalledWrongly marks mistakes of whoever called: exit code 2.
var errCalledWrongly = errors.New("see --help")

// errUsage carries the help text of a command; it is no failure.
type errUsage struct{ text string }

// Error is the help text.
func (e errUsage) Error() string { return e.text }

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet("load "+name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parse reads the arguments and reports every mistake at once: those of shape,
// and those that check finds.
func parse(flags *flag.FlagSet, args []string, check func() []error) error {
	var mistakes []error
	for { // flag stops at the first mistake, and at what is no flag
		err := flags.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return usage(flags)
		}
		args = flags.Args()
		switch {
		case err != nil:
			mistakes = append(mistakes, err)
			continue
		case len(args) > 0:
			mistakes = append(mistakes, fmt.Errorf("unexpected argument %q", args[0]))
			args = args[1:]
			continue
		}
		break
	}
	if mistakes = append(mistakes, check()...); len(mistakes) > 0 {
		return errors.Join(append(mistakes, errCalledWrongly)...)
	}
	return nil
}

func usage(flags *flag.FlagSet) error {
	var text strings.Builder
	fmt.Fprintf(&text, "usage: %s [flags]\n\n", flags.Name())
	flags.VisitAll(func(f *flag.Flag) {
		fmt.Fprintf(&text, "  --%-10s %s", f.Name, f.Usage)
		if f.DefValue != "" {
			fmt.Fprintf(&text, " (default %s)", f.DefValue)
		}
		text.WriteByte('\n')
	})
	return errUsage{text.String()}
}

// mistake is an error where a condition holds.
func mistake(holds bool, format string, args ...any) []error {
	if !holds {
		return nil
	}
	return []error{fmt.Errorf(format, args...)}
}
