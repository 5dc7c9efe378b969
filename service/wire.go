package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/scanner"
	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/admin/oidc"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/admin/signin"
	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/fleet/firmware"
	"quitclaim/service/fleet/imports"
	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notify"
	"quitclaim/service/owner"
	"quitclaim/service/owner/release"
	"quitclaim/service/reset"
	"quitclaim/service/store"
	"quitclaim/service/sweep"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
	"quitclaim/warehouse/bench"
	"quitclaim/warehouse/bench/certify"
	"quitclaim/warehouse/bench/shelf"
	"quitclaim/warehouse/certificate"
)

// house is everything that runs, wired once.
type house struct {
	config Config
	log    *slog.Logger
	now    func() time.Time
	host   string // the outside's name for us, without the scheme

	keys          *keyring.Ring
	store         *store.Store
	web           *web.Server
	passwords     *access.Passwords
	entrance      *signin.Entrance
	passkeys      *passkey.Passkeys
	oidc          *oidc.Room
	operatorToken string

	cloud    *builtin.Cloud
	clouds   *cloud.Registry
	worker   *reset.Worker
	sweeps   *sweep.Sweep
	owner    *owner.Owner
	release  *release.Room
	firmware *firmware.Room
	scanner  *scanner.Scanner
	shelf    *shelf.Shelf
	bench    *bench.Bench
	certify  *certify.Room
	imports  *imports.Imports
	notify   *notify.Notify

	cameras []string // serials of the demo's running cameras
}

// open opens the data directory and wires the house. Nothing runs yet.
func open(ctx context.Context, config Config) (h *house, err error) {
	external, err := url.Parse(config.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	h = &house{config: config, log: newLogger(config, os.Stderr), now: clock, host: external.Host}
	if h.keys, err = keyring.Open(filepath.Join(config.Data, "keys"), config.Origin); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(config.Data, "quitclaim.db")); h.keys.Made() && config.Database == "" && err == nil {
		return nil, errKeysLost
	}
	published, err := publishedAtStart(ctx, config, h.log)
	if err != nil {
		return nil, err
	}
	h.store, err = store.Open(ctx, store.Config{
		Dir: config.Data, Database: config.Database, Partitions: config.Partitions, Published: published,
		Keys: h.keys, Now: h.now, NewID: newPrefixedID, NewLabel: newLabel, Log: h.log,
	})
	if errors.Is(err, ledger.ErrUnknownKey) {
		return nil, fmt.Errorf("%w: %w", errOtherKeys, err)
	}
	if err != nil {
		return nil, refused(err, config.Data, "")
	}
	if h.keys, err = namedAs(ctx, h.store, h.keys); err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	if err := h.wire(); err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	return h, nil
}

// errKeysLost: new keys would sign a ledger that others have signed, and open
// nothing that others have sealed.
var errKeysLost = errors.New("the data directory has a database and had no keys; bring DATA/keys back from your backup and remove the new ones")

// errOtherKeys: every process over one database has the same keys.
var errOtherKeys = errors.New("DATA/keys are not the keys of this database; copy the folder from a process that serves it, or from your backup")

// clock is the service's only look at the wall: UTC, whole milliseconds.
func clock() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func (h *house) wire() error {
	if err := h.wireEntrance(); err != nil {
		return err
	}
	if err := h.wireClouds(); err != nil {
		return err
	}
	h.wireRooms()
	if err := h.wireNotify(); err != nil {
		return err
	}
	server, err := web.New(web.Config{
		Log: h.log, Now: h.now, NewID: newID, ExternalURL: h.config.URL, Sessions: h.store, Authenticator: h.entrance, Stations: h.store, ReadsIn: h.store.ReadsIn,
		Passkeys: h.store, Proxies: h.config.Proxies, Language: messages.Language(h.config.Language),
		BodyLimits: map[access.Action]int64{access.ImportSend: imports.MaxBytes, access.FirmwareSend: lifecycle.MaxFirmwareBytes + 64<<10},
		Health: func(ctx context.Context) error {
			_, err := h.store.Head(ctx)
			return err
		},
	})
	if err != nil {
		return err
	}
	h.web = server
	return h.mount(server.Routes())
}

