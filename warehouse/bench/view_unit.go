package bench

import (
	"context"
	"html/template"
	"slices"

	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

// unitView is the page of one unit on the bench.
type unitView struct {
	Path     string
	Key      lifecycle.UnitKey
	Model    string
	State    lifecycle.State
	Returned lifecycle.Return
	Arriving bool             // not here yet: receive it first
	Verdict  *web.VerdictView // the answer, where there is one already
	Next     string           // message code of what comes next, where not
	Live     string           // the order's events; empty: nothing happens by itself now
	Kit      kitView          // of a unit that came in a box with others
	Cause    string           // message code of why it came back; empty: it did not
	Steps    []web.Step
	Groups   []web.TaskGroup
	Folded   bool // the groups are of the past
	Missing  []lifecycle.Reason
	sheetView
	Presence presenceView
	Holds    []holdView
	Can      canDo
	Waivable []string // clouds that an officer may give up
	Causes   []web.Option
	Kinds    []web.Option
	// Failed is the step whose form was wrong, with what was chosen there.
	Failed   string
	Chosen   string
	Mistakes *lifecycle.Invalid
	Reasons  []lifecycle.Reason // a refusal, shown where the person is
	// Scan is what was wrong with what was scanned.
	Scan *lifecycle.Invalid
}

// canDo is what this person may try on this unit.
type canDo struct {
	Work, Certify, Reopen, Retire, Ship, Hold, Lift bool
}

// CanBar reports whether there is a field for codes: for those who work the
// unit, and for who certifies it.
func (v unitView) CanBar() bool { return !v.Arriving && (v.Can.Work || v.Can.Certify) }

// presenceView is the code that a unit signs to show that it is here.
type presenceView struct {
	Wanted bool
	Code   string
	Symbol template.HTML
}

type holdView struct {
	lifecycle.Hold
	Says lifecycle.Reason
	Mine bool // this person has approved already
	// Contest: it is decided on a page of its own.
	Contest bool
}

func (b *Bench) unitView(ctx context.Context, s lifecycle.Snapshot, step string) (unitView, error) {
	principal := access.From(ctx)
	v := unitView{
		Path: shelf.UnitPath(s.Unit.Key), Key: s.Unit.Key, Model: s.Model.Name, State: s.Unit.State,
		Arriving: s.Unit.Custody != principal.Org,
		Causes:   web.Options("bench.cause.", ReopenCauses()...), Kinds: web.Options("bench.hold.", "dispute", "legal", "recall", "stolen"),
	}
	if s.Return != nil {
		v.Returned = *s.Return
	}
	if v.Arriving {
		return v, nil
	}
	open := s.Unit.State == lifecycle.StateReturned || s.Unit.State == lifecycle.StateReset
	v.Can = whatCan(s, principal)
	if open {
		v.Steps = steps(s)
	}
	v.Groups, v.Folded = groups(s, !v.Can.Work), s.Unit.State != lifecycle.StateReturned
	if s.Unit.State == lifecycle.StateReturned && s.Order != nil {
		v.Live = "/v1/orders/" + string(s.Order.ID) + "/events"
	}
	v.Missing = shelf.Spoken(s, b.missingFor(ctx, s, principal))
	v.Verdict = b.answer(s, principal, v.Missing)
	if v.Verdict != nil && v.Verdict.Verdict == lifecycle.VerdictMismatch {
		v.Can.Ship = false // it stays until it is known which unit this is
	}
	v.Next = next(s)
	v.Waivable = shelf.Waivable(s, principal)
	v.Holds = holdViews(s, principal)
	if s.Order != nil && s.Order.Cause != "" && open {
		v.Cause = "bench.came-back." + s.Order.Cause
	}
	if err := b.addSheet(ctx, &v, s, step); err != nil {
		return v, err
	}
	if err := b.addKit(ctx, &v, s.Unit); err != nil {
		return v, err
	}
	return v, b.addPresence(&v, s)
}

func whatCan(s lifecycle.Snapshot, p access.Principal) canDo {
	held := len(s.StandingHolds()) > 0
	open := s.Unit.State == lifecycle.StateReturned || s.Unit.State == lifecycle.StateReset
	proven := s.Unit.State == lifecycle.StateReset || s.Unit.State == lifecycle.StateCertified
	return canDo{
		Work:    open && !held && access.Allowed(p, access.TaskAttest),
		Certify: s.Unit.State == lifecycle.StateReset && access.Allowed(p, access.CertificateIssue),
		Reopen:  proven && access.Allowed(p, access.UnitReopen),
		Retire:  !held && s.Unit.State != lifecycle.StateRetired && access.Allowed(p, access.UnitRetire),
		Ship:    !held && s.Shipment == nil && access.Allowed(p, access.ShipmentSend),
		Hold:    s.Unit.State != lifecycle.StateRetired && access.Allowed(p, access.HoldPlace),
		Lift:    access.Allowed(p, access.HoldLift),
	}
}

// missingFor is what stands in the way, holds in any state, and of a reset unit
// everything between it and its certificate: for a validator with their own
// part in it, for anybody else without.
func (b *Bench) missingFor(ctx context.Context, s lifecycle.Snapshot, p access.Principal) []lifecycle.Reason {
	var reasons []lifecycle.Reason
	if s.Unit.State == lifecycle.StateReset {
		reasons = b.Missing(ctx, s)
	} else {
		for _, hold := range s.StandingHolds() {
			reasons = append(reasons, hold.Reason(p.Actor()))
		}
	}
	if !access.Allowed(p, access.CertificateIssue) {
		reasons = slices.DeleteFunc(reasons, func(r lifecycle.Reason) bool { return shelf.IsAboutValidator(r.Code) })
	}
	return reasons
}

// answer is the page's answer before any explanation, where there is one.
func (b *Bench) answer(s lifecycle.Snapshot, p access.Principal, missing []lifecycle.Reason) *web.VerdictView {
	switch {
	case len(s.StandingHolds()) > 0:
		return &web.VerdictView{Verdict: lifecycle.VerdictHeld, Sentence: "bench.held"}
	case s.Unit.State == lifecycle.StateRetired:
		return &web.VerdictView{Verdict: lifecycle.VerdictRefused, Sentence: "bench.retired"}
	case s.Unit.State == lifecycle.StateCertified:
		return &web.VerdictView{Verdict: lifecycle.VerdictClear, Sentence: "bench.certified", Button: certificateButton(s)}
	case s.Order != nil && mismatch(s):
		return &web.VerdictView{Verdict: lifecycle.VerdictMismatch, Sentence: "bench.mismatch"}
	case s.Unit.State != lifecycle.StateReset:
		return nil
	case len(missing) > 0:
		return &web.VerdictView{Verdict: lifecycle.VerdictRefused, Sentence: "bench.not-yet"}
	case access.Allowed(p, access.CertificateIssue):
		return &web.VerdictView{Verdict: lifecycle.VerdictClear, Sentence: "bench.ready", Button: &web.Button{
			Message: "bench.certify", Path: "/bench/certificates", Post: true,
			Fields: []web.Hidden{{Name: "unit", Value: s.Unit.Key.String()}},
		}}
	}
	return &web.VerdictView{Verdict: lifecycle.VerdictClear, Sentence: "bench.ready-for-validator"}
}

func certificateButton(s lifecycle.Snapshot) *web.Button {
	if s.Certificate == nil {
		return nil
	}
	return &web.Button{Message: "bench.show-certificate", Path: "/bench/certificates/" + string(s.Certificate.Code)}
}

// next is the one sentence of what comes next, for a unit without an answer.
func next(s lifecycle.Snapshot) string {
	for _, step := range steps(s) {
		if step.Now {
			return "bench.next" + step.Message[len("bench.step"):]
		}
	}
	return "bench.next.certificate"
}

func holdViews(s lifecycle.Snapshot, p access.Principal) []holdView {
	var views []holdView
	for _, hold := range s.StandingHolds() {
		views = append(views, holdView{
			Hold: hold, Says: hold.Reason(p.Actor()), Mine: hold.ApprovedBy == p.Person, Contest: hold.Contested(),
		})
	}
	return views
}

// presenceMM is how large the presence code is drawn; a camera sees it from
// the screen.
const presenceMM = 40

func (b *Bench) addPresence(v *unitView, s lifecycle.Snapshot) error {
	open := s.Unit.State == lifecycle.StateReturned || s.Unit.State == lifecycle.StateReset
	if s.Return == nil || !open || s.Return.Authority != lifecycle.AuthorityNone || !s.Return.From.InCustomerHands() {
		return nil
	}
	v.Presence = presenceView{Wanted: true, Code: b.PresenceCode(s)}
	if v.Presence.Code == "" {
		return nil
	}
	drawn, err := label.Label{Code: v.Presence.Code, WidthMM: presenceMM, HeightMM: presenceMM}.SVG()
	v.Presence.Symbol = template.HTML(drawn) // our own drawing: no script, no style, text escaped
	return err
}
