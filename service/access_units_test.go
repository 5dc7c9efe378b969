package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"testing"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/certify"
	"quitclaim/warehouse/certificate"
)

// make tells a thing's past, step by step, through the store's own doors.
func (s *scene) make(t *testing.T, name string) thing {
	t.Helper()
	l := &life{t: t, s: s, v: s.never()}
	if name == "office" { // what belongs to no unit
		maps.Copy(l.v, s.w.fixed)
		maps.Copy(l.v, s.w.mailed(t))
		return thing{values: l.v}
	}
	if name == "owner" { // an owner, where a person of an organisation is asked for, and their token
		ada := s.owners["ada"]
		l.v["person"], l.v["leaver"] = string(ada.person), string(ada.person)
		l.v["token"], l.v["pagetoken"], l.v["apitoken"] = ada.spare, ada.spare, ada.spare
		return thing{values: l.v}
	}
	if name == "addressed" { // an owner who changes their address
		l.v["addresslink"], _ = s.w.askedAddress(t, s.owners["ada"].person)
		return thing{values: l.v}
	}
	if name == "before" { // what home was before: its first sale, carl's binding
		home := s.get(t, "home")
		home.values = maps.Clone(home.values)
		home.values["sale"], home.values["binding"] = home.values["oldsale"], home.values["past"]
		return home
	}
	l.made()
	former := map[string][]string{}
	switch name {
	case "stock":
	case "sold":
		l.sell("shop")
		former[name] = []string{"shop"}
	case "home": // carl's once, then the warehouse's, now ada's
		l.certified().move("warehouse", "shop").sell("shop").bind("ada")
		former[name] = []string{"carl", "shop", "warehouse"}
	case "moved": // carl's once, now ada's
		l.sell("shop").bind("carl").offer("carl", "ada").accept("ada")
		former[name] = []string{"carl", "shop"}
	case "offered":
		l.sell("shop").bind("ada").offer("ada", "dora")
		former[name] = []string{"shop"}
	case "lapsed": // offered by carl, and taken back before anybody took it
		l.sell("shop").bind("carl").offer("carl", "dora").takeBack("shop", true)
		former[name] = []string{"carl"}
	case "held": // ada's, under a legal hold
		l.sell("shop").bind("ada").hold("vendor security_officer", lifecycle.HoldLegal).approve("vendor security_officer")
		former[name] = []string{"shop"}
	case "asked":
		l.sell("shop").bind("ada").asked()
		former[name] = []string{"shop"}
	case "consented":
		l.sell("shop").bind("ada").consented("ada")
		former[name] = []string{"shop"}
	case "released": // carl's once, and he has its receipt
		l.sell("shop").bind("carl").letGo("carl")
		former[name] = []string{"carl", "shop"}
	case "shared": // ada's, and dora is invited to see it
		l.sell("shop").bind("ada").share("ada", "dora")
		former[name] = []string{"shop"}
	case "stolen":
		l.sell("shop").bind("ada").hold("ada", lifecycle.HoldStolen)
	case "contested":
		l.sell("shop").bind("carl").takeBack("shop", true).contest("carl")
		former[name] = []string{"carl"}
	case "desk": // on the desk that took it back, and able to sign that it is there
		l.sell("shop").takeBack("shop", false)
	case "returned": // on the bench
		l.sell("shop").bind("carl").takeBack("shop", true).move("shop", "warehouse").flag("warehouse").photograph("warehouse").printed("warehouse")
		former[name] = []string{"carl", "shop"}
	case "left": // the shop, with a flag still there
		l.flag("shop").move("shop", "warehouse")
		former[name] = []string{"shop"}
	case "disputed":
		l.sell("shop").bind("carl").takeBack("shop", true).move("shop", "warehouse").
			hold("warehouse security_officer", lifecycle.HoldDispute).approve("warehouse security_officer")
		former[name] = []string{"carl", "shop"}
	case "transit":
		l.sell("shop").bind("carl").takeBack("shop", true).ship("shop", "warehouse")
		former[name] = []string{"carl"}
	case "reset":
		l.reset()
		former[name] = []string{"carl", "shop"}
	case "certified":
		l.certified()
		former[name] = []string{"carl", "shop"}
	case "reopened": // its first order is history
		l.reset().reopen()
		former[name] = []string{"carl", "shop"}
	case "retired":
		l.reset().retire()
		former[name] = []string{"carl", "shop"}
	default:
		t.Fatalf("no thing is called %q", name)
	}
	return thing{values: l.v, former: former[name], state: l.unit.State}
}

