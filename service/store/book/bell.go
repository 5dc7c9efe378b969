package book

import "sync"

// Bell wakes everybody who waits for the next commit. The zero value is ready
// to use.
type Bell struct {
	mu   sync.Mutex
	next chan struct{} // by mu; closed when it rings
}

// Next is closed at the next commit that grows the ledger. Take it before
// reading what there is, or a commit in between is slept through.
func (b *Bell) Next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

// Ring wakes them.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
