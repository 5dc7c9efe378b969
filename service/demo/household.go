package demo

import (
	"context"

	"quitclaim/service/lifecycle"
)

// sharedHome is a unit that two of a household see.
func sharedHome(ctx context.Context, t *tale) {
	bound(25)(ctx, t)
	mate := t.everybody.owners[(t.number+3)%len(t.everybody.owners)]
	share := t.share(ctx, mate, "Mum", 20)
	t.advance(ctx, lifecycle.Join{
		Command: t.by(mate, t.ago(19)), Binding: share, AccountHash: t.config.Cloud.AccountHash(string(mate.person.ID)),
	}.Decide)
}

// share has the owner invite somebody; the invitation's id.
func (t *tale) share(ctx context.Context, to member, name string, days int) lifecycle.BindingID {
	id := lifecycle.BindingID(t.id("bnd_"))
	share := lifecycle.Share{Command: t.by(t.owner, t.ago(days)), ID: id, To: to.person.ID}
	if t.err == nil {
		_, t.err = t.config.Store.AdvanceWithShare(ctx, t.unit.ID, t.owner.person.ID, id, name, share.Decide)
	}
	return id
}

// contested is a unit that came back without a receipt, and that its former
// owner wants: two officers of the shop decide.
func contested(ctx context.Context, t *tale) {
	bound(25)(ctx, t)
	former := t.owner
	t.advance(ctx, lifecycle.TakeBack{
		Command: t.by(t.clerk(), t.ago(5)), Return: lifecycle.ReturnID(t.id("ret_")), Order: lifecycle.OrderID(t.id("ord_")),
		Condition: "used", Reason: "changed-mind",
	}.Decide)
	t.owner = member{}
	hold := lifecycle.HoldID(t.id("hld_"))
	contest := lifecycle.Contest{Command: t.by(former, t.ago(4)), ID: hold}
	if t.err == nil {
		_, t.err = t.config.Store.AdvanceWithContest(ctx, t.unit.ID, former.person.ID, hold,
			"It never left my home. Somebody must have typed the wrong number.", contest.Decide)
	}
}
