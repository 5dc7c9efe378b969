package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"quitclaim/service/store"
)

// runCheck is `quitclaim check`: it reads the configuration and the schema,
// says every mistake at once, and changes nothing.
func runCheck(ctx context.Context, args []string, stdout io.Writer) (err error) {
	config, err := parseConfig("quitclaim check", args, os.Getenv, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "configuration: well")
	if _, err := os.Stat(config.Data); os.IsNotExist(err) {
		fmt.Fprintf(stdout, "data directory: %s is not there yet; the first start makes it\n", config.Data)
		return nil
	}
	opened, err := store.Open(ctx, store.Config{Dir: config.Data, ReadOnly: true, Now: clock, NewID: newPrefixedID})
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if err := opened.Close(); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	fmt.Fprintf(stdout, "schema: well (%s)\n", config.Data)
	return nil
}
