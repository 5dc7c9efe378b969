package drive

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// Source hands out the next thing to do, and is told what became of it: by one
// client at a time. more is false when it has run out.
type Source interface {
	Next(client int) (p Posting, done func(status int), more bool)
}

// Plan is how hard to drive, and when to stop: whichever comes first.
type Plan struct {
	Clients  int
	Count    int           // requests at most; 0: as many as the source has
	Duration time.Duration // 0: until the source or the count ends
}

// afterMishap is how long a client that got no answer waits: a server that is
// away for a second is not asked a hundred thousand times.
const afterMishap = 20 * time.Millisecond

// Result is what a run did.
type Result struct {
	plan      Plan
	Took      Latencies // of what was answered as wanted
	Busy      time.Duration
	statuses  map[int]int // answers with another status than wanted; 0: no answer
	first     map[int]string
	exhausted bool // the source ran out
}

// Done is how many were answered as wanted.
func (r *Result) Done() int { return len(r.Took.Took) }

func (r *Result) failed() int {
	n := 0
	for _, count := range r.statuses {
		n += count
	}
	return n
}

// Rate is how many of those there were in a second.
func (r *Result) Rate() float64 { return float64(r.Done()) / r.Busy.Seconds() }

// Run has the clients send what the source gives, each one request at a time,
// and times every answer.
func Run(ctx context.Context, to Target, from Source, plan Plan) *Result {
	if plan.Duration > 0 {
		limited, cancel := context.WithTimeout(ctx, plan.Duration)
		defer cancel()
		ctx = limited
	}
	queue := &queue{from: from, left: plan.Count, bounded: plan.Count > 0}
	clients := make([]*client, plan.Clients)
	var all sync.WaitGroup
	begin := time.Now()
	for i := range clients {
		clients[i] = &client{number: i, connection: connection{target: to}, statuses: map[int]int{}, first: map[int]string{}}
		all.Go(func() { clients[i].work(ctx, queue) })
	}
	all.Wait()
	r := &Result{plan: plan, Busy: time.Since(begin), statuses: map[int]int{}, first: map[int]string{}, exhausted: queue.exhausted}
	for _, c := range clients {
		r.Took.Add(c.took...)
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
	from      Source
	left      int
	bounded   bool
	exhausted bool
}

// Next is the source's next, while more may be sent.
func (q *queue) Next(client int) (Posting, func(int), bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bounded && q.left == 0 {
		return Posting{}, nil, false
	}
	p, done, more := q.from.Next(client)
	if !more {
		q.exhausted = true
		return Posting{}, nil, false
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
		p, done, more := q.Next(c.number)
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
		if status == p.Want {
			c.took = append(c.took, took)
			continue
		}
		if c.statuses[status]++; c.statuses[status] == 1 {
			c.first[status] = p.Path + ": " + text
		}
		if status == 0 {
			Rest(ctx, afterMishap)
		}
	}
}

// Rest waits, or until ctx ends.
func Rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Write prints what a run did.
func (r *Result) Write(out io.Writer) {
	fmt.Fprintf(out, "%d answered as wanted in %s, %.0f/s, by %d clients\n", r.Done(), Short(r.Busy), r.Rate(), r.plan.Clients)
	if r.Done() > 0 {
		r.Took.write(out)
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

// Err is what a measurement, which must not fail anywhere, says of a run.
func (r *Result) Err() error {
	for status, count := range r.statuses {
		return fmt.Errorf("%d answers of %d, e.g. %.300s", count, status, r.first[status])
	}
	return nil
}
