package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// source hands out the next thing to do, and is told what became of it: by one
// client at a time. more is false when it has run out.
type source interface {
	next(client int) (p posting, done func(status int), more bool)
}

// plan is how hard to drive, and when to stop: whichever comes first.
type plan struct {
	clients  int
	count    int           // requests at most; 0: as many as the source has
	duration time.Duration // 0: until the source or the count ends
}

// afterMishap is how long a client that got no answer waits: a server that is
// away for a second is not asked a hundred thousand times.
const afterMishap = 20 * time.Millisecond

// result is what a run did.
type result struct {
	plan      plan
	took      latencies // of what was answered as wanted
	busy      time.Duration
	statuses  map[int]int // answers with another status than wanted; 0: no answer
	first     map[int]string
	exhausted bool // the source ran out
}

func (r *result) done() int { return len(r.took.took) }

func (r *result) failed() int {
	n := 0
	for _, count := range r.statuses {
		n += count
	}
	return n
}

func (r *result) rate() float64 { return float64(r.done()) / r.busy.Seconds() }

// drive has the clients send what the source gives, each one request at a time,
// and times every answer.
func drive(ctx context.Context, to target, from source, plan plan) *result {
	if plan.duration > 0 {
		limited, cancel := context.WithTimeout(ctx, plan.duration)
		defer cancel()
		ctx = limited
	}
	queue := &queue{from: from, left: plan.count, bounded: plan.count > 0}
	clients := make([]*client, plan.clients)
	var all sync.WaitGroup
	begin := time.Now()
	for i := range clients {
		clients[i] = &client{number: i, connection: connection{target: to}, statuses: map[int]int{}, first: map[int]string{}}
		all.Go(func() { clients[i].work(ctx, queue) })
	}
	all.Wait()
	r := &result{plan: plan, busy: time.Since(begin), statuses: map[int]int{}, first: map[int]string{}, exhausted: queue.exhausted}
	for _, c := range clients {
		r.took.add(c.took...)
		for status, count := range c.statuses {
			r.statuses[status] += count
		}
		maps.Copy(r.first, c.first)
	}
	return r
}

// queue gives the source's postings to many clients.
type queue struct {
	mu        sync.Mutex // guards what follows
	from      source
	left      int
	bounded   bool
	exhausted bool
}

func (q *queue) next(client int) (posting, func(int), bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bounded && q.left == 0 {
		return posting{}, nil, false
	}
	p, done, more := q.from.next(client)
	if !more {
		q.exhausted = true
		return posting{}, nil, false
	}
	q.left--
	return p, done, true
}

func (q *queue) tell(done func(int), status int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	done(status)
}

// client sends one request at a time.
type client struct {
	number     int
	connection connection
	took       []time.Duration
	statuses   map[int]int
	first      map[int]string // the first answer of each unwanted status
}

// work ends between two requests: one that was sent is waited for, whatever ctx
// says, or nobody would know what became of it.
func (c *client) work(ctx context.Context, q *queue) {
	defer c.connection.close()
	for ctx.Err() == nil {
		p, done, more := q.next(c.number)
		if !more {
			return
		}
		sent := time.Now()
		status, text, err := c.connection.post(context.WithoutCancel(ctx), p)
		took := time.Since(sent)
		if err != nil {
			status, text = 0, err.Error()
		}
		q.tell(done, status)
		if status == p.want {
			c.took = append(c.took, took)
			continue
		}
		if c.statuses[status]++; c.statuses[status] == 1 {
			c.first[status] = p.path + ": " + text
		}
		if status == 0 {
			rest(ctx, afterMishap)
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// write prints what a run did.
func (r *result) write(out io.Writer) {
	fmt.Fprintf(out, "%d answered as wanted in %s, %.0f/s, by %d clients\n", r.done(), short(r.busy), r.rate(), r.plan.clients)
	if r.done() > 0 {
		r.took.write(out)
	}
	for _, status := range slices.Sorted(maps.Keys(r.statuses)) {
		name := fmt.Sprintf("status %d", status)
		if status == 0 {
			name = "no answer"
		}
		fmt.Fprintf(out, "  %s: %d, e.g. %.300s\n", name, r.statuses[status], r.first[status])
	}
	if r.exhausted {
		fmt.Fprintln(out, "  the world ran out of units for this: load prepare adds some")
	}
}

// err is what a measurement, which must not fail anywhere, says of a run.
func (r *result) err() error {
	for status, count := range r.statuses {
		return fmt.Errorf("%d answers of %d, e.g. %.300s", count, status, r.first[status])
	}
	return nil
}
