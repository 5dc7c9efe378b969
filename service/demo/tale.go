package demo

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// tale is one unit's past in the making. Each step is a real command at a date
// of its own; the first error ends the tale.
type tale struct {
	*Builder
	number     int
	everybody  cast
	model      lifecycle.Model
	retailer   lifecycle.OrgID
	unit       lifecycle.Unit
	key        ed25519.PrivateKey
	credential string
	madeAt     lifecycle.Epoch // the epoch at which the credential was made
	owner      member          // whose binding is live
	receipt    string
	released   string // the code of the receipt of its owner's release
	err        error
}

func (b *Builder) tale(number int, everybody cast, models []lifecycle.Model) *tale {
	return &tale{
		Builder: b, number: number, everybody: everybody, model: models[number%len(models)],
		retailer: everybody.retailers[number/len(models)%len(everybody.retailers)].ID,
	}
}

// ago is so many days before now, and some minutes that differ by unit.
func (t *tale) ago(days int) time.Time {
	return t.config.Now.AddDate(0, 0, -days).Add(-time.Duration(t.number%600) * time.Minute / 10)
}

func (t *tale) by(m member, at time.Time) lifecycle.Command {
	return lifecycle.Command{Actor: m.actor(), At: at}
}

func (t *tale) service(at time.Time) lifecycle.Command {
	return lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: at}
}

func (t *tale) id(prefix string) string { return prefix + t.config.NewID() }

// advance issues one command and keeps the unit as it is then.
func (t *tale) advance(ctx context.Context, decide lifecycle.Decide) {
	if t.err != nil {
		return
	}
	outcome, err := t.config.Store.Advance(ctx, t.unit.ID, decide)
	if err != nil {
		t.err = err
		return
	}
	t.unit = outcome.Change.Unit
}

func (t *tale) register(ctx context.Context, at time.Time) {
	key, err := t.config.NewKey()
	if err != nil {
		t.err = fmt.Errorf("unit key: %w", err)
		return
	}
	t.key = key
	serial := fmt.Sprintf("%s-%06d", []string{"HI2", "HOP", "HDB", "HBY"}[t.number%4], 201000+t.number*13)
	t.receipt = "R-" + serial
	unitKey, err := lifecycle.ParseUnitKey(Brand, serial)
	if err != nil {
		t.err = err
		return
	}
	command := lifecycle.Register{
		Command: t.by(t.everybody.of(t.everybody.vendor.ID, lifecycle.RoleAdmin, 0), at),
		ID:      lifecycle.UnitID(t.id("unt_")), Key: unitKey, GTIN: t.model.GTIN, DeviceKey: key.Public().(ed25519.PublicKey),
	}
	outcome, err := t.config.Store.Register(ctx, unitKey, t.model.ID, command.Decide)
	if err != nil {
		t.err = err
		return
	}
	t.unit = outcome.Change.Unit
}

// move ships the unit and receives it two days later.
func (t *tale) move(ctx context.Context, from, to lifecycle.OrgID, at time.Time) {
	sender := t.everybody.of(from, lifecycle.RoleAdmin, 0)
	for _, role := range []lifecycle.Role{lifecycle.RoleTechnician, lifecycle.RoleClerk} {
		if m := t.everybody.of(from, role, t.number); m.person.ID != "" {
			sender = m
		}
	}
	receiver := t.everybody.of(to, lifecycle.RoleClerk, t.number)
	if receiver.person.ID == "" {
		receiver = t.everybody.of(to, lifecycle.RoleTechnician, t.number)
	}
	shipment := lifecycle.ShipmentID(t.id("shp_"))
	t.advance(ctx, lifecycle.Ship{Command: t.by(sender, at), ID: shipment, To: to}.Decide)
	t.advance(ctx, lifecycle.Receive{Command: t.by(receiver, at.Add(20*time.Hour)), Shipment: shipment}.Decide)
}

// delivered is a new unit on its retailer's shelf.
func (t *tale) delivered(ctx context.Context, days int) {
	t.register(ctx, t.ago(days))
	t.move(ctx, t.everybody.vendor.ID, t.retailer, t.ago(days-2))
}

func (t *tale) clerk() member { return t.everybody.of(t.retailer, lifecycle.RoleClerk, 0) }

func (t *tale) sell(ctx context.Context, at time.Time) {
	t.advance(ctx, lifecycle.Sell{
		Command: t.by(t.clerk(), at), ID: lifecycle.SaleID(t.id("sal_")), SoldAt: at,
		ReceiptHash: t.config.Store.ReceiptHash(t.retailer, t.receipt),
	}.Decide)
}

// speak is the unit's own report, with a credential made just then.
func (t *tale) speak(ctx context.Context, kind lifecycle.ResetKind, network string, at time.Time) {
	t.credential, t.madeAt = t.config.NewCredential(), t.unit.Epoch
	t.advance(ctx, lifecycle.Heard{
		Command: lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorUnit}, At: at},
		Order:   lifecycle.OrderID(t.id("ord_")),
		Report: lifecycle.Report{
			At: at, Epoch: t.unit.Epoch, Kind: kind, Firmware: t.firmware(), Network: network,
			Verifier: t.config.CredentialHash(t.credential), Digest: t.config.CredentialHash(t.unit.Key.String() + at.String()),
		},
	}.Decide)
}

func (t *tale) firmware() string {
	if t.model.MinFirmware == "" {
		return "1.0.4"
	}
	return t.model.MinFirmware
}

// home is the network that an owner's units call from, as its keyed hash.
func (t *tale) home(m member) string {
	return t.config.CredentialHash("network of " + string(m.person.ID))
}

// bind makes the owner the unit's owner, in our books and in the cloud's app.
func (t *tale) bind(ctx context.Context, owner member, at time.Time) {
	account := string(owner.person.ID)
	t.speak(ctx, lifecycle.ResetNone, t.home(owner), at)
	t.advance(ctx, lifecycle.Bind{
		Command: t.by(owner, at.Add(time.Minute)), ID: lifecycle.BindingID(t.id("bnd_")),
		AccountHash: t.config.Cloud.AccountHash(account), ProofHash: t.config.CredentialHash(t.credential),
	}.Decide)
	t.link(ctx, owner, at.Add(time.Minute))
	t.owner = owner
}

func (t *tale) link(ctx context.Context, owner member, since time.Time) {
	if t.err == nil {
		t.err = t.config.Cloud.LinkSince(ctx, t.unit.ID, string(owner.person.ID), lifecycle.BindingOwner, since)
	}
}
