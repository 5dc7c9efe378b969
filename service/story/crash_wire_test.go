package story

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// cut says where a connection to the database breaks.
type cut int

const (
	whole        cut = iota
	beforeCommit     // COMMIT never gets there
	afterCommit      // it does, and the answer does not come back
)

// wire lies between the service and PostgreSQL. It reads along what the service
// says, and can break the connection at a commit.
type wire struct {
	t        *testing.T
	address  string
	upstream string

	mu    sync.Mutex // guards what follows
	next  cut
	about [][]byte // texts by which the transaction is known
}

// newWire listens. Without an upstream it takes connections and says nothing.
func newWire(t *testing.T, upstream string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	w := &wire{t: t, address: listener.Addr().String(), upstream: upstream}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(conn)
		}
	}()
	return w
}

// cutAt breaks the connection at the next commit of a transaction that has said
// one of these texts.
func (w *wire) cutAt(next cut, about ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next, w.about = next, nil
	for _, text := range about {
		w.about = append(w.about, []byte(text))
	}
}

func (w *wire) carry(near net.Conn) {
	defer near.Close()
	if w.upstream == "" {
		_, _ = io.Copy(io.Discard, near)
		return
	}
	far, err := net.Dial("tcp", w.upstream)
	if err != nil {
		return
	}
	var (
		swallow atomic.Bool // the next answer is not carried on
		over    = make(chan struct{})
	)
	go func() {
		defer close(over)
		defer near.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := far.Read(buffer)
			if err != nil || swallow.Load() {
				return
			}
			if _, err := near.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	if w.upwards(near, far, &swallow) == afterCommit {
		<-over
	}
	_ = far.Close()
	<-over
}

// upwards carries what the service says until its connection ends or the cut
// comes. BEGIN, COMMIT and ROLLBACK go as simple queries, each in a message of
// its own (PostgreSQL manual, 55.7, Query).
func (w *wire) upwards(near io.Reader, far io.Writer, swallow *atomic.Bool) cut {
	writes, meant := false, false // this transaction writes, and says what the cut is about
	buffer := make([]byte, 64<<10)
	for {
		n, err := near.Read(buffer)
		if err != nil {
			return whole
		}
		said := buffer[:n]
		if bytes.Contains(said, []byte("BEGIN ")) {
			writes, meant = bytes.Contains(said, []byte("READ WRITE")), false
		}
		meant = meant || writes && w.isAbout(said)
		made := whole
		if meant && bytes.Contains(said, []byte("COMMIT\x00")) {
			made = w.take()
		}
		switch made {
		case beforeCommit:
			return made
		case afterCommit:
			swallow.Store(true)
		}
		if _, err := far.Write(said); err != nil || made != whole {
			return made
		}
	}
}

func (w *wire) isAbout(said []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range w.about {
		if w.next != whole && bytes.Contains(said, text) {
			return true
		}
	}
	return false
}

// take uses the cut up.
func (w *wire) take() cut {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := w.next
	w.next = whole
	return next
}