// life is a unit's past in the making.
type life struct {
	t    *testing.T
	s    *scene
	v    values
	unit lifecycle.Unit
	key  lifecycle.UnitKey
	live string // the id of the owner's binding
}

// letGo releases the unit, with a receipt.
func (l *life) letGo(owner string) *life {
	l.t.Helper()
	store, code := l.s.w.house.store, receiptCode(l.s.w.house.keys.LookupHash)
	hash := func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string { return hexSum(code(unit, epoch)) }
	decide := lifecycle.Release{Command: l.by(owner), Order: lifecycle.OrderID("ord_" + newID())}.Decide
	outcome, err := store.AdvanceWithRelease(context.WithoutCancel(l.t.Context()), l.unit.ID, hash, decide)
	if err != nil {
		l.t.Fatalf("release: %v", err)
	}
	l.unit = outcome.Change.Unit
	l.v["receipt"] = code(l.unit.ID, l.unit.Epoch)
	return l
}

func (l *life) by(name string) lifecycle.Command {
	return lifecycle.Command{Actor: l.s.actor(name), At: l.s.w.tick()}
}

func (l *life) do(decide lifecycle.Decide) lifecycle.Change {
	l.t.Helper()
	change := l.s.advance(l.t, l.unit.ID, decide).Change
	l.unit = change.Unit
	return change
}

// made registers the unit and brings it to the shop. Its serial is on record
// in capitals; whoever asks types it in small letters, so that an answer with
// capitals in it has learnt them from the record.
func (l *life) made() *life {
	l.t.Helper()
	l.key = lifecycle.UnitKey{Brand: "acme", Serial: fmt.Sprintf(serialMark+"%06d-X", l.s.w.serial.Add(1))}
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	register := lifecycle.Register{Command: l.by("vendor admin"), ID: lifecycle.UnitID(newPrefixedID("unt")), Key: l.key, DeviceKey: public}
	outcome, err := l.s.w.house.store.Register(context.WithoutCancel(l.t.Context()), l.key, l.s.w.model.ID, register.Decide)
	if err != nil {
		l.t.Fatal(err)
	}
	l.unit = outcome.Change.Unit
	typed := strings.ToLower(l.key.Serial)
	l.v["brand"], l.v["serial"], l.v["recorded"] = "acme", typed, l.key.Serial
	l.v["model"] = string(l.s.w.model.ID)
	l.v["payload"] = digitalLink(l.s.w.model.GTIN, lifecycle.UnitKey{Serial: typed})
	return l.move("vendor", "shop")
}

func (l *life) ship(from, to string) *life {
	l.t.Helper()
	sender := map[string]string{"vendor": "vendor clerk", "shop": "shop clerk", "warehouse": "warehouse technician"}[from]
	l.v["shipment"] = newPrefixedID("shp")
	l.do(lifecycle.Ship{Command: l.by(sender), ID: lifecycle.ShipmentID(l.v["shipment"]), To: l.s.w.orgs[to].ID}.Decide)
	return l
}

func (l *life) move(from, to string) *life {
	l.t.Helper()
	l.ship(from, to).do(lifecycle.Receive{Command: l.by(to + " clerk"), Shipment: lifecycle.ShipmentID(l.v["shipment"])}.Decide)
	return l
}

// photograph keeps a picture of a step; nothing is said of it.
func (l *life) photograph(side string) *life {
	l.t.Helper()
	order := lifecycle.OrderID(l.v["order"])
	shot := lifecycle.Photograph{
		Command: l.by(side + " technician"), Order: order, Check: l.v["check"], Digest: l.v["digest"], Size: len(picture),
	}
	_, err := l.s.w.house.store.AdvanceWithPhotograph(context.WithoutCancel(l.t.Context()), l.unit.ID, order, []byte(picture), shot.Decide)
	if err != nil {
		l.t.Fatal(err)
	}
	l.do(lifecycle.Unsay{Command: l.by(side + " technician"), Order: order}.Decide)
	return l
}

func (l *life) receipt(side string) string {
	return l.s.w.house.store.ReceiptHash(l.s.w.orgs[side].ID, l.key.Serial)
}

