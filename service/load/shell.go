package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/retailer/desk"
	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/load/machine"
	"quitclaim/service/store"
	"quitclaim/service/web"
)

// shell is the product's middleware with two doors behind it: one that answers
// an empty object, which verdicts are measured against, and the desk's, whose
// statements the bare program repeats.
type shell struct {
	store *store.Store
	web   *web.Server
	url   string

	listener net.Listener
}

// emptyPath is the door behind which nothing is.
const emptyPath = "/v1/empty"

// shellOrigin is the product's default for the name of its ledger, which is
// part of what it signs.
const shellOrigin = "quitclaim.example/log"

// openShell opens a place as the product does.
func openShell(ctx context.Context, at place, trace func(string, []any)) (s *shell, err error) {
	keys, err := keyring.Open(filepath.Join(at.dir, "keys"), shellOrigin)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // written for real, and kept nowhere
	if err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewTextHandler(log, nil))
	s = &shell{}
	s.store, err = at.open(ctx, store.Config{
		Keys: keys, Now: clock, Log: logger, Trace: trace,
		NewID:    func(prefix string) string { return prefix + "_" + newID() },
		NewLabel: func() (string, error) { return code.NewLabelCode(rand.Reader) },
	})
	if err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
		s.url = "http://" + s.listener.Addr().String()
		err = s.wire(keys, logger)
	}
	if err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	return s, nil
}

func (s *shell) wire(keys *keyring.Ring, log *slog.Logger) (err error) {
	entrance := signin.New(signin.Config{
		Store: s.store, Passwords: access.NewPasswords(access.PasswordConfig{}), Now: clock, NewID: newID, URL: s.url,
	})
	s.web, err = web.New(web.Config{
		Log: log, Now: clock, NewID: newID, ExternalURL: s.url, Sessions: s.store, Authenticator: entrance,
		Health: func(ctx context.Context) error {
			_, err := s.store.Head(ctx)
			return err
		},
	})
	if err != nil {
		return err
	}
	doors, err := desk.NewHandler(desk.New(desk.Config{
		Store: s.store, Admissions: s.store, Returns: s.store, Feed: s.store, Now: clock, NewID: newID, Verify: entrance.Verify,
		Presence: func(id lifecycle.ReturnID) string { return keys.LookupHash("presence", string(id)) },
		Read: func(_ context.Context, payload string) (code.Reading, error) {
			return code.Parse(payload, code.Rules{}), nil
		},
	}))
	if err != nil {
		return err
	}
	doors.Mount(s.web.Routes())
	s.web.Routes().POST(emptyPath, access.UnitScan, func(c echo.Context) error {
		return web.JSON(c, http.StatusOK, struct{}{})
	})
	return nil
}

// serve answers until ctx ends, and closes the store.
func (s *shell) serve(ctx context.Context) error {
	return errors.Join(s.web.Serve(ctx, s.listener), s.store.Close())
}

func clock() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func newID() string { return strings.ToLower(rand.Text()) }

// runBare is `load bare`: the shell as a process of its own, as the product is
// one.
func runBare(ctx context.Context, args []string, stdout, _ io.Writer) error {
	var at place
	flags := newFlags("bare")
	flags.StringVar(&at.dir, "data", "", "data directory")
	flags.StringVar(&at.database, "database", "", "PostgreSQL database; default: SQLite in the data directory")
	err := parse(flags, args, func() []error { return mistake(at.dir == "", "data: a directory is needed") })
	if err != nil {
		return err
	}
	s, err := openShell(ctx, at, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "an empty handler %s%s\n", machine.ServesAt, s.url)
	return s.serve(ctx)
}
