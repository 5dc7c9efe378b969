package world

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"quitclaim/service/device/camera"
	"quitclaim/service/lifecycle"
	"quitclaim/service/load/drive"
)

// Wanted is how many units a world is to have ready of each sort, and how many
// owners a new one has.
type Wanted struct{ Stock, Sold, Bound, Owners int }

// ManyOwners is as many as a server lets sign up from one network before it asks
// for patience.
const ManyOwners = 10

const (
	// palletSize is how many units travel together: as many as one shipment may
	// name.
	palletSize = 100
	// PalletsAtOnce and handsEach are how many pallets are worked on side by
	// side, and how many units of each: writes that share commits.
	PalletsAtOnce, HandsEach = 4, 16
)

// stocker makes units and takes each as far as it is wanted.
type stocker struct {
	api *drive.API
	w   *World

	mu   sync.Mutex // guards the lists of w, and made
	made int
	all  int
	out  io.Writer
}

// Stock adds what is wanted to what the world has.
func Stock(ctx context.Context, api *drive.API, w *World, want Wanted, out io.Writer) error {
	far := slices.Concat(
		slices.Repeat([]lifecycle.State{lifecycle.StateStock}, want.Stock),
		slices.Repeat([]lifecycle.State{lifecycle.StateSold}, want.Sold),
		slices.Repeat([]lifecycle.State{lifecycle.StateBound}, want.Bound),
	)
	s := &stocker{api: api, w: w, all: len(far), out: out}
	pallets := make(chan []made)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	for range PalletsAtOnce {
		workers.Go(func() {
			for pallet := range pallets {
				if err := s.pallet(ctx, pallet); err != nil {
					cancel(fmt.Errorf("make units: %w", err))
				}
			}
		})
	}
	for len(far) > 0 && ctx.Err() == nil {
		pallet := make([]made, min(palletSize, len(far)))
		for i := range pallet {
			w.Made++
			pallet[i] = made{serial: fmt.Sprintf("%s-%07d", w.Prefix, w.Made), far: far[i]}
		}
		far = far[len(pallet):]
		pallets <- pallet
	}
	close(pallets)
	workers.Wait()
	return context.Cause(ctx)
}

// made is a unit on its way.
type made struct {
	serial string
	far    lifecycle.State
	state  camera.State // what it remembers: its key above all
}

func (s *stocker) pallet(ctx context.Context, pallet []made) error {
	refs := make([]map[string]string, len(pallet))
	err := each(pallet, func(i int, unit *made) (err error) {
		refs[i] = map[string]string{"brand": s.w.Brand, "serial": unit.serial}
		unit.state, err = camera.NewState(lifecycle.UnitKey{Brand: s.w.Brand, Serial: unit.serial}, "1.0.0")
		if err != nil {
			return err
		}
		return s.api.Post(ctx, s.w.Vendor, "/v1/units", map[string]any{
			"brand": s.w.Brand, "serial": unit.serial, "gtin": s.w.GTIN, "model": s.w.Model,
			"device_key": base64.StdEncoding.EncodeToString(unit.state.PublicKey()),
		}, nil)
	})
	if err != nil {
		return err
	}
	var sent struct{ ID string }
	if err := s.api.Post(ctx, s.w.Shipper, "/v1/shipments", map[string]any{"to": s.w.Retailer, "units": refs}, &sent); err != nil {
		return err
	}
	if err := s.api.Post(ctx, s.w.Clerk, "/v1/shipments/"+sent.ID+"/receive", map[string]any{"units": refs}, nil); err != nil {
		return err
	}
	if err := each(pallet, func(i int, unit *made) error { return s.further(ctx, i, unit) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.made
	s.made += len(pallet)
	if tenth := max(s.all/10, 1); s.made/tenth > before/tenth {
		fmt.Fprintf(s.out, "  %d of %d units are made\n", s.made, s.all)
	}
	return nil
}

// each works on a pallet with many hands.
func each(pallet []made, work func(i int, unit *made) error) error {
	failures := make([]error, len(pallet))
	hands := make(chan struct{}, HandsEach)
	var all sync.WaitGroup
	for i := range pallet {
		hands <- struct{}{}
		all.Go(func() {
			defer func() { <-hands }()
			failures[i] = work(i, &pallet[i])
		})
	}
	all.Wait()
	return errors.Join(failures...)
}

// further takes a unit at the retailer as far as it is wanted.
func (s *stocker) further(ctx context.Context, hand int, unit *made) error {
	keep := func(list func()) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		list()
		return nil
	}
	if unit.far == lifecycle.StateStock {
		return keep(func() { s.w.Stock = append(s.w.Stock, unit.serial) })
	}
	if err := s.send(ctx, s.w.sale(unit.serial)); err != nil {
		return err
	}
	bought, err := s.switchOn(ctx, unit)
	if err != nil {
		return err
	}
	if unit.far == lifecycle.StateSold {
		return keep(func() { s.w.Sold = append(s.w.Sold, bought) })
	}
	if err := s.send(ctx, s.w.bind(bought, hand)); err != nil {
		return err
	}
	return keep(func() { s.w.Bound = append(s.w.Bound, bought) })
}

// send does what a scenario would do, with the patience of prepare.
func (s *stocker) send(ctx context.Context, p drive.Posting) error {
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + p.Token}, "Idempotency-Key": {p.Key}}
	answer, text, err := s.api.Send(ctx, p.Path, header, []byte(p.Body))
	if err == nil && answer.StatusCode != p.Want {
		err = fmt.Errorf("%s: status %d: %.300s", p.Path, answer.StatusCode, text)
	}
	return err
}

// switchOn has the unit make a credential and report it.
func (s *stocker) switchOn(ctx context.Context, unit *made) (sold, error) {
	one, err := camera.New(camera.Config{BaseURL: s.api.URL, Memory: camera.InMemory(unit.state), HTTP: s.api.HTTP})
	if err != nil {
		return sold{}, err
	}
	if _, err := one.Report(ctx, ""); err != nil {
		return sold{}, fmt.Errorf("unit %s: %w", unit.serial, err)
	}
	proof, err := one.Credential()
	return sold{Serial: unit.serial, Receipt: receiptOf(unit.serial), Proof: proof}, err
}