func (l *life) sell(side string) *life {
	l.t.Helper()
	l.v["oldsale"], l.v["sale"] = l.v["sale"], newPrefixedID("sal")
	l.do(lifecycle.Sell{Command: l.by(side + " clerk"), ID: lifecycle.SaleID(l.v["sale"]), ReceiptHash: l.receipt(side)}.Decide)
	return l
}

// speak has the unit make a credential and report it.
func (l *life) speak(kind lifecycle.ResetKind) *life {
	l.t.Helper()
	l.v["proof"] = strings.ToUpper(newID())
	at := l.s.w.tick()
	l.do(lifecycle.Heard{
		Command: lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorUnit}, At: at},
		Order:   lifecycle.OrderID(newPrefixedID("ord")),
		Report: lifecycle.Report{
			At: at, Epoch: l.unit.Epoch, Kind: kind, Firmware: "1.2.0", Verifier: hexSum(l.v["proof"]),
			Network: hexSum("home"), Digest: hexSum(newID()),
		},
	}.Decide)
	return l
}

// owned gives the unit a new owner's binding; the one of before is past.
func (l *life) owned() {
	if l.live != "" {
		l.v["past"] = l.live
	}
	l.live = newPrefixedID("bnd")
	l.v["binding"] = l.live
}

func (l *life) bind(owner string) *life {
	l.t.Helper()
	l.speak(lifecycle.ResetNone)
	l.owned()
	l.do(lifecycle.Bind{
		Command: l.by(owner), ID: lifecycle.BindingID(l.v["binding"]), AccountHash: hexSum(owner), ProofHash: hexSum(l.v["proof"]),
	}.Decide)
	return l
}

func (l *life) offer(from, to string) *life {
	l.t.Helper()
	l.v["code"], l.v["offer"] = strings.ToUpper(newID()), newPrefixedID("ofr")
	l.do(lifecycle.MakeOffer{
		Command: l.by(from), ID: lifecycle.OfferID(l.v["offer"]), To: l.s.owners[to].person, CodeHash: hexSum(l.v["code"]),
	}.Decide)
	return l
}

func (l *life) share(from, to string) *life {
	l.t.Helper()
	l.v["share"] = newPrefixedID("bnd")
	l.v["sharecode"] = strings.ToUpper(newID())
	id := lifecycle.BindingID(l.v["share"])
	share := lifecycle.Share{Command: l.by(from), ID: id, To: l.personOf(to), CodeHash: hexSum(l.v["sharecode"])}
	outcome, err := l.s.w.house.store.AdvanceWithShare(context.WithoutCancel(l.t.Context()), l.unit.ID, l.s.owners[from].person, id, "Mum", share.Decide)
	if err != nil {
		l.t.Fatal(err)
	}
	l.unit = outcome.Change.Unit
	return l
}

// personOf is who has this name; nobody: whoever is shown a code.
func (l *life) personOf(name string) lifecycle.PersonID {
	if name == "" {
		return ""
	}
	return l.s.owners[name].person
}

func (l *life) accept(owner string) *life {
	l.t.Helper()
	l.speak(lifecycle.ResetNone)
	l.owned()
	l.do(lifecycle.Transfer{
		Command: l.by(owner), Offer: lifecycle.OfferID(l.v["offer"]), Binding: lifecycle.BindingID(l.v["binding"]),
		Order: lifecycle.OrderID(newPrefixedID("ord")), AccountHash: hexSum(owner), ProofHash: hexSum(l.v["proof"]),
	}.Decide)
	return l
}

func (l *life) takeBack(side string, receipt bool) *life {
	l.t.Helper()
	l.v["return"], l.v["order"] = newPrefixedID("ret"), newPrefixedID("ord")
	presence := presenceCode(l.s.w.house.keys.LookupHash)(lifecycle.ReturnID(l.v["return"]))
	back := lifecycle.TakeBack{
		Command: l.by(side + " clerk"), Return: lifecycle.ReturnID(l.v["return"]), Order: lifecycle.OrderID(l.v["order"]),
		Condition: "used", Reason: "changed-mind", PresenceHash: hexSum(presence),
	}
	if receipt {
		back.ReceiptHash = l.receipt(side)
	}
	l.do(back.Decide)
	if l.live != "" {
		l.v["past"], l.v["binding"], l.live = l.live, newPrefixedID("bnd"), ""
	}
	return l
}

