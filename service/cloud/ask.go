package cloud

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// DataKind is a kind of data that a cloud may keep of a unit: a code for the
// message files.
type DataKind string

// Data is a kind of data that a cloud keeps of a unit, and what becomes of it
// when its owner lets go.
type Data struct {
	Kind DataKind
	// Erasable: Delete deletes it.
	Erasable bool
	// Purged is how long after the end the cloud deletes it by itself; zero: it
	// keeps it.
	Purged time.Duration
}

// Word is what a cloud answered while somebody waited for a page. It proves
// nothing, and is not put on record.
type Word struct {
	Cloud string
	Keeps []Data
	// Known reports whether it answered; else nothing below says anything.
	Known     bool
	Inventory Inventory
	Preflight Preflight
}

// askedAtOnce bounds how many questions for pages one cloud has open at a time.
// One that never answers costs so many goroutines, and no page.
const askedAtOnce = 8

// Ask asks several clouds at the same time who is bound to a unit, and what
// would stand in the way of an end. No answer within patience is an answer
// that is not known; so is a cloud that fails, or that falls over.
func (r *Registry) Ask(ctx context.Context, names []string, request Request, patience time.Duration) []Word {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	words := make([]Word, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { words[i] = r.askOne(ctx, name, request) })
	}
	group.Wait()
	return words
}

// askOne does not wait longer than ctx, though the adapter may.
func (r *Registry) askOne(ctx context.Context, name string, request Request) Word {
	none := Word{Cloud: name}
	peer, err := r.Peer(name)
	if err != nil {
		return none
	}
	none.Keeps = slices.Clone(peer.Keeps)
	places := r.places[name]
	select {
	case places <- struct{}{}:
	default:
		return none
	}
	answer := make(chan Word, 1)
	go func() {
		defer func() { <-places }()
		answer <- heard(ctx, peer, none, request)
	}()
	select {
	case word := <-answer:
		return word
	case <-ctx.Done():
		return none
	}
}

// heard is a cloud's answer, if it is one. What an adapter that falls over says
// may hold anything, and goes nowhere.
func heard(ctx context.Context, peer Peer, none Word, request Request) (word Word) {
	defer func() {
		if recover() != nil {
			word = none
		}
	}()
	word = none
	var errs [2]error
	word.Inventory, errs[0] = peer.Inventory(ctx, request)
	word.Preflight, errs[1] = peer.Preflight(ctx, request)
	if errs[0] != nil || errs[1] != nil || !word.Preflight.Eligibility.known() {
		return none
	}
	word.Known = true
	return word
}

func (e Eligibility) known() bool { return e == Eligible || e == SideEffects || e == Blocked }

// BlockerMessages are the message keys of a cloud's blocker, the cloud's own
// words first: a code is a word of the adapter's, and any other text is none.
func BlockerMessages(cloudName, blocker string) []string {
	if !isName(blocker) {
		return []string{"cloud.blocker.other"}
	}
	return []string{fmt.Sprintf("cloud.%s.blocker.%s", cloudName, blocker), "cloud.blocker." + blocker, "cloud.blocker.other"}
}
