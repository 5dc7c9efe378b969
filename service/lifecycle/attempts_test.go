package lifecycle_test

import (
	"slices"

	"quitclaim/service/lifecycle"
)

// attempt is a command of one event that nothing but the table could refuse:
// whoever may give it gives it, and what it names is there.
type attempt struct {
	// ready changes the snapshot so far that only the table is left to say no.
	ready   func(y *story)
	command func(y *story) decider
}

// custodian puts the unit into the actor's hands, whatever its state.
func custodian(actor lifecycle.Actor) func(*story) {
	return func(y *story) { y.s.Unit.Custody = actor.Org }
}

// customer takes the unit out of every organisation's hands.
func customer(y *story) { y.s.Unit.Custody = "" }

// ownedBy plants a live owner and a pending offer to ben.
func ownedByAna(y *story) {
	customer(y)
	y.s.Bindings = append(slices.Clone(y.s.Bindings), lifecycle.Binding{ID: "bnd_x", Kind: lifecycle.BindingOwner,
		State: lifecycle.BindingLive, Account: ana().Person, Epoch: y.s.Unit.Epoch})
	y.s.Offers = []lifecycle.Offer{{ID: "ofr_x", State: lifecycle.OfferPending, From: ana().Person, To: ben().Person,
		Epoch: y.s.Unit.Epoch, CreatedAt: y.now, ExpiresAt: y.now.Add(lifecycle.OfferForNamed)}}
}

// invitedBen plants a live owner and a share that waits for ben.
func invitedBen(y *story) {
	ownedByAna(y)
	y.s.Bindings = append(y.s.Bindings, lifecycle.Binding{ID: "bnd_s", Kind: lifecycle.BindingMember,
		State: lifecycle.BindingPending, Account: ben().Person, Epoch: y.s.Unit.Epoch, CreatedAt: y.now,
		OfferedUntil: y.now.Add(lifecycle.OfferForNamed)})
}

// openOrder plants an open reset order with nothing left to do, and a return.
func openOrder(y *story) {
	custodian(tess())(y)
	y.s.Order = &lifecycle.Order{ID: "ord_x", Kind: lifecycle.OrderReset, State: lifecycle.OrderOpen, Epoch: y.s.Unit.Epoch,
		Tasks: []lifecycle.Task{{ID: "builtin.unbind", Cloud: "builtin", Verb: lifecycle.VerbUnbind, State: lifecycle.TaskProven}}}
	y.s.Return = &lifecycle.Return{ID: "ret_x", Org: orgShop, Clerk: cleo().Person, At: y.now, Epoch: y.s.Unit.Epoch,
		From: lifecycle.StateBound, FormerOwner: ana().Person}
}

