package main

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
)

// What DESIGN section 8 asks for is measured here side by side: ours and a bare
// program take turns, round after round within one run, so that whatever else
// the machine does slows both. docs/benchmarks.md says how to read the figures.

const (
	// callerCount is DESIGN's: 64 clients, each with one request under way.
	callerCount = 64
	// roundSize is how many operations one side does before the other has its
	// turn: enough that the quiet start and end of a round hardly count.
	roundSize = 1024
)

// BenchmarkReturns measures durable returns over HTTP beside a bare program
// that does nothing but the statements of the same returns.
func BenchmarkReturns(b *testing.B) {
	stage := prepare(b, b.N)
	bare := newBare(b, stage.copy(b, "bare"), stage.record(b, stage.copy(b, "recorded")))
	served := stage.serve(b, stage.copy(b, "served"), callerCount, nil, nil)
	defer served.stop(b)
	requests := stage.returns()

	var ours, theirs side
	b.ResetTimer()
	for round := range slices.Chunk(requests, roundSize) {
		b.StartTimer()
		ours.add(served.drive(b, round, http.StatusCreated))
		b.StopTimer()
		theirs.add(bare.run(b, len(round)))
	}
	stage.same(b, "bare", "served")

	b.ReportMetric(ours.rate(), "returns/s")
	b.ReportMetric(theirs.rate(), "bare/s")
	b.ReportMetric(ours.rate()/theirs.rate(), "ratio")
	b.ReportMetric(ours.percentile(50), "p50-ms")
	b.ReportMetric(ours.percentile(99), "p99-ms")
	stage.report(b)
}

// BenchmarkVerdicts measures what a scan answers, beside a handler that
// answers an empty object behind the same middleware.
func BenchmarkVerdicts(b *testing.B) {
	const units = 2048
	stage := prepare(b, units)
	served := stage.serve(b, stage.copy(b, "served"), callerCount, nil, func(routes *web.Routes) {
		routes.POST("/v1/empty", access.UnitScan, func(c echo.Context) error {
			return web.JSON(c, http.StatusOK, struct{}{})
		})
	})
	defer served.stop(b)
	scans, empty := stage.scans("/v1/scans", b.N), stage.scans("/v1/empty", b.N)

	var ours, theirs side
	b.ResetTimer()
	for from := 0; from < b.N; from += roundSize {
		to := min(from+roundSize, b.N)
		b.StartTimer()
		ours.add(served.drive(b, scans[from:to], http.StatusOK))
		b.StopTimer()
		theirs.add(served.drive(b, empty[from:to], http.StatusOK))
	}

	b.ReportMetric(ours.rate(), "verdicts/s")
	b.ReportMetric(theirs.rate(), "empty/s")
	b.ReportMetric(ours.rate()/theirs.rate(), "ratio")
	b.ReportMetric(ours.percentile(50), "p50-ms")
	b.ReportMetric(ours.percentile(99), "p99-ms")
	b.ReportMetric(theirs.percentile(99), "empty-p99-ms")
	b.ReportMetric(ours.percentile(99)/theirs.percentile(99), "p99-ratio")
	stage.report(b)
}

// side is what one of the two did so far.
type side struct {
	done int
	busy time.Duration
	took []time.Duration // each operation, where it was timed
}

// round is what it did in one turn.
type round = side

func (s *side) add(r round) {
	s.done += r.done
	s.busy += r.busy
	s.took = append(s.took, r.took...)
}

func (s *side) rate() float64 { return float64(s.done) / s.busy.Seconds() }

// percentile of the times of the operations, in milliseconds.
func (s *side) percentile(p int) float64 {
	slices.Sort(s.took)
	at := min(len(s.took)*p/100, len(s.took)-1)
	return float64(s.took[at].Microseconds()) / 1000
}

// must ends the benchmark when its own preparation fails.
func must(b *testing.B, what string, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(fmt.Errorf("%s: %w", what, err))
	}
}
