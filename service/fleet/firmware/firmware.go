package firmware

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// store is the record of keys and versions.
type store interface {
	Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error)
	FirmwareKeys(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.FirmwareKey, error)
	AddFirmwareKey(ctx context.Context, key lifecycle.FirmwareKey) error
	EndFirmwareKey(ctx context.Context, model lifecycle.ModelID, id string, by lifecycle.PersonID) error
	Firmwares(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.Firmware, error)
	SaveFirmware(ctx context.Context, f lifecycle.Firmware) (lifecycle.Firmware, error)
	WithdrawFirmware(ctx context.Context, model lifecycle.ModelID, version string, by lifecycle.PersonID) error
}

// files keeps what we serve ourselves, in pieces.
type files interface {
	PutFirmwarePart(ctx context.Context, model lifecycle.ModelID, version string, number int64, piece []byte) error
	FinishFirmware(ctx context.Context, model lifecycle.ModelID, version string) error
	FirmwarePart(ctx context.Context, model lifecycle.ModelID, version string, number int64) ([]byte, error)
}

// readers are the owners of units of a model, and how far they were told.
type readers interface {
	FirmwareToTell(ctx context.Context) (lifecycle.Firmware, lifecycle.UnitID, error)
	FirmwareReaders(ctx context.Context, model lifecycle.ModelID, last lifecycle.UnitID, limit int) ([]lifecycle.FirmwareReader, error)
	FirmwareTold(ctx context.Context, f lifecycle.Firmware, last lifecycle.UnitID, all bool) error
	QueueNotice(ctx context.Context, n notice.Notice) error
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store   store
	Files   files
	Readers readers
	Now     func() time.Time
	Log     *slog.Logger
	// Ticks wakes Run to look for owners who were not told yet.
	Ticks <-chan time.Time
}

// Room is the catalogue.
type Room struct {
	config Config
	places chan struct{} // of files that come in at the same time
}

// maxUploads bounds how many files come in at the same time.
const maxUploads = 2

// New is the room.
func New(config Config) *Room { return &Room{config, make(chan struct{}, maxUploads)} }

// Shelf is a model with its keys and versions, the newest first.
type Shelf struct {
	Model    lifecycle.Model
	Keys     []lifecycle.FirmwareKey
	Versions []lifecycle.Firmware
}

// Shelf is one of the vendor's own models; another's is not there.
func (r *Room) Shelf(ctx context.Context, p access.Principal, id lifecycle.ModelID) (Shelf, error) {
	model, err := r.own(ctx, p, id)
	if err != nil {
		return Shelf{}, err
	}
	keys, errKeys := r.config.Store.FirmwareKeys(ctx, id)
	versions, errVersions := r.config.Store.Firmwares(ctx, id)
	if err := errors.Join(errKeys, errVersions); err != nil {
		return Shelf{}, fmt.Errorf("read firmware of a model: %w", err)
	}
	slices.SortStableFunc(versions, func(a, b lifecycle.Firmware) int {
		if lifecycle.FirmwareAtLeast(a.Version, b.Version) {
			return -1
		}
		return 1
	})
	return Shelf{model, keys, versions}, nil
}

func (r *Room) own(ctx context.Context, p access.Principal, id lifecycle.ModelID) (lifecycle.Model, error) {
	model, err := r.config.Store.Model(ctx, id)
	if err != nil {
		return lifecycle.Model{}, fmt.Errorf("read model: %w", err)
	}
	if p.Org == "" || model.Vendor != p.Org {
		return lifecycle.Model{}, fmt.Errorf("model of another vendor: %w", lifecycle.ErrNotFound)
	}
	return model, nil
}

// AddKey registers a key that signs the model's firmware from now on.
func (r *Room) AddKey(ctx context.Context, p access.Principal, id lifecycle.ModelID, name string, public []byte) (lifecycle.FirmwareKey, error) {
	if _, err := r.own(ctx, p, id); err != nil {
		return lifecycle.FirmwareKey{}, err
	}
	if len(public) != ed25519.PublicKeySize {
		var invalid lifecycle.Invalid
		invalid.Add("public", "firmware.key")
		return lifecycle.FirmwareKey{}, invalid.Err()
	}
	sum := sha256.Sum256(public)
	key := lifecycle.FirmwareKey{
		Model: id, ID: hex.EncodeToString(sum[:8]), Public: public, Name: name, By: p.Actor().Person, At: r.now(),
	}
	if err := r.config.Store.AddFirmwareKey(ctx, key); err != nil {
		return lifecycle.FirmwareKey{}, fmt.Errorf("add firmware key: %w", err)
	}
	return key, nil
}

