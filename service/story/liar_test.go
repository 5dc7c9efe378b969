package story

import (
	"slices"
	"testing"
	"time"
)

// unproven fails the story if anything that the built-in cloud had to change
// is proven, or the unit is any further than returned.
func (s *server) unproven(clerk client, id string) {
	s.t.Helper()
	now := clerk.returned(id)
	if now.State != "returned" || now.dark("builtin") {
		s.t.Fatalf("on the word of a liar: %+v", now)
	}
	for _, task := range now.Order.Tasks {
		if task.Cloud != "" && task.State == "proven" && slices.Contains([]string{"unbind", "probe"}, task.Verb) {
			s.t.Fatalf("%s is proven by %q and nothing has changed", task.ID, task.Proof)
		}
	}
}

// A cloud says yes to everything, and for a thousand hours goes on knowing the
// last owner.
func TestACloudThatTakesForEver(t *testing.T) {
	t.Parallel()
	s := demo(t, "--cloud-delay=1000h")
	u := s.pick(in("bound"), model("HI2"))
	clerk := s.as("clerk", u.Seller, 0)
	r := clerk.takeBack(u, u.Receipt)
	s.camera(u, "--hard-reset", firmware)
	asked := func() bool {
		return slices.ContainsFunc(clerk.returned(r.ID).Order.Tasks, func(task task) bool { return task.Verb == "unbind" && task.State == "asked" })
	}
	eventually(t, "the cloud has said yes", asked)
	for range 5 {
		pass(t, time.Second) // the worker looks once a second
		s.unproven(clerk, r.ID)
	}
	if !asked() {
		t.Error("the cloud's yes is forgotten")
	}
}

// A cloud says yes to everything and changes nothing, and its delay goes by
// again and again. That is a finding, and no proof.
func TestACloudThatLies(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	s.stop()
	// What the cloud writes about this unit never arrives.
	liar := func(table string) string {
		return `CREATE TRIGGER liar_` + table + ` BEFORE UPDATE ON ` + table + `
			WHEN OLD.unit_id = (SELECT unit_id FROM unit WHERE serial = '` + u.Serial + `')
			BEGIN SELECT RAISE(IGNORE); END`
	}
	s.tamper(liar("cloud_link"), liar("cloud_unit"))
	s.again()
	clerk := s.as("clerk", u.Seller, 0)
	r := clerk.takeBack(u, u.Receipt)
	s.camera(u, "--hard-reset", firmware)
	eventually(t, "an answer without effect is flagged", func() bool {
		s.unproven(clerk, r.ID)
		return slices.Contains(s.flagged("answer-without-effect"), u.Serial)
	})
	s.unproven(clerk, r.ID)
	s.clean()
}