func (l *life) hold(by string, kind lifecycle.HoldKind) *life {
	l.t.Helper()
	l.v["hold"], l.v["holdkind"] = newPrefixedID("hld"), string(kind)
	l.do(lifecycle.PlaceHold{Command: l.by(by), ID: lifecycle.HoldID(l.v["hold"]), Kind: kind}.Decide)
	return l
}

func (l *life) approve(by string) *life {
	l.t.Helper()
	l.do(lifecycle.LiftHold{Command: l.by(by), Hold: lifecycle.HoldID(l.v["hold"])}.Decide)
	return l
}

func (l *life) contest(by string) *life {
	l.t.Helper()
	l.v["hold"] = newPrefixedID("hld")
	l.do(lifecycle.Contest{Command: l.by(by), ID: lifecycle.HoldID(l.v["hold"])}.Decide)
	return l
}

func (l *life) flag(side string) *life {
	l.t.Helper()
	at := l.s.w.tick()
	flag, err := l.s.w.house.store.RaiseFlag(context.WithoutCancel(l.t.Context()), lifecycle.Flag{
		Unit: l.unit.ID, Kind: lifecycle.FlagCodesDisagree, Cause: "test", Severity: lifecycle.SeverityHigh,
		State: lifecycle.FlagOpen, Org: l.s.w.orgs[side].ID, FirstAt: at, LastAt: at,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.v["flag"] = string(flag.ID)
	return l
}

// reset brings what was carl's to the warehouse and proves its reset.
func (l *life) reset() *life {
	l.t.Helper()
	return l.sell("shop").bind("carl").takeBack("shop", true).worked()
}

// worked has the warehouse work the reset of a unit off that the shop took back.
func (l *life) worked() *life {
	l.t.Helper()
	l.move("shop", "warehouse")
	service := func() lifecycle.Command {
		return lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorService}, At: l.s.w.tick()}
	}
	order := lifecycle.OrderID(l.v["order"])
	l.do(func(s lifecycle.Snapshot) (lifecycle.Change, error) {
		at := l.s.w.tick()
		progress := lifecycle.Progress{Command: service(), Order: order, Probe: &lifecycle.Probe{Cloud: builtin.Name, At: at, Dark: true}}
		for _, task := range s.Order.Tasks {
			if task.Cloud != "" {
				task.State, task.Proof, task.DoneAt = lifecycle.TaskProven, "inventory-empty", at
				progress.Tasks = append(progress.Tasks, task)
			}
		}
		return progress.Decide(s)
	})
	l.speak(lifecycle.ResetHard)
	l.do(lifecycle.Attest{Command: l.by("warehouse technician"), Order: order, Check: lifecycle.CheckCodesAgree, Pass: true}.Decide)
	l.do(lifecycle.Prove{Command: service(), Order: order}.Decide)
	return l
}

func (l *life) certified() *life {
	l.t.Helper()
	return l.reset().certify()
}

// certify has it certified.
func (l *life) certify() *life {
	l.t.Helper()
	code := newCertificateCode()
	l.v["certificate"] = string(code)
	l.do(lifecycle.Certify{
		Command: l.by("warehouse validator"), Code: code,
		Sign: func(s lifecycle.Snapshot, c lifecycle.Certificate) ([]byte, error) {
			return certificate.Sign(certify.Statement(s, c, "House warehouse", "House vendor"), l.s.w.house.keys.Certificate())
		},
	}.Decide)
	return l
}

func (l *life) reopen() *life {
	l.t.Helper()
	l.do(lifecycle.Reopen{Command: l.by("warehouse validator"), Order: lifecycle.OrderID(newPrefixedID("ord")), Cause: "doubt"}.Decide)
	return l
}

func (l *life) retire() *life {
	l.t.Helper()
	l.do(lifecycle.Retire{
		Command: l.by("warehouse technician"), Second: l.s.actor("warehouse validator").Person, SecondScan: l.key,
		Order: lifecycle.OrderID(newPrefixedID("ord")),
	}.Decide)
	return l
}

// serialMark is in every serial on record, and in nothing that is typed or
// drawn: no base64 has a dot.
const serialMark = "QC."

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