func (h *house) wireEntrance() (err error) {
	h.passwords = access.NewPasswords(access.PasswordConfig{})
	h.operatorToken = access.NewToken()
	h.oidc = oidc.New(oidc.Config{
		Store: h.store, KeyedHash: h.keys.LookupHash, Now: h.now, NewID: newID, URL: h.config.URL, Networks: h.config.ProviderNetworks, Log: h.log,
	})
	h.passkeys, err = passkey.New(passkey.Config{
		Providers: h.oidc.ButtonsOf,
		Store:     h.store, URL: h.config.URL, Name: h.host, Now: h.now, NewID: newID,
		Prove: func(ctx context.Context, person lifecycle.PersonID, password string) error {
			return h.entrance.Prove(ctx, person, password)
		},
	})
	if err != nil {
		return err
	}
	h.entrance = signin.New(signin.Config{
		Store: h.store, Passwords: h.passwords, Now: h.now, NewID: newID, URL: h.config.URL,
		OperatorHash: access.TokenHash(h.operatorToken), Passkeys: h.passkeys.Available(), Providers: h.oidc,
		Mail: h.config.SMTP.Server != "", KeyedHash: h.keys.LookupHash, Ticks: time.Tick(time.Minute), Log: h.log,
	})
	return nil
}

func (h *house) wireClouds() error {
	h.cloud = builtin.New(builtin.Config{
		Door: h.store, Now: h.now, Delay: h.config.CloudDelay,
		AccountHash: func(account string) string { return h.keys.AccountHash(builtin.Name, account) },
	})
	var err error
	h.clouds, err = cloud.NewRegistry(map[string]cloud.Peer{builtin.Name: {Cloud: h.cloud, Delay: h.config.CloudDelay, Keeps: builtin.Keeps()}})
	if err != nil {
		return err
	}
	h.worker, err = reset.New(reset.Config{
		Store: h.store, Clouds: h.clouds, Now: h.now, Log: h.log, Ticks: time.Tick(time.Second), Parallel: h.config.Workers,
	})
	return err
}

// rules are this site's for reading codes.
func (h *house) rules() code.Rules {
	return code.Rules{Hosts: []string{h.host}, Serials: h.config.Serials.patterns}
}

func (h *house) wireRooms() {
	rules := h.rules()
	h.scanner = scanner.New(scanner.Config{Store: h.store, Labels: h.store, Rules: rules, Origin: h.config.URL, Now: h.now})
	h.shelf = shelf.New(shelf.Config{Units: h.store, Lists: h.store, Names: h.store, Read: h.scanner.Read, Now: h.now})
	h.certify = certify.New(certify.Config{
		Units: h.store, Shelf: h.shelf, Host: h.host, NewCode: newCertificateCode,
		Sign: func(c certificate.Certificate) ([]byte, error) { return certificate.Sign(c, h.keys.Certificate()) },
	})
	h.bench = bench.New(bench.Config{
		Units: h.store, Shelf: h.shelf, Feed: h.store, Kits: h.store, Certify: h.certify.Certify,
		Presence: presenceCode(h.keys.LookupHash), NewID: newID,
	})
	h.owner = owner.New(owner.Config{
		Units: h.store, People: h.store, Kept: h.store, Feed: h.store, Cloud: h.cloud, CloudName: builtin.Name,
		Clouds: h.clouds, Firmware: h.store,
		Receipt: func(ctx context.Context, unit lifecycle.UnitID, ended lifecycle.Binding) (string, error) {
			return h.release.CodeOf(ctx, unit, ended)
		},
		OfferCode: func(id lifecycle.OfferID) string { return h.keys.LookupHash("offer", string(id)) },
		Attempts:  h.store,
		Origin:    h.config.URL, Now: h.now, NewID: newID, Log: h.log,
	})
	h.wireRelease()
	h.imports = imports.New(imports.Config{
		Store: h.store, Now: h.now, NewID: newID, Log: h.log, Ticks: time.Tick(2 * time.Second), Watch: everyHalfSecond,
	})
	auditPass, _ := h.config.auditSchedule() // Config.check has seen it
	h.sweeps = sweep.New(sweep.Config{
		Runs: h.store, Flags: h.store, Units: h.store, Now: h.now, NewID: newID, Log: h.log,
		Jobs: sweep.Sources{Watched: h.store, Suspects: h.store, Stuck: h.store.StuckWork, Clouds: h.clouds},
		Source: func(ctx context.Context) (ledger.Source, note.Verifiers) {
			return h.store.Ledger(ctx), h.keys.LedgerVerifiers()
		},
		Ticks: time.Tick(5 * time.Second), Purge: h.store.Purge,
		Host: func(ctx context.Context) (lifecycle.OrgID, error) {
			host, err := h.store.FirstOrganisation(ctx)
			return host.ID, err
		},
		Audit: sweep.AuditConfig{
			Positions: h.store, FullPass: auditPass,
			Seal: func(position string) string { return h.keys.LookupHash("ledger-audit", position) },
		},
	})
}

// everyHalfSecond is when a reader of an import's progress looks again: another
// process may be working it.
func everyHalfSecond() (<-chan time.Time, func()) {
	ticker := time.NewTicker(500 * time.Millisecond)
	return ticker.C, ticker.Stop
}
