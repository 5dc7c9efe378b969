package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/owner/consent"
	"quitclaim/service/support"
)

// everyQuarterSecond is how often an open view is looked at again: whatever ends
// it has ended it within a second, with time to spare.
func everyQuarterSecond() (<-chan time.Time, func()) {
	ticker := time.NewTicker(250 * time.Millisecond)
	return ticker.C, ticker.Stop
}

func (h *house) supportDoors() (mounter, error) {
	return support.NewHandler(support.New(support.Config{
		Records: h.store, Clouds: h.clouds, Attempts: h.store, Now: h.now, NewID: newID, Watch: everyQuarterSecond,
	}))
}

func (h *house) consentDoors() (mounter, error) {
	external, err := url.Parse(h.config.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	return consent.NewHandler(consent.New(consent.Config{
		Records: h.store, People: h.store, Looked: h.store, Signer: h.passkeys, Passkeys: h.store,
		Hashes: func(ctx context.Context) tlog.HashReader { return h.store.Ledger(ctx) },
		RPID:   external.Hostname(), Now: h.now, NewID: newID,
	}))
}
