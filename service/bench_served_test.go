package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/store"
	"quitclaim/service/web"
)

// served is a running house and who calls on it.
type served struct {
	house   *house
	callers []*connection
	end     context.CancelFunc
	ended   chan error
}

// open wires the house on a data directory, as the command does. Its log is
// written for real, to a file that keeps nothing.
func (p *stage) open(b *testing.B, dir, url string, trace func(string, []any)) *house {
	b.Helper()
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	must(b, "open the log", err)
	config, err := parseConfig("benchmark", []string{"--data", dir, "--url", url}, func(string) string { return "" }, nil)
	must(b, "configure", err)
	h := &house{config: config, log: newLogger(config, out), now: clock, host: strings.TrimPrefix(url, "http://")}
	h.keys, err = keyring.Open(filepath.Join(dir, "keys"), config.Origin)
	must(b, "open the keys", err)
	h.store, err = store.Open(b.Context(), store.Config{
		Dir: dir, Keys: h.keys, Now: h.now, NewID: newPrefixedID, NewLabel: newLabel, Log: h.log, Trace: trace,
	})
	must(b, "open the store", err)
	must(b, "wire", h.wire())
	return h
}

// serve runs the house on a loopback address, with the timeouts of the real
// one, and connects the callers. also adds routes of the benchmark's own.
func (p *stage) serve(b *testing.B, dir string, callers int, trace func(string, []any), also func(*web.Routes)) *served {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, "listen", err)
	address := listener.Addr().String()
	s := &served{house: p.open(b, dir, "http://"+address, trace), ended: make(chan error, 1)}
	if also != nil {
		also(s.house.web.Routes())
	}
	ctx, end := context.WithCancel(context.WithoutCancel(b.Context()))
	s.end = end
	go func() { s.ended <- s.house.web.Serve(ctx, listener) }()
	for range callers {
		c, err := dial(address, p.token)
		must(b, "dial", err)
		s.callers = append(s.callers, c)
	}
	return s
}

// stop ends the house and closes its files.
func (s *served) stop(b *testing.B) {
	b.Helper()
	for _, c := range s.callers {
		must(b, "hang up", c.conn.Close())
	}
	s.end()
	must(b, "serve", <-s.ended)
	must(b, "close the store", s.house.store.Close())
}

// drive sends the requests through all callers at once, and times each answer.
func (s *served) drive(b *testing.B, requests []posting, want int) round {
	b.Helper()
	r := round{done: len(requests), took: make([]time.Duration, len(requests))}
	var next atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for _, c := range s.callers {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(requests)); i = next.Add(1) - 1 {
				sent := time.Now()
				if err := c.post(requests[i], want); err != nil {
					b.Errorf("%s: %v", requests[i].path, err)
					return
				}
				r.took[i] = time.Since(sent)
			}
		})
	}
	all.Wait()
	r.busy = time.Since(begin)
	if b.Failed() {
		b.FailNow()
	}
	return r
}
