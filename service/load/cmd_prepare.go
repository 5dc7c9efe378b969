package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/world"
)

// prepareSettings are what prepare is told.
type prepareSettings struct {
	data, url, world string
	want             world.Wanted
}

const (
	maxUnits  = 1_000_000 // of each sort: the file is read whole
	maxOwners = 1000
)

func parsePrepare(args []string) (prepareSettings, error) {
	var s prepareSettings
	flags := newFlags("prepare")
	flags.StringVar(&s.data, "data", "data", "data directory of the running server: its run.json says where it is and lets us in")
	flags.StringVar(&s.url, "url", "", "address of the server, with its operator's token in QUITCLAIM_TOKEN; instead of --data")
	flags.StringVar(&s.world, "world", "load.json", "file of the world; one that is there is added to")
	flags.IntVar(&s.want.Stock, "stock", 1000, "units for sales")
	flags.IntVar(&s.want.Sold, "sold", 1000, "units for binds")
	flags.IntVar(&s.want.Bound, "bound", 1000, "units for returns")
	flags.IntVar(&s.want.Owners, "owners", world.ManyOwners, "people who buy the units of a new world: one for each ten clients")
	err := parse(flags, args, func() []error {
		var mistakes []error
		for _, units := range []struct {
			flag  string
			count int
		}{{"stock", s.want.Stock}, {"sold", s.want.Sold}, {"bound", s.want.Bound}} {
			mistakes = append(mistakes, mistake(units.count < 0 || units.count > maxUnits,
				"%s: %d is not within 0 to %d", units.flag, units.count, maxUnits)...)
		}
		return slices.Concat(mistakes, mistake(s.world == "", "world: a file is needed"),
			mistake(s.want.Owners < 1 || s.want.Owners > maxOwners, "owners: %d is not within 1 to %d", s.want.Owners, maxOwners))
	})
	return s, err
}

// runPrepare is `load prepare`.
func runPrepare(ctx context.Context, args []string, stdout, _ io.Writer) error {
	settings, err := parsePrepare(args)
	if err != nil {
		return err
	}
	address, operator, err := server(settings)
	if err != nil {
		return err
	}
	api := drive.NewAPI(address, world.PalletsAtOnce*world.HandsEach)
	w, err := world.Read(settings.world)
	switch {
	case err == nil && w.URL != api.URL:
		return fmt.Errorf("%s is a world of %s, not of %s: name another file", settings.world, w.URL, api.URL)
	case errors.Is(err, world.ErrNoWorld):
		w, err = world.Found(ctx, api, operator, settings.want.Owners)
	}
	if err != nil {
		return err
	}
	// What was made stays on record even where more fails.
	err = errors.Join(world.Stock(ctx, api, w, settings.want, stdout), w.Write(settings.world))
	fmt.Fprintf(stdout, "%s: %d in stock, %d sold, %d bound\n", settings.world, len(w.Stock), len(w.Sold), len(w.Bound))
	return err
}

// server finds the server as quitclaim's own commands do.
func server(s prepareSettings) (address, operator string, err error) {
	if s.url != "" {
		if operator = os.Getenv("QUITCLAIM_TOKEN"); operator == "" {
			return "", "", errors.New("with --url, put the operator's token into QUITCLAIM_TOKEN")
		}
		return s.url, operator, nil
	}
	path := filepath.Join(s.data, "run.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", "", fmt.Errorf("no server runs on %s: start it, or name one by --url: %w", s.data, err)
	}
	var run struct{ URL, Token string }
	if err := json.Unmarshal(text, &run); err != nil {
		return "", "", fmt.Errorf("find the server: %s: %w", path, err)
	}
	return run.URL, run.Token, nil
}
