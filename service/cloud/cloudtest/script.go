package cloudtest

import (
	"context"
	"fmt"
	"sync"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Script stands before a cloud and misbehaves as it was told. It writes down
// every call. Without faults it changes nothing.
type Script struct {
	peer cloud.Cloud

	mu     sync.Mutex // guards what follows
	once   map[lifecycle.Verb][]Fault
	always map[lifecycle.Verb]Fault
	calls  []Call
}

// Call is one call that reached the script.
type Call struct {
	Verb    lifecycle.Verb
	Request cloud.Request
}

// VerbDelete names the calls of Delete, which are no task of an order.
const VerbDelete = lifecycle.VerbDelete

// NewScript stands before the peer.
func NewScript(peer cloud.Cloud) *Script {
	return &Script{peer: peer, once: map[lifecycle.Verb][]Fault{}, always: map[lifecycle.Verb]Fault{}}
}

// Once spoils the next calls of the verb, one fault each.
func (s *Script) Once(verb lifecycle.Verb, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once[verb] = append(s.once[verb], faults...)
}

// Always spoils every call of these verbs; without verbs, of all. A nil fault
// mends them.
func (s *Script) Always(fault Fault, verbs ...lifecycle.Verb) {
	if len(verbs) == 0 {
		verbs = append(lifecycle.CloudVerbs(), VerbDelete)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, verb := range verbs {
		s.always[verb] = fault
	}
}

// Calls is every call so far.
func (s *Script) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Count is how often the verb was called.
func (s *Script) Count(verb lifecycle.Verb) int {
	n := 0
	for _, call := range s.Calls() {
		if call.Verb == verb {
			n++
		}
	}
	return n
}

func (s *Script) next(verb lifecycle.Verb, r cloud.Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Verb: verb, Request: r})
	if faults := s.once[verb]; len(faults) > 0 {
		s.once[verb] = faults[1:]
		return faults[0]
	}
	if fault := s.always[verb]; fault != nil {
		return fault
	}
	return honest
}

// read carries a call with an answer through its fault.
func read[T any](ctx context.Context, s *Script, verb lifecycle.Verb, r cloud.Request, call func(context.Context, cloud.Request) (T, error)) (T, error) {
	var answer T
	err := s.next(verb, r)(ctx, func() error {
		got, err := call(ctx, r)
		if err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
		answer = got
		return nil
	})
	if err != nil {
		var none T
		return none, err
	}
	return answer, nil
}

func (s *Script) act(ctx context.Context, verb lifecycle.Verb, r cloud.Request, call func(context.Context, cloud.Request) error) error {
	return s.next(verb, r)(ctx, func() error { return call(ctx, r) })
}

// Inventory asks the peer, as scripted.
func (s *Script) Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error) {
	return read(ctx, s, lifecycle.VerbInventory, r, s.peer.Inventory)
}

// Preflight asks the peer, as scripted.
func (s *Script) Preflight(ctx context.Context, r cloud.Request) (cloud.Preflight, error) {
	return read(ctx, s, lifecycle.VerbPreflight, r, s.peer.Preflight)
}

// Revoke asks the peer, as scripted.
func (s *Script) Revoke(ctx context.Context, r cloud.Request) error {
	return s.act(ctx, lifecycle.VerbRevoke, r, s.peer.Revoke)
}

// Unbind asks the peer, as scripted.
func (s *Script) Unbind(ctx context.Context, r cloud.Request) error {
	return s.act(ctx, lifecycle.VerbUnbind, r, s.peer.Unbind)
}

// Detach asks the peer, as scripted.
func (s *Script) Detach(ctx context.Context, r cloud.Request) error {
	return s.act(ctx, lifecycle.VerbDetach, r, s.peer.Detach)
}

// Rotate asks the peer, as scripted.
func (s *Script) Rotate(ctx context.Context, r cloud.Request) error {
	return s.act(ctx, lifecycle.VerbRotate, r, s.peer.Rotate)
}

// Cut asks the peer, as scripted.
func (s *Script) Cut(ctx context.Context, r cloud.Request) error {
	return s.act(ctx, lifecycle.VerbCut, r, s.peer.Cut)
}

// Notify asks the peer, as scripted.
func (s *Script) Notify(ctx context.Context, r cloud.Request) (cloud.Notice, error) {
	return read(ctx, s, lifecycle.VerbNotify, r, s.peer.Notify)
}

// Probe asks the peer, as scripted.
func (s *Script) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	return read(ctx, s, lifecycle.VerbProbe, r, s.peer.Probe)
}

// Delete asks the peer, as scripted.
func (s *Script) Delete(ctx context.Context, r cloud.Request) error {
	return s.act(ctx, VerbDelete, r, s.peer.Delete)
}
