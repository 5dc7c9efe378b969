package main

import (
	"context"
	"errors"
	"time"

	"quitclaim/service/load/drive"
	"quitclaim/service/load/machine"
)

// What is compared takes turns, round after round within one run, so that
// whatever else the machine does slows both. The side whose turn it is not
// stands still.

// side is a server that takes turns, and what it did in all of them.
type side struct {
	server *machine.Process
	to     drive.Target
	from   drive.Source
	sum    drive.Result
	cpu    time.Duration // what the server computed in its turns
}

// answerFor is how long an answer may take while something is measured.
const answerFor = time.Minute

// newSide starts a server in a place. It sleeps until its first turn.
func newSide(ctx context.Context, binary string, at place, args ...string) (*side, error) {
	p, err := machine.Start(ctx, binary, append(args, at.flags()...)...)
	if err != nil {
		return nil, err
	}
	to, err := drive.NewTarget(p.URL, answerFor)
	if err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	p.Sleep()
	return &side{server: p, to: to}, nil
}

// turn has the server do what is planned. Nothing of it may fail.
func (s *side) turn(ctx context.Context, plan drive.Plan) error {
	s.server.Wake()
	defer s.server.Sleep()
	before := s.server.Computed()
	r := drive.Run(ctx, s.to, s.from, plan)
	s.cpu += s.server.Computed() - before
	s.sum.Busy += r.Busy
	s.sum.Took.Add(r.Took.Took...)
	return r.Err()
}

// product is how the product is started: one reset worker, so that what it does
// about each return beside the return itself is one writer more among the
// clients, and no more than that; and our networks believed, or it would slow
// down a thousand units that call from one address.
func product(ctx context.Context, env environment, at place) (*side, error) {
	return newSide(ctx, env.binary, at, "serve", "--listen", "127.0.0.1:0", "--workers", "1", "--proxies", "127.0.0.1/32")
}

// each is the processor time of one answer.
func (s *side) each() time.Duration { return s.cpu / time.Duration(max(s.sum.Done(), 1)) }
