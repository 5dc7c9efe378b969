package main

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/desk/batch"
	"quitclaim/retailer/sale"
	"quitclaim/scanner"
	"quitclaim/scanner/print"
	"quitclaim/service/admin"
	"quitclaim/service/admin/oidc"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/admin/signin"
	"quitclaim/service/admin/station"
	"quitclaim/service/audit"
	"quitclaim/service/device"
	"quitclaim/service/fleet"
	"quitclaim/service/fleet/imports"
	"quitclaim/service/fleet/kits"
	"quitclaim/service/fleet/overview"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notify"
	"quitclaim/service/owner"
	"quitclaim/service/owner/data"
	"quitclaim/service/owner/share"
	"quitclaim/service/sweep"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench"
	"quitclaim/warehouse/bench/certify"
	"quitclaim/warehouse/bench/contest"
	"quitclaim/warehouse/bench/evidence"
	"quitclaim/warehouse/bench/second"
	"quitclaim/warehouse/bench/shipment"
	"quitclaim/warehouse/certificate"
)

// mounter is a room's doors.
type mounter interface {
	Mount(r *web.Routes)
}

// mount registers every room's routes: this is the list of what the service
// answers to.
func (h *house) mount(routes *web.Routes) error {
	for _, room := range []func() (mounter, error){
		func() (mounter, error) { return signin.NewHandler(h.entrance) },
		func() (mounter, error) { return passkey.NewHandler(h.passkeys) },
		func() (mounter, error) { return oidc.NewHandler(h.oidc) },
		h.adminDoors, h.stationDoors, h.fleetDoors, h.overviewDoors, h.deskDoors, h.saleDoors, h.printDoors, h.auditDoors, h.deviceDoors,
		func() (mounter, error) { return imports.NewHandler(h.imports) },
		func() (mounter, error) {
			return kits.NewHandler(kits.New(kits.Config{Store: h.store, Now: h.now, NewID: newID}))
		},
		func() (mounter, error) { return scanner.NewHandler(h.scanner) },
		h.benchDoors,
		func() (mounter, error) { return owner.NewHandler(h.owner) },
		h.shareDoors, h.contestDoors,
		h.releaseDoors, h.firmwareDoors,
		h.consentDoors, h.supportDoors,
		func() (mounter, error) { return sweep.NewHandler(h.sweeps) },
		h.dataDoors,
		func() (mounter, error) { return notify.NewHandler(h.notify) },
	} {
		doors, err := room()
		if err != nil {
			return fmt.Errorf("wire: %w", err)
		}
		doors.Mount(routes)
	}
	return nil
}

func (h *house) dataDoors() (mounter, error) {
	return data.NewHandler(data.New(data.Config{
		People: h.store, Units: h.store, Looks: h.store, Notices: h.store,
		Release: func(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) error {
			_, err := h.release.Release(ctx, actor, key, true)
			return err
		},
		Unbind: h.owner.Unbind, Receipt: h.release.CodeOf, Mail: h.config.SMTP.Server != "", Now: h.now, Log: h.log,
	}))
}

func (h *house) adminDoors() (mounter, error) {
	return admin.NewHandler(admin.New(admin.Config{
		Store: h.store, Links: h.entrance, Clouds: h.clouds.Names(), Now: h.now, NewID: newID,
	}))
}

func (h *house) stationDoors() (mounter, error) {
	return station.NewHandler(station.New(station.Config{
		Store: h.store, Passwords: h.passwords, Verify: h.entrance.Verify, KeyedHash: h.keys.LookupHash, Now: h.now,
		NewID: newID, URL: h.config.URL, Log: h.log,
	}))
}

