package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// Brought is a unit that a customer brings back, and what the clerk says of it.
type Brought struct {
	Key             lifecycle.UnitKey
	Condition       string
	Reason          string
	Receipt         string
	CustomerPresent bool
	// ScannedAt is when the unit was scanned, for a return that waited
	// offline; zero: now.
	ScannedAt time.Time
	// Model takes in a unit that nobody knows, as one of this model.
	Model lifecycle.ModelID
	// Unseen: nobody looked at a verdict before; what is held stays put aside.
	Unseen bool
	// Second stands by a return over the cap (rule 1); zero: nobody.
	Second Second
}

// Second is how a second person signs: with their own name and password.
type Second struct{ Email, Password string }

// TakeBack takes the unit back: from its return on nobody who used it before
// sees through it.
func (d *Desk) TakeBack(ctx context.Context, actor lifecycle.Actor, in Brought) (Progress, error) {
	second, err := d.SecondPerson(ctx, actor, in.Second.Email, in.Second.Password)
	if err != nil {
		return Progress{}, err
	}
	id := lifecycle.ReturnID("ret_" + d.config.NewID())
	if in.Model != "" {
		outcome, err := d.admit(ctx, actor, in, id)
		if err == nil {
			return d.Find(ctx, actor, outcome.Change.Return.ID)
		}
		if !onRecord(err) {
			return Progress{}, fmt.Errorf("admit: %w", err)
		}
		// Somebody put it on record since the scan: a return like any other.
	}
	snapshot, err := d.config.Store.SnapshotByKey(ctx, in.Key)
	if err != nil {
		return Progress{}, fmt.Errorf("find unit to take back: %w", err)
	}
	if err := d.FlagOtherStock(ctx, actor, snapshot); err != nil {
		return Progress{}, err
	}
	decide := lifecycle.TakeBack{
		Command: d.command(actor), Return: id, Order: d.newOrder(), Condition: in.Condition, Reason: in.Reason,
		ReceiptHash: d.receiptHash(actor, in.Receipt), CustomerPresent: in.CustomerPresent, Second: second,
		PresenceHash: d.PresenceHash(id), ScannedAt: in.ScannedAt,
	}.Decide
	if in.Unseen {
		decide = unseen(decide, actor)
	}
	outcome, err := d.advance(ctx, actor, snapshot.Unit.ID, in.Receipt, decide)
	if err != nil {
		return Progress{}, errors.Join(fmt.Errorf("take back: %w", err), d.FlagOvertaken(ctx, actor, snapshot.Unit, in.ScannedAt, err))
	}
	if outcome.Replayed {
		return d.Find(ctx, actor, outcome.Change.Return.ID) // more may have happened since
	}
	return d.progress(actor, *outcome.Change.Return, snapshot.Apply(outcome.Change)), nil
}

// admit takes in a unit that nobody knows. It is its organisation's alone
// until the vendor confirms the serial.
func (d *Desk) admit(ctx context.Context, actor lifecycle.Actor, in Brought, id lifecycle.ReturnID) (lifecycle.Outcome, error) {
	if typed := code.Parse(in.Key.Serial, code.Rules{}); typed.SecretsRedacted {
		// A setup code, typed where the serial belongs: it must not be kept.
		return lifecycle.Outcome{}, lifecycle.Mistake("serial", "desk.serial-secret")
	}
	admit := lifecycle.Admit{
		Command: d.command(actor), ID: lifecycle.UnitID("unt_" + d.config.NewID()), Key: in.Key,
		Return: id, Order: d.newOrder(), Condition: in.Condition, Reason: in.Reason,
		ReceiptHash: d.receiptHash(actor, in.Receipt), CustomerPresent: in.CustomerPresent,
		PresenceHash: d.PresenceHash(id),
	}
	if in.Receipt == "" {
		return d.config.Admissions.Register(ctx, in.Key, in.Model, admit.Decide)
	}
	return d.config.Admissions.RegisterWithReceipt(ctx, in.Key, in.Model, actor.Org, in.Receipt, admit.Decide)
}

// SecondPerson is who signs with these, is of the same organisation and works
// at its desk; nobody where both are empty. Whoever is not looks like a wrong
// password.
func (d *Desk) SecondPerson(ctx context.Context, actor lifecycle.Actor, email, password string) (lifecycle.PersonID, error) {
	if email == "" && password == "" {
		return "", nil
	}
	person, err := d.config.Verify(ctx, email, password)
	if err != nil && !errors.Is(err, lifecycle.ErrUnauthenticated) {
		return "", fmt.Errorf("verify the second person: %w", err)
	}
	works := person.Has(lifecycle.RoleClerk) || person.Has(lifecycle.RoleTechnician) ||
		person.Has(lifecycle.RoleValidator) || person.Has(lifecycle.RoleSecurityOfficer)
	if err != nil || person.Org == "" || person.Org != actor.Org || !works {
		return "", lifecycle.Mistake("second_password", "desk.second-wrong")
	}
	return person.Person, nil
}

// advance goes through the write door, and keeps the receipt where there is
// one.
func (d *Desk) advance(ctx context.Context, actor lifecycle.Actor, unit lifecycle.UnitID, receipt string, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	if receipt == "" {
		return d.config.Store.Advance(ctx, unit, decide)
	}
	return d.config.Store.AdvanceWithReceipt(ctx, unit, actor.Org, receipt, decide)
}

func (d *Desk) receiptHash(actor lifecycle.Actor, receipt string) string {
	if receipt == "" {
		return ""
	}
	return d.config.Store.ReceiptHash(actor.Org, receipt)
}

func (d *Desk) newOrder() lifecycle.OrderID { return lifecycle.OrderID("ord_" + d.config.NewID()) }

// PresenceHash is what the record keeps of a return's presence code.
func (d *Desk) PresenceHash(id lifecycle.ReturnID) string { return hashOf(d.config.Presence(id)) }

// hashOf is the hex SHA-256 under which the record knows a presence code.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// onRecord reports whether a unit was refused because it is known already.
func onRecord(err error) bool {
	var refusal *lifecycle.Refusal
	return errors.As(err, &refusal) && refusal.Has("register.exists")
}
