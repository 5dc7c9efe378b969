package support

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Shown is all that an agent sees: of the unit, and nothing of its owner.
type Shown struct {
	Access    string
	Key       lifecycle.UnitKey
	Model     string
	For       access.ConsentPurpose
	Reason    access.AccessReason
	At, Until time.Time
	State     lifecycle.State
	Firmware  string
	ContactAt time.Time
	Clouds    []CloudShown
	Tasks     []lifecycle.Task // open ones, of its open reset order
	// From and To name the recordings of a review; Recordings is what the clouds
	// tell of them.
	From, To time.Time
}

// Review reports whether recordings are shown.
func (s Shown) Review() bool { return s.For == access.ConsentForReview }

// CloudShown is one cloud that knows the model.
type CloudShown struct {
	Name    string
	Answers bool
	// Recordings is, for a review, what it says of recordings within the time that
	// the consent names; Any is false where it says nothing.
	Recordings cloud.Span
}

// View is what is shown under an access now. One that is over is an *Over, one
// of another agent's lifecycle.ErrNotFound.
func (s *Support) View(ctx context.Context, agent lifecycle.Actor, id string) (Shown, error) {
	view, err := s.read(ctx, agent, id)
	if err != nil {
		return Shown{}, err
	}
	shown := shownOf(view)
	for _, name := range view.Unit.Model.Clouds {
		shown.Clouds = append(shown.Clouds, s.askCloud(ctx, name, view))
	}
	// The clouds took their time: a consent that ended meanwhile has ended.
	if _, err := s.read(ctx, agent, id); err != nil {
		return Shown{}, err
	}
	return shown, nil
}

func (s *Support) read(ctx context.Context, agent lifecycle.Actor, id string) (access.View, error) {
	view, err := s.config.Records.AccessView(ctx, id, agent.Person)
	if err != nil {
		return access.View{}, fmt.Errorf("view under access: %w", err)
	}
	switch view.Over {
	case "":
		return view, nil
	case access.ConsentNotTheirs: // it never was an access
		return access.View{}, fmt.Errorf("view under access: %w", lifecycle.ErrNotFound)
	}
	return access.View{}, &Over{view.Over}
}

func shownOf(v access.View) Shown {
	unit := v.Unit.Unit
	shown := Shown{
		Access: v.Access.ID, Key: unit.Key, Model: v.Unit.Model.Name, For: v.For, Reason: v.Reason, At: v.At, Until: v.Until,
		State: unit.State, Firmware: unit.Firmware, ContactAt: unit.ContactAt, From: v.Consent.From, To: v.Consent.To,
	}
	if order, open := v.Unit.OpenOrder(); open {
		for _, task := range order.Tasks {
			if task.DoneAt.IsZero() {
				shown.Tasks = append(shown.Tasks, task)
			}
		}
	}
	return shown
}

// cloudPatience is how long a cloud may take to answer.
const cloudPatience = 2 * time.Second

// askCloud asks whether a cloud answers, and for a review what recordings it has
// within reach. Who is linked there is asked for and not shown.
func (s *Support) askCloud(ctx context.Context, name string, v access.View) CloudShown {
	shown := CloudShown{Name: name}
	peer, err := s.config.Clouds.Peer(name)
	if err != nil {
		return shown
	}
	ctx, cancel := context.WithTimeout(ctx, cloudPatience)
	defer cancel()
	probe, err := peer.Probe(ctx, cloud.Request{Unit: v.Unit.Unit.ID, Key: v.Unit.Unit.Key})
	if err != nil {
		return shown
	}
	shown.Answers = true
	if v.For == access.ConsentForReview {
		shown.Recordings = within(probe.Recordings, since(v), v.Consent.To)
	}
	return shown
}

// since is when what a consent names begins: never before the unit was its
// owner's. A cloud may have recordings of an earlier owner within reach for as
// long as it has not said that they are gone, and those are not this owner's to
// show.
func since(v access.View) time.Time {
	if owner, owned := v.Unit.Owner(); owned && v.Consent.From.Before(owner.LiveAt) {
		return owner.LiveAt
	}
	return v.Consent.From
}

// within is what a span says of a time: nothing beyond it is told.
func within(span cloud.Span, from, to time.Time) cloud.Span {
	if !span.Any || !span.Newest.IsZero() && span.Newest.Before(from) || !span.Oldest.IsZero() && !span.Oldest.Before(to) {
		return cloud.Span{}
	}
	if span.Oldest.Before(from) {
		span.Oldest = from
	}
	if span.Newest.IsZero() || span.Newest.After(to) {
		span.Newest = to
	}
	return span
}

// Follow sends whenever what is shown under an access changes, until ctx ends
// or the access is over: that is looked at four times a second, and sent too.
func (s *Support) Follow(ctx context.Context, agent lifecycle.Actor, id string, send func(over access.ConsentEnd) error) error {
	view, err := s.read(ctx, agent, id)
	if err != nil {
		return err
	}
	ticks, stop := s.config.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticks:
		}
		now, err := s.read(ctx, agent, id)
		var over *Over
		switch {
		case errors.As(err, &over):
			return send(over.Why)
		case err != nil:
			return err
		case now.Unit.Unit.Version == view.Unit.Unit.Version && slices.Equal(progress(now), progress(view)):
			continue
		}
		view = now
		if err := send(""); err != nil {
			return err
		}
	}
}

// progress is the states of the open tasks: they move without the unit.
func progress(v access.View) []lifecycle.TaskState {
	var states []lifecycle.TaskState
	if order, open := v.Unit.OpenOrder(); open {
		for _, task := range order.Tasks {
			states = append(states, task.State)
		}
	}
	return states
}
