package bench

import (
	"context"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

// What a technician found about removable media. The last is no pass.
const (
	noteMediaNone    = "none-inside"
	noteMediaRemoved = "taken-out"
	noteMediaStuck   = "not-checked"
)

// mediaNotes are the answers about removable media, in the order of the screen
// and of the commands.
func mediaNotes() []string { return []string{noteMediaNone, noteMediaRemoved, noteMediaStuck} }

// sheetView is what a person does by hand on one unit: the steps in order, one
// of them open.
type sheetView struct {
	Sheet   []workView
	Current *workView // nil: nothing is left, or nothing may be done
	Number  int       // of the current step, from 1
	Back    string    // the step before it, and the one after: ids, empty at the ends
	Forward string
	Silent  bool     // it may be that it cannot report its reset itself
	Vouched wordView // who has vouched for its reset
	Mine    bool     // this person has
	Undo    bool     // this person has said something that they can take back
}

// workView is one thing that a person does by hand.
type workView struct {
	Path  string // of the unit's page
	Order lifecycle.OrderID
	Kind  string // codes, media, firmware or check
	Check string
	Step  lifecycle.Check // the vendor's, for a check of the model
	Done  bool
	Word  wordView
	Media []web.Option
	// BoxRead: the code on the box was read, the unit's own is next.
	BoxRead bool
	// Left is how many seconds a step that was begun still takes.
	Running bool
	Left    int
	Photos  []string // addresses
	// What was sent last for it and was wrong.
	Note     string
	Mistakes *lifecycle.Invalid
	Reasons  []lifecycle.Reason
}

// Failed reports whether somebody said that it is not in order.
func (w workView) Failed() bool { return w.Word.Said && !w.Word.Pass }

// Report reports whether only the unit itself can say it.
func (w workView) Report() bool { return w.Step.ProvenBy == lifecycle.ProofReport }

// wordView is the newest word on a check.
type wordView struct {
	Said bool
	Pass bool
	By   string
	At   time.Time
}

// addSheet lists what a person does by hand, and opens the step that was asked
// for, or else the first that is left.
func (b *Bench) addSheet(ctx context.Context, v *unitView, s lifecycle.Snapshot, step string) error {
	if !v.Can.Work || s.Order == nil || s.Order.Kind != lifecycle.OrderReset || s.Order.Epoch != s.Unit.Epoch {
		return nil
	}
	person := access.From(ctx).Person
	for _, work := range workOf(s) {
		work.Path, work.Order = v.Path, s.Order.ID
		if err := b.tell(ctx, &work, s, person); err != nil {
			return err
		}
		v.Sheet = append(v.Sheet, work)
		if mismatch(s) {
			break // first find out which unit this is
		}
	}
	task, _ := s.Order.Task(lifecycle.TaskID("", lifecycle.VerbFactoryReset))
	v.Silent = !task.Done() && !mismatch(s)
	vouched := workView{Check: lifecycle.CheckFactoryReset}
	if err := b.tell(ctx, &vouched, s, person); err != nil {
		return err
	}
	v.Vouched = vouched.Word
	v.Mine = lifecycle.NewestWord(s, lifecycle.CheckFactoryReset).By == person
	_, v.Undo = lifecycle.LastWord(s, person)
	v.open(step)
	return nil
}

// tell adds to a step how far it is.
func (b *Bench) tell(ctx context.Context, work *workView, s lifecycle.Snapshot, person lifecycle.PersonID) error {
	work.Done = lifecycle.Passed(s, work.Check)
	if word := lifecycle.NewestWord(s, work.Check); word.Said() {
		name, err := b.PersonName(ctx, word.By)
		if err != nil {
			return err
		}
		work.Word = wordView{Said: true, Pass: word.Pass, By: name, At: word.At}
	}
	work.Photos = photosOf(s, work.Check)
	for _, word := range s.Attestations {
		if word.Order == s.Order.ID && word.Check == work.Check && word.By == person && !word.Pass {
			work.BoxRead = b.boxRead(word)
			b.timeLeft(work, word)
		}
	}
	return nil
}

// timeLeft is what a step that this person has begun still takes.
func (b *Bench) timeLeft(work *workView, word lifecycle.Attestation) {
	if work.Step.HoldSeconds == 0 || word.Note != lifecycle.NoteStarted {
		return
	}
	left := word.At.Add(work.Step.Hold()).Sub(b.Now())
	work.Running, work.Left = true, max(0, int((left+time.Second-1)/time.Second))
}

// open makes a step the current one.
func (v *sheetView) open(step string) {
	at := slices.IndexFunc(v.Sheet, func(w workView) bool { return w.Check == step })
	for _, wanted := range []func(workView) bool{
		func(w workView) bool { return !w.Done && !w.Failed() && !w.Report() && !w.Step.Optional },
		func(w workView) bool { return !w.Done && !w.Report() && !w.Step.Optional },
	} {
		if at < 0 {
			at = slices.IndexFunc(v.Sheet, wanted)
		}
	}
	v.Current, v.Number, v.Back, v.Forward = nil, 0, "", ""
	if at < 0 {
		if len(v.Sheet) > 0 {
			v.Back = v.Sheet[len(v.Sheet)-1].Check
		}
		return
	}
	v.Current, v.Number = &v.Sheet[at], at+1
	if at > 0 {
		v.Back = v.Sheet[at-1].Check
	}
	if at+1 < len(v.Sheet) {
		v.Forward = v.Sheet[at+1].Check
	}
}

// workOf is everything by hand that this unit needs at this bench.
func workOf(s lifecycle.Snapshot) []workView {
	all := []workView{{Kind: "codes", Check: lifecycle.CheckCodesAgree}}
	if s.Model.RemovableMedia {
		media := workView{Kind: "media", Check: lifecycle.CheckMedia, Media: web.Options("bench.media.", mediaNotes()...)}
		all = append(all, media)
	}
	// A unit that has ever reported says its version itself.
	if s.Report == nil {
		all = append(all, workView{Kind: "firmware", Check: lifecycle.CheckFirmware})
	}
	for _, check := range s.Model.Checklist {
		all = append(all, workView{Kind: "check", Check: check.ID, Step: check})
	}
	return all
}

// mismatch reports whether the codes on the box and on the unit were found to
// name two units.
func mismatch(s lifecycle.Snapshot) bool {
	word := lifecycle.NewestWord(s, lifecycle.CheckCodesAgree)
	return word.Said() && !word.Pass
}

// photosOf is where the pictures of a check are shown.
func photosOf(s lifecycle.Snapshot, check string) []string {
	paths := []string{}
	for _, word := range s.Attestations {
		if word.Order != s.Order.ID || word.Check != check {
			continue
		}
		for _, digest := range word.Photos {
			paths = append(paths, "/v1/orders/"+string(s.Order.ID)+"/photos/"+digest)
		}
	}
	return paths
}

// StepPath is the unit's page with a step of it open.
func (*Handler) StepPath(key lifecycle.UnitKey, step string) string { return stepPath(key, step) }

func stepPath(key lifecycle.UnitKey, step string) string {
	if step == "" {
		return shelf.UnitPath(key)
	}
	return shelf.UnitPath(key) + "?step=" + step
}

// fail notes at its step what was wrong with a form; what belongs to no step
// is shown where the page shows refusals.
func (v *unitView) fail(step, chosen string, mistakes *lifecycle.Invalid, reasons []lifecycle.Reason) {
	v.Failed, v.Chosen, v.Mistakes, v.Reasons = step, chosen, mistakes, reasons
	for i := range v.Sheet {
		if v.Sheet[i].Check == step {
			v.open(step)
			v.Sheet[i].Note, v.Sheet[i].Mistakes, v.Sheet[i].Reasons = chosen, mistakes, reasons
			v.Failed, v.Reasons = "", nil
		}
	}
}
