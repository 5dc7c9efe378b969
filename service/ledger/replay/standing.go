package replay

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"quitclaim/service/ledger"
)

// Kind is one kind of rows that the ledger knows of: who somebody is, what was
// allowed to whom. What is held against it is what the ledger says of them.
type Kind struct {
	Name string
	// Of is what a leaf makes of subjects of this kind; before is what was.
	Of func(leaf ledger.Leaf, before func(subject string) string) []ledger.Standing
	// Fits reports whether a row is what the ledger says; nil: if they are equal.
	Fits func(logged, row string) bool
	// Must reports whether there must be a row; nil: there must.
	Must func(logged string) bool
}

// Standings is what the tables hold of these kinds.
type Standings interface {
	// StandingAfter is what stands of a kind behind a subject, in its order, and
	// how far the ledger had come at the same instant.
	StandingAfter(ctx context.Context, kind, after string, limit int) ([]ledger.Standing, ledger.Moment, error)
}

// logged is what the ledger says of a subject, and since which entry.
type logged struct {
	state string
	index int64
}

// ofKind is one kind, as far as the ledger was read.
type ofKind struct {
	Kind
	known map[string]logged
	late  []string // subjects that came while rows were compared
}

// standings are all kinds together: the ledger is read once for them.
type standings struct {
	*replay
	kinds []*ofKind
	next  int64
}

// compareKinds holds the rows of every kind against the ledger, page by page as
// with units.
func (r *replay) compareKinds(ctx context.Context) error {
	s := &standings{replay: r}
	for _, kind := range r.Kinds {
		s.kinds = append(s.kinds, &ofKind{Kind: kind, known: map[string]logged{}})
	}
	head, err := r.Source.Head(ctx)
	if err != nil {
		return fmt.Errorf("read the head of the log: %w", err)
	}
	if err := s.readTo(ctx, head.Size); err != nil {
		return err
	}
	for _, kind := range s.kinds {
		if err := s.compareKind(ctx, kind); err != nil {
			return err
		}
	}
	return nil
}

func (s *standings) readTo(ctx context.Context, size int64) error {
	for s.next < size {
		to := min(s.next+entriesAtOnce, size)
		entries, err := s.Source.Entries(ctx, s.next, to)
		if err != nil {
			return fmt.Errorf("read entries from %d: %w", s.next, err)
		}
		for _, entry := range entries {
			leaf, err := ledger.DecodeLeaf(entry.Bytes)
			if err != nil {
				continue // the audit says so
			}
			for _, kind := range s.kinds {
				kind.take(entry.Index, leaf)
			}
		}
		s.next = to
	}
	return ctx.Err()
}

func (k *ofKind) take(index int64, leaf ledger.Leaf) {
	for _, now := range k.Of(leaf, func(subject string) string { return k.known[subject].state }) {
		if _, known := k.known[now.Subject]; !known {
			k.late = append(k.late, now.Subject)
		}
		k.known[now.Subject] = logged{now.State, index}
	}
}

// waitingOf is what the entries without a place make of a kind's subjects.
func (r *replay) waitingOf(k *ofKind, moment ledger.Moment) map[string]string {
	states := map[string]string{}
	before := func(subject string) string {
		if state, waits := states[subject]; waits {
			return state
		}
		return k.known[subject].state
	}
	for _, entry := range moment.Waiting {
		if leaf, ok := r.seen(entry); ok {
			for _, now := range k.Of(leaf, before) {
				states[now.Subject] = now.State
			}
		}
	}
	return states
}

func (s *standings) compareKind(ctx context.Context, k *ofKind) error {
	subjects, after := slices.Sorted(maps.Keys(k.known)), ""
	k.late = nil
	for {
		page, moment, err := settled(ctx, s.replay, func() ([]ledger.Standing, ledger.Moment, error) {
			return s.Standings.StandingAfter(ctx, k.Name, after, rowsAtOnce)
		})
		if err != nil {
			return err
		}
		if err := s.readTo(ctx, moment.Size); err != nil {
			return err
		}
		last, waiting := "", s.waitingOf(k, moment)
		if len(page) == rowsAtOnce {
			last = page[len(page)-1].Subject
		}
		all := append(subjects[:0:0], k.late...)
		for subject := range waiting {
			all = append(all, subject)
		}
		behind := len(subjects)
		if last != "" {
			behind, _ = slices.BinarySearch(subjects, last+"\x00")
		}
		all, subjects = append(all, subjects[:behind]...), subjects[behind:]
		rows := map[string]ledger.Standing{}
		for _, row := range page {
			rows[row.Subject] = row
			all = append(all, row.Subject)
		}
		slices.Sort(all)
		for _, subject := range slices.Compact(all) {
			if subject > after && (last == "" || subject <= last) {
				s.compareStanding(k, subject, rows, waiting)
			}
		}
		if last == "" {
			return nil
		}
		after = last
	}
}

func (s *standings) compareStanding(k *ofKind, subject string, rows map[string]ledger.Standing, waiting map[string]string) {
	says := k.known[subject]
	if state, waits := waiting[subject]; waits {
		says = logged{state, -1}
	} else if _, known := k.known[subject]; !known {
		says.index = -1
	}
	row, stands := rows[subject]
	switch {
	case row.Unread:
		s.find(says.index, k.Name+" "+subject, "the row cannot be read")
	case !stands && says.state != "" && (k.Must == nil || k.Must(says.state)):
		s.find(says.index, k.Name+" "+subject, "is on the ledger and not in the tables")
	case stands && says.state == "":
		s.find(says.index, k.Name+" "+subject, "stands in the tables and not on the ledger")
	case stands && says.state != row.State && (k.Fits == nil || !k.Fits(says.state, row.State)):
		s.find(says.index, k.Name+" "+subject, "the ledger says "+cut(says.state)+", the table says "+cut(row.State))
	}
}

func cut(text string) string {
	if len(text) > 2*maxShown {
		return text[:2*maxShown] + "…"
	}
	return text
}