// EndKey lets a key sign nothing more.
func (r *Room) EndKey(ctx context.Context, p access.Principal, id lifecycle.ModelID, key string) error {
	if _, err := r.own(ctx, p, id); err != nil {
		return err
	}
	return r.config.Store.EndFirmwareKey(ctx, id, key, p.Actor().Person)
}

// Check is every mistake in a version that somebody is about to enter.
func (r *Room) Check(ctx context.Context, p access.Principal, f lifecycle.Firmware) error {
	shelf, err := r.Shelf(ctx, p, f.Model)
	if err != nil {
		return err
	}
	_, err = lifecycle.CheckVersion(f, shelf.Model, shelf.Keys, shelf.Versions)
	return err
}

// Enter puts a version on record. As a minimum it is the model's from now on.
func (r *Room) Enter(ctx context.Context, p access.Principal, f lifecycle.Firmware) (lifecycle.Firmware, error) {
	if _, err := r.own(ctx, p, f.Model); err != nil {
		return lifecycle.Firmware{}, err
	}
	f.By, f.At = p.Actor().Person, r.now()
	saved, err := r.config.Store.SaveFirmware(ctx, f)
	if err != nil {
		return lifecycle.Firmware{}, fmt.Errorf("enter firmware: %w", err)
	}
	return saved, nil
}

// Withdraw takes a version back: nobody is told of it or gets it any more.
func (r *Room) Withdraw(ctx context.Context, p access.Principal, id lifecycle.ModelID, version string) error {
	if _, err := r.own(ctx, p, id); err != nil {
		return err
	}
	return r.config.Store.WithdrawFirmware(ctx, id, version, p.Actor().Person)
}

// pieceBytes is how much of a file one row holds: the writer keeps others
// waiting no longer than for that.
const pieceBytes = 256 << 10

// Receive takes in the file of a version that we serve, as it comes. It is the
// version's once all of it has the SHA-256 that was signed.
func (r *Room) Receive(ctx context.Context, p access.Principal, id lifecycle.ModelID, version string, file io.Reader) error {
	if _, err := r.own(ctx, p, id); err != nil {
		return err
	}
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	default:
		return fmt.Errorf("%d files are coming in: %w", maxUploads, lifecycle.ErrBusy)
	}
	piece := make([]byte, pieceBytes)
	for number, total := int64(0), int64(0); ; number++ {
		n, err := io.ReadFull(file, piece)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("read firmware: %w", err)
		}
		if total += int64(n); total > lifecycle.MaxFirmwareBytes {
			return lifecycle.Mistake("file", "firmware.too-long")
		}
		if n > 0 {
			if err := r.config.Files.PutFirmwarePart(ctx, id, version, number, piece[:n]); err != nil {
				return fmt.Errorf("keep firmware: %w", err)
			}
		}
		if n < len(piece) {
			break
		}
	}
	if err := r.config.Files.FinishFirmware(ctx, id, version); err != nil {
		return fmt.Errorf("finish firmware: %w", err)
	}
	return nil
}

// File is the version that has this hash, if we serve it to anybody.
func (r *Room) File(ctx context.Context, id lifecycle.ModelID, digest string) (lifecycle.Firmware, error) {
	versions, err := r.config.Store.Firmwares(ctx, id)
	if err != nil {
		return lifecycle.Firmware{}, fmt.Errorf("find firmware: %w", err)
	}
	for _, f := range versions {
		if f.SHA256 == digest && f.Bytes > 0 && !f.Withdrawn() {
			return f, nil
		}
	}
	return lifecycle.Firmware{}, fmt.Errorf("no such firmware: %w", lifecycle.ErrNotFound)
}

// Send writes the file, a piece at a time.
func (r *Room) Send(ctx context.Context, f lifecycle.Firmware, to io.Writer) error {
	for number := int64(0); ; number++ {
		piece, err := r.config.Files.FirmwarePart(ctx, f.Model, f.Version, number)
		if err != nil {
			return fmt.Errorf("read firmware: %w", err)
		}
		if len(piece) == 0 {
			return nil
		}
		if _, err := to.Write(piece); err != nil {
			return fmt.Errorf("send firmware: %w", err)
		}
	}
}

// now is the present as the record keeps it: UTC, whole milliseconds.
func (r *Room) now() time.Time { return r.config.Now().UTC().Truncate(time.Millisecond) }
