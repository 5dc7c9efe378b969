package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"quitclaim/service/demo"
	"quitclaim/service/device/camera"
)

const (
	// demoCalls is how often a camera of the demo calls in.
	demoCalls = 3 * time.Second
	// demoPress is how long after a new epoch somebody holds its button.
	demoPress = 2 * time.Second
)

// runCameras keeps the demo's three cameras going until ctx ends. Each calls in
// like one at home; when it first learns of another epoch, somebody at the
// bench holds its button, once.
func (h *house) runCameras(ctx context.Context) error {
	var running sync.WaitGroup
	for _, serial := range h.cameras {
		running.Go(func() {
			err := h.runCamera(ctx, filepath.Join(h.config.Data, "cameras", serial+".json"))
			if err != nil && ctx.Err() == nil {
				h.log.LogAttrs(ctx, slog.LevelWarn, "a camera of the demo went dark", slog.Any("error", err))
			}
		})
	}
	running.Wait()
	return nil
}

func (h *house) runCamera(ctx context.Context, path string) error {
	memory := camera.InFile(path)
	unit, err := camera.New(camera.Config{BaseURL: h.config.URL, Memory: memory})
	if err != nil {
		return err
	}
	before, err := memory.Load()
	if err != nil {
		return err
	}
	ticker := time.NewTicker(demoCalls)
	defer ticker.Stop()
	for pressed := false; ; {
		answer, err := unit.Report(ctx, "")
		if err != nil && !errors.Is(err, camera.ErrUnproven) {
			return err
		}
		if err == nil && answer.Epoch > before.Epoch && !pressed {
			pressed = true
			if err := pause(ctx, demoPress); err != nil {
				return nil
			}
			if _, err := unit.HardReset(ctx); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// answeringUnits are the serials of the cameras that run with the demo.
func answeringUnits(world demo.World) []string {
	var serials []string
	for _, unit := range world.Units {
		if unit.Answers {
			serials = append(serials, unit.Serial)
		}
	}
	return serials
}
