package audit

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// record is what is read about a certificate.
type record interface {
	Certificate(ctx context.Context, code lifecycle.CertificateCode) (lifecycle.Unit, lifecycle.Certificate, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	// EntryOf is where an event of a unit at an epoch stands on the ledger.
	EntryOf(ctx context.Context, unit lifecycle.UnitID, event lifecycle.Event, epoch lifecycle.Epoch) (int64, error)
	// Checkpoint is the newest signed head of the ledger.
	Checkpoint(ctx context.Context) ([]byte, error)
}

// Config is what the room works with. All fields are needed.
type Config struct {
	Record record
	// Hashes reads the stored tree of the ledger, for as long as ctx.
	Hashes func(ctx context.Context) tlog.HashReader
	// Certificates are the public keys of our certificates, Ledger that of our
	// checkpoints.
	Certificates certificate.Keys
	Ledger       note.Verifier
	// PublicKeys is the text of all public halves, as they are printed at the
	// first start.
	PublicKeys string
	// Host is the outside's name for us, as it stands in our QR codes.
	Host string
	// Guesses counts codes that were wrong, for all processes together.
	Guesses access.ThrottleStore
	Now     func() time.Time
}

// Audit answers outsiders.
type Audit struct {
	record       record
	hashes       func(ctx context.Context) tlog.HashReader
	certificates certificate.Keys
	ledger       note.Verifiers
	publicKeys   string
	host         string
	guesses      guesses
}

// New is the room.
func New(c Config) *Audit {
	return &Audit{
		record: c.Record, hashes: c.Hashes, certificates: c.Certificates, ledger: note.VerifierList(c.Ledger),
		publicKeys: c.PublicKeys, host: c.Host, guesses: newGuesses(c.Guesses, c.Now),
	}
}
