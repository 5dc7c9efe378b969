package sale

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// store is what the till needs of the record.
type store interface {
	// SnapshotByKey is everything the rules read about the unit of this key.
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	// Advance is the one write door; AdvanceWithReceipt keeps a receipt's
	// number, sealed, with the change.
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	AdvanceWithReceipt(ctx context.Context, unit lifecycle.UnitID, org lifecycle.OrgID, receipt string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// ReceiptHash is the keyed hash under which the rules know a receipt.
	ReceiptHash(org lifecycle.OrgID, receipt string) string
	// RaiseFlag raises a flag, or raises it again.
	RaiseFlag(ctx context.Context, flag lifecycle.Flag) (lifecycle.Flag, error)
}

// sales finds sales of the past.
type sales interface {
	// Sale is a recorded sale, voided or not, and its unit.
	Sale(ctx context.Context, id lifecycle.SaleID) (lifecycle.Unit, lifecycle.Sale, error)
	// Snapshot is everything the rules read about a unit.
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store store
	Sales sales
	Now   func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// Kits are the boxes of more than one unit; nil: there are none.
	Kits interface {
		// KitOf is the kit that a unit is of; none: lifecycle.ErrNotFound.
		KitOf(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Kit, error)
	}
	// Key is the sale-check key of the keyring.
	Key ed25519.PrivateKey
}

// Sale is the till.
type Sale struct{ config Config }

// New is the room.
func New(config Config) *Sale { return &Sale{config} }

// Order is what a till wants to sell.
type Order struct {
	Key     lifecycle.UnitKey
	Receipt string
	SoldAt  time.Time // zero: now
}

// Sold is a recorded sale and the unit it is of.
type Sold struct {
	Sale lifecycle.Sale
	Unit lifecycle.Unit
	// Model is the name of the unit's model.
	Model string
	// Voidable reports whether the actor can still void it.
	Voidable bool
	// Kit is the box that it was sold in, as it is now; nil: its own.
	Kit *lifecycle.Kit
	// Parts are what else was in the box, where the unit is the hub of a kit.
	Parts []SoldPart
	// Flagged: it was recorded after the fact and would have been refused.
	Flagged bool
}

// Sell records the sale, or refuses it with every reason.
func (s *Sale) Sell(ctx context.Context, actor lifecycle.Actor, order Order) (Sold, error) {
	snapshot, err := s.config.Store.SnapshotByKey(ctx, order.Key)
	if err != nil {
		return Sold{}, fmt.Errorf("find unit to sell: %w", err)
	}
	if !lifecycle.Sees(snapshot, actor) {
		if err := s.flagOtherStock(ctx, actor, snapshot.Unit, s.now()); err != nil {
			return Sold{}, err
		}
	}
	command := lifecycle.Sell{
		Command: lifecycle.Command{Actor: actor, At: s.now()},
		ID:      lifecycle.SaleID("sal_" + s.config.NewID()),
		SoldAt:  order.SoldAt,
	}
	outcome, err := s.record(ctx, actor, snapshot.Unit.ID, order.Receipt, command)
	if err != nil {
		return Sold{}, errors.Join(fmt.Errorf("sell: %w", err), s.flagSecondSale(ctx, actor, snapshot, err))
	}
	change := outcome.Change
	sold := Sold{Sale: *change.Sale, Unit: change.Unit, Model: snapshot.Model.Name, Flagged: len(change.Flags) > 0}
	if outcome.Replayed {
		// The unit has left the shelf, and its snapshot the kit with it.
		if snapshot.Kit, err = s.kitOf(ctx, snapshot.Unit.ID); err != nil {
			return Sold{}, err
		}
	}
	sold.Parts, err = s.sellParts(ctx, actor, snapshot, order)
	return sold, err
}

func (s *Sale) record(ctx context.Context, actor lifecycle.Actor, unit lifecycle.UnitID, receipt string, command lifecycle.Sell) (lifecycle.Outcome, error) {
	if receipt == "" {
		return s.config.Store.Advance(ctx, unit, command.Decide)
	}
	command.ReceiptHash = s.config.Store.ReceiptHash(actor.Org, receipt)
	return s.config.Store.AdvanceWithReceipt(ctx, unit, actor.Org, receipt, command.Decide)
}

// Void takes a sale of the same day back.
func (s *Sale) Void(ctx context.Context, actor lifecycle.Actor, id lifecycle.SaleID) (Sold, error) {
	unit, _, err := s.config.Sales.Sale(ctx, id)
	if err != nil {
		return Sold{}, fmt.Errorf("find sale to void: %w", err)
	}
	command := lifecycle.Void{Command: lifecycle.Command{Actor: actor, At: s.now()}, Sale: id}
	outcome, err := s.config.Store.Advance(ctx, unit.ID, command.Decide)
	if err != nil {
		return Sold{}, fmt.Errorf("void: %w", err)
	}
	return Sold{Sale: *outcome.Change.Sale, Unit: outcome.Change.Unit}, nil
}

// Find is a sale of the actor's organisation, for its page.
func (s *Sale) Find(ctx context.Context, actor lifecycle.Actor, id lifecycle.SaleID) (Sold, error) {
	unit, sale, err := s.config.Sales.Sale(ctx, id)
	if err != nil {
		return Sold{}, fmt.Errorf("find sale: %w", err)
	}
	snapshot, err := s.config.Sales.Snapshot(ctx, unit.ID)
	if err != nil {
		return Sold{}, fmt.Errorf("read sold unit: %w", err)
	}
	if actor.Org == "" || sale.Org != actor.Org {
		return Sold{}, fmt.Errorf("sale of another organisation: %w", lifecycle.ErrNotFound)
	}
	void := lifecycle.Void{Command: lifecycle.Command{Actor: actor, At: s.now()}, Sale: id}
	_, refused := void.Decide(snapshot)
	kit, err := s.kitOf(ctx, unit.ID)
	if err != nil {
		return Sold{}, err
	}
	return Sold{Sale: sale, Unit: snapshot.Unit, Model: snapshot.Model.Name, Kit: kit, Voidable: refused == nil}, nil
}

// flagOtherStock tells the custodian's security officer that their unit is
// about to be sold elsewhere (rule 13). One flag per place.
func (s *Sale) flagOtherStock(ctx context.Context, actor lifecycle.Actor, unit lifecycle.Unit, now time.Time) error {
	_, err := s.config.Store.RaiseFlag(ctx, lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagOtherStock, Cause: string(actor.Org), Severity: lifecycle.SeverityHigh,
		State: lifecycle.FlagOpen, Org: unit.Custody, FirstAt: now, LastAt: now,
		Evidence: map[string]string{"scanned-by": string(actor.Org), "purpose": string(lifecycle.PurposeSale)},
	})
	if err != nil {
		return fmt.Errorf("flag a unit of other stock: %w", err)
	}
	return nil
}

// flagSecondSale notes that somebody sells what is with a customer already: it
// changed hands and no desk saw it (rule 10).
func (s *Sale) flagSecondSale(ctx context.Context, actor lifecycle.Actor, snapshot lifecycle.Snapshot, refused error) error {
	if !errors.Is(refused, lifecycle.ErrRefused) || !snapshot.Unit.State.InCustomerHands() {
		return nil
	}
	now := s.now()
	_, err := s.config.Store.RaiseFlag(ctx, lifecycle.Flag{
		Unit: snapshot.Unit.ID, Kind: lifecycle.FlagResoldWithoutReturn, Cause: "second sale " + string(actor.Org),
		Severity: lifecycle.SeverityMedium, State: lifecycle.FlagOpen, Org: snapshot.Unit.Vendor, FirstAt: now, LastAt: now,
		Evidence: map[string]string{"how": "second-sale", "seller": string(actor.Org)},
	})
	if err != nil {
		return fmt.Errorf("flag a second sale: %w", err)
	}
	return nil
}

// now is the present as the record keeps it: UTC, whole milliseconds.
func (s *Sale) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }
