package cloud

import (
	"fmt"
	"slices"
	"time"
)

// Peer is a cloud as we deal with it.
type Peer struct {
	Cloud
	// Delay is the propagation delay: how long after a yes the cloud may still
	// show the old picture. It is asked again no sooner.
	Delay time.Duration
	// Keeps is what data it keeps of a unit, for the owner who lets go of it.
	Keeps []Data
}

// Registry holds the clouds by the names that models use. It is filled once,
// before anything asks.
type Registry struct {
	peers  map[string]Peer
	places map[string]chan struct{} // of questions for pages: see Ask
}

// NewRegistry is a registry of these clouds. A name becomes part of task ids,
// so it is [a-z0-9-]{1,32}.
func NewRegistry(peers map[string]Peer) (*Registry, error) {
	r := &Registry{peers: make(map[string]Peer, len(peers)), places: make(map[string]chan struct{}, len(peers))}
	for name, peer := range peers {
		if !isName(name) {
			return nil, fmt.Errorf("cloud name %q is not [a-z0-9-]{1,32}", name)
		}
		if peer.Cloud == nil || peer.Delay < 0 {
			return nil, fmt.Errorf("cloud %q: an adapter and a delay of 0 or more are needed", name)
		}
		r.peers[name], r.places[name] = peer, make(chan struct{}, askedAtOnce)
	}
	return r, nil
}

// Peer finds a cloud; ErrUnknown where there is no adapter of this name.
func (r *Registry) Peer(name string) (Peer, error) {
	peer, ok := r.peers[name]
	if !ok {
		return Peer{}, fmt.Errorf("cloud %q: %w", name, ErrUnknown)
	}
	return peer, nil
}

// Names lists the clouds, sorted.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.peers))
	for name := range r.peers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func isName(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
