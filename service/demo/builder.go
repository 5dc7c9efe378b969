package demo

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Store is what the demo writes through: the same doors as everybody's.
type Store interface {
	SaveOrganisation(ctx context.Context, org access.Organisation) (access.Organisation, error)
	SavePerson(ctx context.Context, person access.Person) (access.Person, error)
	SaveCredential(ctx context.Context, credential access.Credential) (access.Credential, error)
	SaveModel(ctx context.Context, model lifecycle.Model) (lifecycle.Model, error)
	Accredit(ctx context.Context, accreditation lifecycle.Accreditation) error
	Register(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	AdvanceWithRelease(ctx context.Context, unit lifecycle.UnitID, codeHash func(lifecycle.UnitID, lifecycle.Epoch) string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	AdvanceWithShare(ctx context.Context, unit lifecycle.UnitID, owner lifecycle.PersonID, share lifecycle.BindingID, name string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	AdvanceWithContest(ctx context.Context, unit lifecycle.UnitID, person lifecycle.PersonID, hold lifecycle.HoldID, words string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	AddFirmwareKey(ctx context.Context, key lifecycle.FirmwareKey) error
	SaveFirmware(ctx context.Context, f lifecycle.Firmware) (lifecycle.Firmware, error)
	ReceiptHash(org lifecycle.OrgID, receipt string) string
	RecordProbe(ctx context.Context, unit lifecycle.UnitID, probe lifecycle.Probe, sightings []lifecycle.Sighting) error
	EndCloudLinks(ctx context.Context, unit lifecycle.UnitID, before, goneAt time.Time, kinds []lifecycle.BindingKind) error
}

// Cloud is the built-in cloud, where accounts link by its own app.
type Cloud interface {
	AccountHash(account string) string
	LinkSince(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) error
}

// Config is what the demo needs.
type Config struct {
	Store        Store
	Cloud        Cloud
	CloudName    string // the built-in cloud's name in models
	Now          time.Time
	NewID        func() string
	HashPassword func(ctx context.Context, password string) (string, error)
	// Sign makes the bytes of a certificate, as the bench does.
	Sign func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error)
	// NewCode draws a certificate's public code.
	NewCode func() lifecycle.CertificateCode
	// NewCredential is what a unit draws when it makes a credential.
	NewCredential func() string
	// CredentialHash is the verifier of a credential that a unit reports.
	CredentialHash func(credential string) string
	// NewKey makes a unit's key, as its factory does.
	NewKey func() (ed25519.PrivateKey, error)
	// ReceiptCode is the code of a release's receipt.
	ReceiptCode func(lifecycle.UnitID, lifecycle.Epoch) string
	// Payload is what a phone reads off a unit's box.
	Payload func(gtin string, key lifecycle.UnitKey) string
}

// Builder builds the world once.
type Builder struct {
	config Config
	born   time.Time // when the first unit of this world was made
}

// New prepares a world; Build makes it.
func New(config Config) *Builder {
	config.Now = config.Now.UTC().Truncate(time.Millisecond)
	return &Builder{config: config, born: config.Now.AddDate(-1, 0, 0)}
}

// builders is how many units are given their past at the same time. Their
// writes share commits.
const builders = 16

// Build makes everybody and everything, in about a second on an idle disk.
func (b *Builder) Build(ctx context.Context) (World, error) {
	everybody, err := b.gather(ctx)
	if err != nil {
		return World{}, err
	}
	models, err := b.saveModels(ctx, everybody)
	if err != nil {
		return World{}, err
	}
	if err := b.publish(ctx, everybody, models[0]); err != nil {
		return World{}, err
	}
	plots := plan()
	tales := make([]*tale, len(plots))
	failures := make([]error, len(plots))
	places := make(chan struct{}, builders)
	var running sync.WaitGroup
	for i, plot := range plots {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			tales[i] = b.tale(i, everybody, models)
			if err := plot.tell(ctx, tales[i]); err != nil {
				failures[i] = fmt.Errorf("demo unit %d (%s): %w", i, plot.name, err)
			}
		})
	}
	running.Wait()
	if err := errors.Join(failures...); err != nil {
		return World{}, err
	}
	return b.world(everybody, tales), nil
}
