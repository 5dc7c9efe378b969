package firmware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// portion is how many owners are told in one go: between two, others have the
// database.
const portion = 100

// Run tells owners of newer firmware until ctx ends. Any number of processes may:
// each notice says which event it tells, so nobody hears of it twice.
func (r *Room) Run(ctx context.Context) error {
	for {
		more, err := r.TellSome(ctx)
		if err != nil && ctx.Err() == nil {
			r.config.Log.LogAttrs(ctx, slog.LevelWarn, "owners are not told of firmware for a moment", slog.String("error", err.Error()))
		}
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.config.Ticks:
		}
	}
}

// TellSome tells the next portion of owners, and reports whether there may be
// more.
func (r *Room) TellSome(ctx context.Context) (more bool, err error) {
	f, last, err := r.config.Readers.FirmwareToTell(ctx)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for news of firmware: %w", err)
	}
	var list []lifecycle.FirmwareReader
	if !f.Withdrawn() {
		if list, err = r.config.Readers.FirmwareReaders(ctx, f.Model, last, portion); err != nil {
			return false, fmt.Errorf("list owners of a model: %w", err)
		}
	}
	for _, reader := range list {
		last = reader.Unit
		if lifecycle.FirmwareAtLeast(reader.Has, f.Version) {
			continue
		}
		err := r.config.Readers.QueueNotice(ctx, noticeTo(reader, f))
		if errors.Is(err, notice.ErrSealed) {
			// Their unit's page says the same; the next owner must not wait for that.
			r.config.Log.LogAttrs(ctx, slog.LevelWarn, "an owner could not be told of firmware", slog.Any("error", err))
			continue
		}
		if err != nil {
			return false, fmt.Errorf("tell an owner of firmware: %w", err)
		}
	}
	err = r.config.Readers.FirmwareTold(ctx, f, last, len(list) < portion)
	if errors.Is(err, lifecycle.ErrNotFound) {
		err = nil // another process has told them all meanwhile
	}
	return true, err
}

func noticeTo(reader lifecycle.FirmwareReader, f lifecycle.Firmware) notice.Notice {
	return notice.Notice{
		To: reader.Owner, Kind: notice.KindFirmware, At: f.At,
		Params: map[string]string{"unit": reader.Key.Brand + " " + reader.Key.Serial, "version": f.Version},
		Link:   "/mine/units/" + url.PathEscape(reader.Key.Brand) + "/" + url.PathEscape(reader.Key.Serial),
		Once:   "firmware " + string(f.Model) + " " + f.Version + " " + string(reader.Unit),
	}
}
