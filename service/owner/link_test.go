package owner_test

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

func TestALinkThatFailedIsMadeWhenTheOwnerLooks(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.cloud.set(true, nil)
	unit := k.owned(t, k.Owner)
	if links := k.links(t, unit.ID); len(links) != 0 {
		t.Fatalf("the cloud is down and has links %v", links)
	}
	if got := k.as(k.Owner).Get("/v1/mine"); got.Status != 200 {
		t.Fatalf("the owner's list hangs on a cloud: %d %s", got.Status, got.Body)
	}
	k.cloud.set(false, nil)
	k.Clock.Add(time.Hour)
	for range 2 {
		k.as(k.Owner).Get("/v1" + pathOf(unit))
		inventory, err := k.cloud.Inventory(t.Context(), cloud.Request{Unit: unit.ID})
		if err != nil {
			t.Fatal(err)
		}
		if len(inventory.Links) != 1 || !inventory.Links[0].Since.Equal(unit.BoundAt) {
			t.Errorf("links = %+v, want one since %s, when it was bound", inventory.Links, unit.BoundAt)
		}
	}
}

// TestALinkThatComesTooLateIsEnded: the unit is taken back between the room's
// look and its link, and everything that a worker does for the order is done
// before the link arrives.
func TestALinkThatComesTooLateIsEnded(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.cloud.set(true, nil)
	unit := k.owned(t, k.Owner)
	k.cloud.set(false, func() {
		k.Clock.Add(time.Second)
		k.Must(t, unit.ID, k.TakeBack())
		if err := k.cloud.Unbind(t.Context(), cloud.Request{Unit: unit.ID, Before: k.Clock.Now()}); err != nil {
			t.Error(err)
		}
	})
	k.as(k.Owner).Get("/v1/mine")
	k.Clock.Add(time.Minute) // the cloud's delay
	if links := k.links(t, unit.ID); len(links) != 0 {
		t.Errorf("the last owner is linked after the fence: %v", links)
	}
}

func TestModelsThatTheCloudDoesNotKnowAreNotLinked(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.Model.Clouds = []string{"elsewhere"}
	if _, err := k.SaveModel(t.Context(), k.Model); err != nil {
		t.Fatal(err)
	}
	unit := k.owned(t, k.Owner)
	k.as(k.Owner).Get("/v1/mine")
	if links := k.links(t, unit.ID); len(links) != 0 {
		t.Errorf("links = %v in a cloud that no order would ask", links)
	}
}

func TestRunLinksWhatUnitsConfirm(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit, text := k.Sold(t), rand.Text()
	if got := k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, text)); got.Status != 202 {
		t.Fatalf("bind: %d %s", got.Status, got.Body)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	started := make(chan struct{})
	k.record.onHead(func() { close(started) })
	go func() { ended <- k.room.Run(ctx) }()
	<-started
	k.reports(t, unit.ID, text)
	deadline := time.Now().Add(20 * time.Second)
	for !slices.Equal(k.links(t, unit.ID), []string{k.hash(k.Owner)}) {
		if time.Now().After(deadline) {
			t.Fatalf("links = %v", k.links(t, unit.ID))
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if now := k.now(t, unit.ID); now.State != lifecycle.StateBound {
		t.Errorf("unit is %s", now.State)
	}
}
