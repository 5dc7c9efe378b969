package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
)

// runServe is `quitclaim serve`: it opens the data directory, prints the
// set-up link of an empty one, and serves until ctx ends.
func runServe(ctx context.Context, args []string, stdout io.Writer) error {
	config, err := parseConfig("quitclaim serve", args, os.Getenv, nil)
	if err != nil {
		return err
	}
	return serve(ctx, config, stdout, nil)
}

// serve is what serve and demo share. prepare, where given, fills an empty
// database once everything is wired and before the first request.
func serve(ctx context.Context, config Config, stdout io.Writer, prepare func(context.Context, *house) error) (err error) {
	listener, config, err := listen(config)
	if err != nil {
		return err
	}
	defer listener.Close() // again after Serve is harmless; before it, this frees the port
	h, err := open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.store.Close()) }()
	if prepare != nil {
		if err := prepare(ctx, h); err != nil {
			return err
		}
	}
	if h.keys.Made() {
		fmt.Fprintf(stdout, "\nThe keys of this service are new. Keep these public halves where nobody who can reach the database can change them:\n\n%s", h.keys.Public())
	}
	link, needed, err := h.entrance.FirstStart(ctx)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	if needed {
		fmt.Fprintf(stdout, "\nNobody is here yet. Set up the first organisation and its admin with this one-time link:\n\n  %s\n\n", link)
	}
	if err := h.notify.Begin(ctx); err != nil {
		return err
	}
	if err := h.writeRunFile(config, listener.Addr()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeRunFile(config)) }()
	fmt.Fprintf(stdout, "quitclaim serves at %s (data in %s)\n", config.URL, config.Data)
	return h.run(ctx, listener)
}

// listen takes the address, so that port 0 has a number before anything is
// wired to the URL.
func listen(config Config) (net.Listener, Config, error) {
	listener, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return nil, config, fmt.Errorf("listen: %w", err)
	}
	if config.URL == "" {
		config.URL = ownURL(listener.Addr())
	}
	config.URL = strings.TrimRight(config.URL, "/")
	return listener, config, nil
}

// ownURL is how a browser on this machine reaches an address. A loopback number
// is written as a name: passkeys belong to one, never to a number (Web
// Authentication Level 2, section 5.1.3, "effective domain").
func ownURL(addr net.Addr) string {
	if listens, ok := addr.(*net.TCPAddr); ok && listens.IP.Equal(net.IPv4(127, 0, 0, 1)) {
		return fmt.Sprintf("http://localhost:%d", listens.Port)
	}
	return "http://" + addr.String()
}

// run keeps everything going until ctx ends or one part fails: the others are
// then told to end too.
func (h *house) run(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts := []func(context.Context) error{
		func(ctx context.Context) error { return h.web.Serve(ctx, listener) },
		h.worker.Run,
		h.sweeps.Run,
		h.owner.Run,
		h.imports.Run, h.firmware.Run,
		h.notify.Run,
		h.entrance.Run,
	}
	if len(h.cameras) > 0 {
		parts = append(parts, h.runCameras)
	}
	failures := make([]error, len(parts))
	var running sync.WaitGroup
	for i, part := range parts {
		running.Go(func() {
			defer stop()
			if err := part(ctx); err != nil && !errors.Is(err, context.Canceled) {
				failures[i] = err
			}
		})
	}
	running.Wait()
	return errors.Join(failures...)
}
