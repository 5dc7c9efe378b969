package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/fleet"
	"quitclaim/service/load/machine"
	"quitclaim/service/load/table"
)

// serveRows starts the program on the fleet's data and has clerks work there.
func (f *largeFleet) serveRows(ctx context.Context, env environment) (rows []table.Row, err error) {
	begin := time.Now()
	server, err := machine.Start(ctx, env.binary, "serve", "--data", f.Dir, "--listen", "127.0.0.1:0", "--origin", fleetOrigin)
	if err != nil {
		return nil, err
	}
	started := time.Since(begin)
	defer func() { err = errors.Join(err, server.Stop()) }()
	to, err := drive.NewTarget(server.URL, time.Minute)
	if err != nil {
		return nil, err
	}
	work := drive.Run(ctx, to, fleet.NewClerks(&f.Fleet, f.token), drive.Plan{Clients: env.clients, Duration: env.each})
	if err := work.Err(); err != nil {
		return nil, fmt.Errorf("work in a fleet: %w", err)
	}
	peak, err := server.PeakMemory()
	if err != nil {
		return nil, err
	}
	name := millions(f.Units) + " units, "
	memory := table.Limit(150, name+"resident at most, under verdicts and returns", table.Figure{Value: float64(peak) / 1e6, Unit: "MB"})
	memory.Note = fmt.Sprintf("%d clients, %.0f answers/s, one in four a return", env.clients, work.Rate())
	return []table.Row{table.Limit(1, name+"start", table.Figure{Value: started.Seconds(), Unit: "s"}), memory}, nil
}
