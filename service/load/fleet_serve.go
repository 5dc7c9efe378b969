package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// serveRows starts the program on the fleet's data and has clerks work there.
func (f *fleet) serveRows(ctx context.Context, env environment) (rows []row, err error) {
	begin := time.Now()
	server, err := start(ctx, env.binary, "serve", "--data", f.dir, "--listen", "127.0.0.1:0", "--origin", fleetOrigin)
	if err != nil {
		return nil, err
	}
	started := time.Since(begin)
	defer func() { err = errors.Join(err, server.stop()) }()
	to, err := newTarget(server.url, time.Minute)
	if err != nil {
		return nil, err
	}
	work := drive(ctx, to, &fleetClerks{fleet: f}, plan{clients: env.clients, duration: env.each})
	if err := work.err(); err != nil {
		return nil, fmt.Errorf("work in a fleet: %w", err)
	}
	peak, err := peakMemory(server.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	name := millions(f.units) + " units, "
	memory := limit(150, name+"resident at most, under verdicts and returns", figure{float64(peak) / 1e6, "MB"})
	memory.note = fmt.Sprintf("%d clients, %.0f answers/s, one in four a return", env.clients, work.rate())
	return []row{limit(1, name+"start", figure{started.Seconds(), "s"}), memory}, nil
}

// fleetClerks scan units that are bound and take every fourth of them back.
type fleetClerks struct {
	fleet *fleet
	n     int // the last unit they had
	sent  int
}

// next implements source.
func (c *fleetClerks) next(int) (posting, func(int), bool) {
	for c.n += 7; !c.fleet.bound(c.n); c.n++ {
		if c.n >= c.fleet.units {
			return posting{}, nil, false
		}
	}
	c.sent++
	serial := fmt.Sprintf("SN-%08d", c.n)
	p := posting{token: c.fleet.token}
	if c.sent%4 > 0 {
		p.path, p.want = "/v1/scans", http.StatusOK
		p.body = fmt.Sprintf(`{"payload":"https://id.acme.example/01/%s/21/%s","purpose":"return"}`, c.fleet.model.GTIN, serial)
	} else {
		p.path, p.want, p.key = "/v1/returns", http.StatusCreated, "fleet-"+serial
		p.body = fmt.Sprintf(`{"brand":"acme","serial":%q,"receipt":%q,"condition":"used","reason":"changed-mind","customer_present":true}`,
			serial, fleetReceipt)
	}
	return p, func(int) {}, true
}

// bound reports whether the n-th unit is one with its first owner: what
// sqlFleetSeed says.
func (f *fleet) bound(n int) bool {
	return n < f.units && n%(f.units/f.watched) != 0 && n*7919%1000 >= 315
}

// peakMemory is the most memory that a process has had resident, in bytes.
func peakMemory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // proc(5)
	if err != nil {
		return 0, fmt.Errorf("memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("memory: the system does not tell")
}
