package owner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// Stage is how far the deletion of what one cloud keeps is.
type Stage string

// How far it can be.
const (
	StageKept    Stage = "kept"    // out of reach, until its date or its owner's word
	StageWaiting Stage = "waiting" // it is time, and the cloud was not asked yet
	StageAsked   Stage = "asked"   // the cloud was asked, and no look shows that it is done
	StageDone    Stage = "done"
	StageWaived  Stage = "waived" // two people gave it up: the cloud is gone for good
)

// Keeping is what one cloud keeps of the reader's time with a unit.
type Keeping struct {
	Cloud string
	Own   bool // ours, which has no name for its users
	Stage Stage
	// DueAt is when it is deleted unasked; zero: not before the reader asks.
	DueAt time.Time
	// At is when it was asked for or done, as far as it is.
	At time.Time
	// Told: the cloud itself said that nothing is left; else it said yes, and no
	// look shows anything.
	Told bool
}

// StageCode is its message.
func (k Keeping) StageCode() string {
	if k.Stage == StageDone && !k.Told {
		return "deletion.stage.done-by-its-word"
	}
	return "deletion.stage." + string(k.Stage)
}

func keepingOf(x lifecycle.Deletion, now time.Time, builtIn string) Keeping {
	k := Keeping{Cloud: x.Cloud, Own: x.Cloud == builtIn, Stage: StageKept, DueAt: x.Due()}
	switch {
	case x.State == lifecycle.TaskProven:
		k.Stage, k.At, k.Told = StageDone, x.DoneAt, x.Proof != lifecycle.ProofByItsWord
	case x.State == lifecycle.TaskWaived:
		k.Stage, k.At = StageWaived, x.DoneAt
	case x.State == lifecycle.TaskAsked:
		k.Stage, k.At = StageAsked, x.AskedAt
	case !x.WantedAt.IsZero() || !k.DueAt.IsZero() && !now.Before(k.DueAt):
		k.Stage, k.At = StageWaiting, x.WantedAt
	}
	return k
}

// keepings are what clouds keep of one past time, and whether the reader can
// still ask that it be deleted now.
func (o *Owner) keepings(ctx context.Context, b lifecycle.PersonBinding) (list []Keeping, may bool, err error) {
	owed, err := o.config.Kept.DeletionsOf(ctx, b.Unit, b.Binding.ID)
	if err != nil {
		return nil, false, fmt.Errorf("read what clouds keep: %w", err)
	}
	for _, x := range owed {
		k := keepingOf(x, o.config.Now(), o.config.CloudName)
		list, may = append(list, k), may || k.Stage == StageKept
	}
	return list, may, nil
}

// Delete is a former owner's word that clouds delete now what they keep of that
// time. Under a hold nothing is deleted, and why is not said: it may be somebody
// else's matter.
func (o *Owner) Delete(ctx context.Context, actor lifecycle.Actor, id lifecycle.BindingID) error {
	unit, err := o.pastUnit(ctx, actor.Person, func(b lifecycle.PersonBinding) bool {
		return b.Binding.ID == id && b.Binding.Kind == lifecycle.BindingOwner
	})
	if err != nil {
		return err
	}
	want := lifecycle.WantDeletion{Command: o.command(actor), Binding: id}
	_, err = o.config.Units.Advance(ctx, unit, want.Decide)
	switch {
	case errors.Is(err, lifecycle.ErrRefused) && only(err, "delete.already"):
		return refused(lifecycle.EventDelete, "delete.already")
	case errors.Is(err, lifecycle.ErrRefused):
		return refused(lifecycle.EventDelete, "owner.delete-held")
	case err != nil:
		return fmt.Errorf("ask for deletion: %w", err)
	}
	return nil
}

func (h *Handler) deletePast(c echo.Context) error {
	id := lifecycle.BindingID(c.Param("binding"))
	if err := h.owner.Delete(c.Request().Context(), actorOf(c), id); err != nil {
		return err
	}
	period, err := h.owner.Period(c.Request().Context(), actorOf(c), id)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusAccepted, periodBodyOf(period))
}

func (h *Handler) submitDeletePast(c echo.Context) error {
	err := h.owner.Delete(c.Request().Context(), actorOf(c), bindingOf(c))
	if refusal, ok := isRefusal(err); ok {
		return h.showPeriod(c, http.StatusConflict, func(v *periodView) { v.Refused = refusal.Reasons })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, periodPath(bindingOf(c))+"?done=mine-delete-asked")
}

// keepingBody is what one cloud keeps, in JSON.
type keepingBody struct {
	Cloud string   `json:"cloud"`
	Stage Stage    `json:"stage"`
	DueAt web.Time `json:"due_at"` // null: not before the reader asks
	At    web.Time `json:"at"`
	Told  bool     `json:"told,omitempty"` // the cloud itself says that nothing is left
}

func keepingBodies(list []Keeping) []keepingBody {
	bodies := make([]keepingBody, 0, len(list))
	for _, k := range list {
		bodies = append(bodies, keepingBody{k.Cloud, k.Stage, web.Time(k.DueAt), web.Time(k.At), k.Told})
	}
	return bodies
}
