package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
	"quitclaim/service/store/storetest"
)

// pressed is a served house whose writer can be held: a disk that takes its
// time.
type pressed struct {
	store   *store.Store
	url     string
	token   string // the vendor's admin
	model   lifecycle.Model
	client  http.Client
	holding atomic.Bool
	let     chan struct{}
}

func newPressed(t *testing.T) *pressed {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &pressed{url: "http://" + listener.Addr().String(), token: access.NewToken(), let: make(chan struct{})}
	dir := t.TempDir()
	config, err := parseConfig("test", []string{"--data", dir, "--url", p.url}, func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{config: config, log: slog.New(slog.DiscardHandler), now: clock, host: listener.Addr().String()}
	if h.keys, err = keyring.Open(filepath.Join(dir, "keys"), config.Origin); err != nil {
		t.Fatal(err)
	}
	h.store, err = store.Open(t.Context(), store.Config{
		Dir: dir, Keys: h.keys, Now: h.now, NewID: newPrefixedID, NewLabel: newLabel,
		Trace: func(string, []any) {
			if p.holding.Load() {
				<-p.let
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.store = h.store
	if err := h.wire(); err != nil {
		t.Fatal(err)
	}
	world := storetest.Populate(t, storetest.Opened{Store: h.store, Clock: storetest.NewClock(), Ring: h.keys, Dir: dir})
	p.model = world.Model
	_, err = h.store.SaveCredential(t.Context(), access.Credential{
		ID: newPrefixedID("tok"), Hash: access.TokenHash(p.token), Kind: access.KindPerson, Person: world.VendorAdmin.Person,
		Org: world.VendorAdmin.Org, Name: "pressure", CreatedAt: clock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.web.Serve(ctx, listener) }()
	t.Cleanup(func() {
		p.client.CloseIdleConnections()
		end()
		if err := errors.Join(<-ended, h.store.Close()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// told is what a client was told about one unit.
type told struct {
	serial, retryAfter, problem string
	status                      int
}

// register asks for units, each from a connection of its own, and tells each
// answer as it comes.
func (p *pressed) register(t *testing.T, prefix string, n int, to chan<- told) *sync.WaitGroup {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			a := told{serial: fmt.Sprintf("%s-%04d", prefix, i)}
			body := fmt.Sprintf(`{"brand":%q,"serial":%q,"model":%q}`, storetest.Brand, a.serial, p.model.ID)
			request, err := http.NewRequest(http.MethodPost, p.url+"/v1/units", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer "+p.token)
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Idempotency-Key", a.serial)
			response, err := p.client.Do(request)
			if err != nil {
				t.Errorf("register %s: %v", a.serial, err)
				return
			}
			defer response.Body.Close()
			text, _ := io.ReadAll(response.Body)
			a.status, a.retryAfter, a.problem = response.StatusCode, response.Header.Get("Retry-After"), string(text)
			to <- a
		})
	}
	return &all
}

// TestMoreWritersThanTheQueueHolds holds the writer and sends more than may
// wait. Those are told to come again, at once and however many they are; those
// who wait are answered when it goes on, and what they were told is true.
func TestMoreWritersThanTheQueueHolds(t *testing.T) {
	const (
		first  = 1500 // more than wait: a queue of 1024 and a batch of 256
		second = 1000
	)
	p := newPressed(t)
	p.holding.Store(true)
	answers := make(chan told, first+second)
	waiting := p.register(t, "first", first, answers)
	turnedAway := map[string]bool{}
	hear := func(n int) {
		t.Helper()
		for range n {
			select {
			case a := <-answers:
				if a.status != http.StatusServiceUnavailable || a.retryAfter == "" || !strings.Contains(a.problem, `"code":"busy"`) {
					t.Fatalf("told %d, Retry-After %q, %s while nothing is written", a.status, a.retryAfter, a.problem)
				}
				turnedAway[a.serial] = true
			case <-time.After(2 * time.Minute):
				t.Fatalf("%d told to come again, the next one waits", len(turnedAway))
			}
		}
	}
	hear(first - 1024 - 256)
	before := heap()
	waitingToo := p.register(t, "second", second, answers)
	hear(second)
	if grown := heap() - before; grown > 32<<20 {
		t.Errorf("%d more writers took %d bytes of memory", second, grown)
	}
	p.holding.Store(false)
	close(p.let)
	waiting.Wait()
	waitingToo.Wait()
	close(answers)
	written := 0
	for a := range answers {
		switch a.status {
		case http.StatusCreated:
			written++
			if _, err := p.store.UnitByKey(t.Context(), lifecycle.UnitKey{Brand: storetest.Brand, Serial: a.serial}); err != nil {
				t.Errorf("%s was acknowledged: %v", a.serial, err)
			}
		case http.StatusServiceUnavailable:
			turnedAway[a.serial] = true
		default:
			t.Errorf("%s: %d %s", a.serial, a.status, a.problem)
		}
	}
	if written < 1024 || written+len(turnedAway) != first+second {
		t.Errorf("%d written and %d turned away of %d", written, len(turnedAway), first+second)
	}
	for serial := range turnedAway {
		_, err := p.store.UnitByKey(t.Context(), lifecycle.UnitKey{Brand: storetest.Brand, Serial: serial})
		if !errors.Is(err, lifecycle.ErrNotFound) {
			t.Errorf("%s was turned away and is on record: %v", serial, err)
		}
	}
}

// heap is the memory in use after a collection.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapInuse)
}