// attempts has one for every event there is.
func attempts() map[lifecycle.Event]attempt {
	return map[lifecycle.Event]attempt{
		lifecycle.EventRegister: {custodian(vera()), func(y *story) decider {
			return lifecycle.Register{Command: y.by(vera()), ID: "unt_1", Key: key()}
		}},
		lifecycle.EventAdmit: {custodian(cleo()), func(y *story) decider {
			return lifecycle.Admit{Command: y.by(cleo()), ID: "unt_1", Key: key(), Return: "ret_1", Order: "ord_1", Condition: "used", Reason: "other"}
		}},
		lifecycle.EventConfirm: {func(y *story) { y.s.Unit.Unconfirmed = true }, func(y *story) decider {
			return lifecycle.Confirm{Command: y.by(vera())}
		}},
		lifecycle.EventSell: {func(y *story) { custodian(cleo())(y); y.asked() }, func(y *story) decider {
			return lifecycle.Sell{Command: y.by(cleo()), ID: "sal_x"}
		}},
		lifecycle.EventVoid: {untouchedSale, func(y *story) decider {
			return lifecycle.Void{Command: y.by(cleo()), Sale: "sal_x"}
		}},
		lifecycle.EventReturnSealed: {untouchedSale, func(y *story) decider {
			return lifecycle.ReturnSealed{Command: y.by(cleo()), SealAttested: true}
		}},
		lifecycle.EventBind: {func(y *story) {
			y.s.Model.SaleImplied = true
			y.s.Bindings = nil
			y.s.Unit.Verifier = secret("x")
		}, func(y *story) decider {
			return lifecycle.Bind{Command: y.by(ben()), ID: "bnd_y", ProofHash: secret("x")}
		}},
		lifecycle.EventBindPending: {func(y *story) {
			y.s.Model.SaleImplied = true
			y.s.Bindings = nil
			y.s.Unit.Verifier = ""
		}, func(y *story) decider {
			return lifecycle.Bind{Command: y.by(ben()), ID: "bnd_y", ProofHash: secret("x")}
		}},
		lifecycle.EventUnbind: {func(y *story) {
			y.s.Bindings = append(slices.Clone(y.s.Bindings), lifecycle.Binding{ID: "bnd_p", Kind: lifecycle.BindingOwner,
				State: lifecycle.BindingPending, Account: ben().Person, Epoch: y.s.Unit.Epoch})
		}, func(y *story) decider {
			return lifecycle.Unbind{Command: y.by(ben()), Binding: "bnd_p"}
		}},
		lifecycle.EventShare: {ownedByAna, func(y *story) decider {
			return lifecycle.Share{Command: y.by(ana()), ID: "bnd_s", To: ben().Person}
		}},
		lifecycle.EventJoin: {invitedBen, func(y *story) decider {
			return lifecycle.Join{Command: y.by(ben()), Binding: "bnd_s"}
		}},
		lifecycle.EventExpire: {func(y *story) {
			invitedBen(y)
			y.wait(lifecycle.OfferForNamed)
		}, func(y *story) decider {
			return lifecycle.Expire{Command: y.by(worker())}
		}},
		lifecycle.EventRelease: {ownedByAna, func(y *story) decider {
			return lifecycle.Release{Command: y.by(ana()), Order: "ord_y"}
		}},
		lifecycle.EventOffer: {ownedByAna, func(y *story) decider {
			return lifecycle.MakeOffer{Command: y.by(ana()), ID: "ofr_y", To: ben().Person}
		}},
		lifecycle.EventDecline: {ownedByAna, func(y *story) decider {
			return lifecycle.Decline{Command: y.by(ben()), Offer: "ofr_x"}
		}},
		lifecycle.EventTransfer: {func(y *story) {
			ownedByAna(y)
			y.wait(1)
			y.s.Unit.Verifier, y.s.Unit.VerifierAt = secret("x"), y.now
		}, func(y *story) decider {
			return lifecycle.Transfer{Command: y.by(ben()), Offer: "ofr_x", Binding: "bnd_y", Order: "ord_y", ProofHash: secret("x")}
		}},
		lifecycle.EventReturn: {custodian(tess()), func(y *story) decider {
			return lifecycle.TakeBack{Command: y.by(tess()), Return: "ret_y", Order: "ord_y", Condition: "used", Reason: "other"}
		}},
		lifecycle.EventVouch: {func(y *story) {
			openOrder(y)
			y.s.Sale = &lifecycle.Sale{ID: "sal_x", ReceiptHash: "receipt"}
		}, func(y *story) decider {
			return lifecycle.Vouch{Command: y.by(tess()), ReceiptHash: "receipt"}
		}},
		lifecycle.EventCancel: {openOrder, func(y *story) decider {
			return lifecycle.Cancel{Command: y.by(tess()), Return: "ret_x", Order: "ord_y", UnitPresent: true}
		}},
		lifecycle.EventAttest: {openOrder, func(y *story) decider {
			return lifecycle.Attest{Command: y.by(tess()), Order: "ord_x", Check: "lens", Pass: true}
		}},
		lifecycle.EventWaive: {func(y *story) {
			openOrder(y)
			y.s.Order.Tasks[0].State = lifecycle.TaskOpen
		}, func(y *story) decider {
			return lifecycle.Waive{Command: y.by(tess()), Order: "ord_x", Cloud: "builtin", Second: tim().Person}
		}},
		lifecycle.EventProgress: {func(*story) {}, func(y *story) decider {
			return lifecycle.Progress{Command: y.by(worker())}
		}},
		lifecycle.EventProve: {openOrder, func(y *story) decider {
			return lifecycle.Prove{Command: y.by(worker()), Order: "ord_x"}
		}},
		lifecycle.EventCertify: {custodian(vala()), func(y *story) decider { return y.certifies(vala()) }},
		lifecycle.EventReopen: {custodian(vala()), func(y *story) decider {
			return lifecycle.Reopen{Command: y.by(vala()), Order: "ord_y", Cause: "doubt"}
		}},
		lifecycle.EventRetire: {custodian(tess()), func(y *story) decider {
			return lifecycle.Retire{Command: y.by(tess()), Order: "ord_y", Second: tim().Person, SecondScan: key()}
		}},
		lifecycle.EventHold: {custodian(tess()), func(y *story) decider {
			return lifecycle.PlaceHold{Command: y.by(tess()), ID: "hld_y", Kind: lifecycle.HoldLegal}
		}},
		lifecycle.EventLift: {func(y *story) {
			custodian(tess())(y)
			y.s.Holds = []lifecycle.Hold{{ID: "hld_x", Kind: lifecycle.HoldLegal, PlacedBy: tess(), PlacedAt: y.now}}
		}, func(y *story) decider {
			return lifecycle.LiftHold{Command: y.by(tess()), Hold: "hld_x"}
		}},
		lifecycle.EventContest: {func(y *story) {
			y.s.Bindings = nil
			y.s.Return = &lifecycle.Return{ID: "ret_x", At: y.now, FormerOwner: ana().Person}
		}, func(y *story) decider {
			return lifecycle.Contest{Command: y.by(ana()), ID: "hld_y"}
		}},
		lifecycle.EventDelete: {func(y *story) {
			y.s.Deletions = []lifecycle.Deletion{{Binding: "bnd_x", Cloud: "acme", Account: ana().Person, DueAt: y.now, State: lifecycle.TaskOpen}}
		}, func(y *story) decider {
			return lifecycle.WantDeletion{Command: y.by(ana()), Binding: "bnd_x"}
		}},
		lifecycle.EventShip: {custodian(tess()), func(y *story) decider {
			return lifecycle.Ship{Command: y.by(tess()), ID: "shp_y", To: orgShop}
		}},
		lifecycle.EventReceive: {func(y *story) {
			y.s.Shipment = &lifecycle.Shipment{ID: "shp_x", From: orgShop, To: orgWarehouse, SentAt: y.now}
		}, func(y *story) decider {
			return lifecycle.Receive{Command: y.by(tess()), Shipment: "shp_x"}
		}},
		lifecycle.EventContactSeen: {func(*story) {}, func(y *story) decider { return y.hears(lifecycle.ResetNone, "") }},
		lifecycle.EventBindConfirmed: {func(y *story) {
			y.s.Bindings = []lifecycle.Binding{{ID: "bnd_p", Kind: lifecycle.BindingOwner, State: lifecycle.BindingPending,
				Account: ben().Person, Epoch: y.s.Unit.Epoch, ProofHash: secret("x")}}
		}, func(y *story) decider { return y.hears(lifecycle.ResetNone, secret("x")) }},
		lifecycle.EventHardResetSeen: {func(*story) {}, func(y *story) decider { return y.hears(lifecycle.ResetHard, secret("x")) }},
		lifecycle.EventBindingSeen: {func(*story) {}, func(y *story) decider {
			return lifecycle.BindingSeen{Command: y.by(worker()), Order: "ord_y",
				Sighting: lifecycle.Sighting{Cloud: "acme", AccountHash: "hash-x", Kind: lifecycle.BindingOwner, SeenAt: y.now}}
		}},
	}
}

// untouchedSale is a sale of a minute ago that nobody has touched since.
func untouchedSale(y *story) {
	customer(y)
	y.s.Bindings, y.s.Sightings = nil, nil
	y.s.Unit.BoundAt, y.s.Unit.Prior = y.s.Unit.RetiredAt, lifecycle.StateStock
	y.s.Unit.ContactAt = y.s.Unit.RegisteredAt
	y.s.Sale = &lifecycle.Sale{ID: "sal_x", Org: orgShop, SoldAt: y.now, RecordedAt: y.now, From: lifecycle.StateStock, Epoch: y.s.Unit.Epoch}
}
