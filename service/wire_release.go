package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/fleet/firmware"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner/release"
)

// wireRelease wires how owners let go, and what vendors publish for them.
func (h *house) wireRelease() {
	h.release = release.New(release.Config{
		Units: h.store, Owner: h.owner, Clouds: h.clouds, Code: receiptCode(h.keys.LookupHash), Parse: code.ParseReceiptCode,
		Link: func(text string) string { return code.ReceiptURL(h.config.URL, text) }, Now: h.now, NewID: newID,
	})
	h.firmware = firmware.New(firmware.Config{
		Store: h.store, Files: h.store, Readers: h.store, Now: h.now, Log: h.log, Ticks: time.Tick(10 * time.Second),
	})
}

// receiptCode makes the code of a release's receipt: of unit and epoch, by a key
// of ours, so that its owner can be shown it again while the record holds its
// hash alone.
func receiptCode(keyed func(kind, value string) string) func(lifecycle.UnitID, lifecycle.Epoch) string {
	return func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
		sum, err := hex.DecodeString(keyed("release-receipt", fmt.Sprintf("%s %d", unit, epoch)))
		if err != nil {
			panic(err) // a keyed hash is hex
		}
		text, err := code.NewReceiptCode(bytes.NewReader(sum))
		if err != nil {
			panic(err) // 32 bytes are more than the 25 of a code
		}
		return text
	}
}

func (h *house) releaseDoors() (mounter, error) { return release.NewHandler(h.release) }

func (h *house) firmwareDoors() (mounter, error) { return firmware.NewHandler(h.firmware) }
