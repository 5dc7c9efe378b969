package owner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// clouds are asked while somebody waits for a page.
type clouds interface {
	Ask(ctx context.Context, names []string, request cloud.Request, patience time.Duration) []cloud.Word
}

// catalogue is what vendors published for a model.
type catalogue interface {
	Firmwares(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.Firmware, error)
}

// cloudPatience is how long the page of a unit waits for clouds.
const cloudPatience = 2 * time.Second

// Place is one association of a unit with an account: by our record, or by what
// a cloud says now.
type Place struct {
	// Cloud is the cloud that says so; empty: our own record does.
	Cloud string
	Kind  lifecycle.BindingKind
	Since time.Time // zero: not known
	// Mine: the account is the reader's own. Ours: it is of one of the bindings
	// that we hold. Neither: nobody of ours is behind it.
	Mine, Ours bool
	// Before: it is of before the epoch in which the unit became the reader's, and
	// clouds are told to end it. Since when it was is an earlier owner's matter, so
	// Since is zero.
	Before bool
}

// CloudWord is what a cloud said of a unit just now.
type CloudWord struct {
	Cloud  string
	Known  bool // it answered
	Places []Place
}

// Whole is a unit of the reader's with all that is known of it.
type Whole struct {
	Holding
	// Places are the bindings by our record, the reader's own first.
	Places []Place
	Clouds []CloudWord
	// Firmware is what the unit reported last, ReportedAt when; Newer the newest
	// version where that is another, nil where it is not.
	Firmware   string
	ReportedAt time.Time
	Newer      *lifecycle.Firmware
}

// Strange reports whether a cloud knows somebody whom we do not: then nobody
// should have to look for it.
func (w Whole) Strange() bool {
	return slices.ContainsFunc(w.Clouds, func(c CloudWord) bool {
		return slices.ContainsFunc(c.Places, func(p Place) bool { return !p.Ours })
	})
}

// Whole reads a unit of the reader's, and asks its clouds.
func (o *Owner) Whole(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Whole, error) {
	s, err := o.look(ctx, actor.Person, key)
	if err != nil {
		return Whole{}, err
	}
	holding, err := o.holding(ctx, actor.Person, s)
	if err != nil {
		return Whole{}, err
	}
	whole := Whole{Holding: holding}
	if holding.Claim || holding.Pending() {
		return whole, nil // what else there is to it is not theirs yet, or no longer
	}
	whole.Places = placesOf(s, actor.Person)
	if o.config.Clouds != nil {
		request := cloud.Request{Unit: s.Unit.ID, Key: s.Unit.Key, Before: o.config.Now()}
		for _, word := range o.config.Clouds.Ask(ctx, s.Model.Clouds, request, cloudPatience) {
			whole.Clouds = append(whole.Clouds, wordOf(word, s, actor.Person))
		}
	}
	whole.Firmware = s.Unit.Firmware
	if s.Report != nil {
		whole.ReportedAt = s.Report.At
	}
	if o.config.Firmware != nil {
		list, err := o.config.Firmware.Firmwares(ctx, s.Model.ID)
		if err != nil {
			return Whole{}, fmt.Errorf("look for newer firmware: %w", err)
		}
		if newer, found := lifecycle.NewerFirmware(list, s.Unit.Firmware); found {
			whole.Newer = &newer
		}
	}
	return whole, nil
}

// placesOf are the live bindings that we hold ourselves.
func placesOf(s lifecycle.Snapshot, person lifecycle.PersonID) []Place {
	var places []Place
	for _, b := range s.LiveBindings() {
		places = append(places, Place{Kind: b.Kind, Since: b.LiveAt, Mine: b.Account == person, Ours: true})
	}
	slices.SortStableFunc(places, func(a, b Place) int {
		if a.Mine != b.Mine {
			return cmp.Compare(rank(a), rank(b))
		}
		return a.Since.Compare(b.Since)
	})
	return places
}

func rank(p Place) int {
	if p.Mine {
		return 0
	}
	return 1
}

// wordOf holds what a cloud said against what we hold.
func wordOf(word cloud.Word, s lifecycle.Snapshot, person lifecycle.PersonID) CloudWord {
	said := CloudWord{Cloud: word.Cloud, Known: word.Known}
	for _, link := range word.Inventory.Links {
		place := Place{Cloud: word.Cloud, Kind: link.Kind, Since: link.Since}
		for _, b := range s.LiveBindings() {
			if b.AccountHash != "" && b.AccountHash == link.AccountHash {
				place.Ours, place.Mine = true, place.Mine || b.Account == person
			}
		}
		if !place.Ours && !link.Since.IsZero() && link.Since.Before(s.Unit.EpochAt) {
			place.Before, place.Since = true, time.Time{}
		}
		said.Places = append(said.Places, place)
	}
	return said
}
