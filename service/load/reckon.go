package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"quitclaim/service/load/drive"
)

// checkpointSize is the second line of the log's newest checkpoint: its size
// (C2SP tlog-checkpoint).
func checkpointSize(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/log/checkpoint", nil)
	if err != nil {
		return "", fmt.Errorf("ask for the checkpoint: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask for the checkpoint: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return "", fmt.Errorf("read the checkpoint: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	if response.StatusCode != http.StatusOK || len(lines) < 3 {
		return "", fmt.Errorf("no checkpoint: %s", response.Status)
	}
	return lines[1], nil
}

// write prints what one of each thing uses up, as a Markdown table.
func (c costs) write(out io.Writer) {
	fmt.Fprintln(out, "\n| one | processor time, quitclaim | processor time, PostgreSQL | write-ahead log | growth of the database |")
	fmt.Fprintln(out, "|---|--:|--:|--:|--:|")
	for _, line := range []struct {
		name string
		cost cost
	}{
		{"unit registered, shipped, received, sold and bound", c.unit},
		{"return, until it is acknowledged", c.ret},
		{"reset order, worked off by the clouds", c.order},
		{"verdict", c.verdict},
	} {
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s |\n", line.name, drive.Short(line.cost.ours), drive.Short(line.cost.theirs),
			kilobytes(line.cost.log), kilobytes(line.cost.size))
	}
}

func kilobytes(bytes int64) string { return fmt.Sprintf("%.1f kB", float64(bytes)/1000) }

// busyAt is how much of a core may be busy in a peak, so that a queue does not
// grow when it comes unevenly.
const busyAt = 0.5

// verdictsPerReturn is how many scans go with a return: at the desk, at the
// bench twice, and at the till twice.
const verdictsPerReturn = 5

// reckon prints what a fleet and a peak need.
func (c costs) reckon(out io.Writer, units, returns int) {
	cores := func(of func(cost) time.Duration) float64 {
		each := of(c.ret) + of(c.order) + verdictsPerReturn*of(c.verdict)
		return each.Seconds() * float64(returns) / busyAt
	}
	fmt.Fprintf(out, "\n%d returns/s, with their orders and %d verdicts each, cores at most %.0f %% busy:\n", returns, verdictsPerReturn, busyAt*100)
	fmt.Fprintf(out, "  quitclaim   %.0f cores\n", cores(func(c cost) time.Duration { return c.ours }))
	fmt.Fprintf(out, "  PostgreSQL  %.0f cores, %.1f MB/s of write-ahead log\n", cores(func(c cost) time.Duration { return c.theirs }),
		float64(c.ret.log+c.order.log)*float64(returns)/1e6)
	fmt.Fprintf(out, "%d units that were sold and bound once: %.2f TB; each hour of the peak adds %.1f GB\n", units,
		float64(c.unit.size)*float64(units)/1e12, float64(c.ret.size+c.order.size)*float64(returns)*3600/1e9)
}