// benchDoors are the bench's own and, behind the same pages, those of its parts.
func (h *house) benchDoors() (mounter, error) {
	doors, err := bench.NewHandler(h.bench)
	if err != nil {
		return nil, err
	}
	certificates, err := certify.NewHandler(h.certify, doors)
	if err != nil {
		return nil, err
	}
	shipments, err := shipment.NewHandler(shipment.New(shipment.Config{Units: h.store, Names: h.store, Shelf: h.shelf, NewID: newID}))
	if err != nil {
		return nil, err
	}
	two, err := second.NewHandler(second.New(second.Config{Units: h.store, Shelf: h.shelf, Clouds: h.clouds, Verify: h.entrance.Verify, NewID: newID}), doors)
	if err != nil {
		return nil, err
	}
	pictures := evidence.NewHandler(evidence.New(evidence.Config{Store: h.store, Bench: h.shelf, Now: h.now}), doors)
	return all{doors, certificates, shipments, two, pictures}, nil
}

// all are the doors of a room and of its parts.
type all []mounter

// Mount registers the routes of each.
func (a all) Mount(r *web.Routes) {
	for _, doors := range a {
		doors.Mount(r)
	}
}

func (h *house) shareDoors() (mounter, error) {
	return share.NewHandler(share.New(share.Config{
		Store: h.store, People: h.store, Recipient: h.owner.Recipient, AccountHash: h.cloud.AccountHash, Link: h.owner.LinkMembers,
		Code:     func(id lifecycle.BindingID) string { return h.keys.LookupHash("share", string(id)) },
		Attempts: h.store, Origin: h.config.URL, Now: h.now, NewID: newID, Log: h.log,
	}))
}

func (h *house) contestDoors() (mounter, error) {
	return contest.NewHandler(contest.New(contest.Config{Store: h.store, Names: h.store, Now: h.now, Log: h.log}))
}

// deskDoors are the desk's own and, beside them, those of its batches.
func (h *house) deskDoors() (mounter, error) {
	room := desk.New(desk.Config{
		Store: h.store, Admissions: h.store, Returns: h.store, Feed: h.store, Kits: h.store,
		Now: h.now, NewID: newID, Presence: presenceCode(h.keys.LookupHash), Verify: h.entrance.Verify, Read: h.scanner.Read,
	})
	doors, err := desk.NewHandler(room)
	if err != nil {
		return nil, err
	}
	batches, err := batch.NewHandler(batch.New(batch.Config{
		Lists: h.store, Entries: h.store, Units: h.store, Desk: room, Now: h.now, NewID: newID, Read: h.scanner.Read,
	}), doors)
	return all{doors, batches}, err
}

func (h *house) printDoors() (mounter, error) {
	printers, _ := print.ParsePrinters(h.config.Printers) // Config.check has seen it
	return print.NewHandler(print.New(print.Config{
		Units: h.store, Jobs: h.store, Origin: h.config.URL, Host: h.host, Printers: printers, Now: h.now, Log: h.log,
		FirstOrg: func(ctx context.Context) (lifecycle.OrgID, error) {
			first, err := h.store.FirstOrganisation(ctx)
			return first.ID, err
		},
	}))
}

func (h *house) saleDoors() (mounter, error) {
	return sale.NewHandler(sale.New(sale.Config{
		Store: h.store, Sales: h.store, Kits: h.store, Now: h.now, NewID: newID, Key: h.keys.SaleCheck(),
	}))
}

func (h *house) auditDoors() (mounter, error) {
	keys, err := certificate.ParsePublicKeys([]byte(h.keys.Public()))
	if err != nil {
		return nil, err
	}
	return audit.NewHandler(audit.New(audit.Config{
		Record: h.store, Hashes: func(ctx context.Context) tlog.HashReader { return h.store.Ledger(ctx) },
		Certificates: keys, Ledger: h.keys.LedgerVerifier(), PublicKeys: h.keys.Public(),
		Host: h.host, Guesses: h.store, Now: h.now,
	}))
}

func (h *house) overviewDoors() (mounter, error) {
	return overview.NewHandler(overview.New(overview.Config{Store: h.store, Now: h.now}))
}

func (h *house) fleetDoors() (mounter, error) {
	return fleet.NewHandler(fleet.New(fleet.Config{Store: h.store, Now: h.now, NewID: newID}))
}

func (h *house) deviceDoors() (mounter, error) {
	return device.NewHandler(device.New(device.Config{
		Store: h.store, Now: h.now, NewID: newID, LookupHash: h.keys.LookupHash, Nudge: h.worker.Nudge,
	})), nil
}
