package bench

import (
	"context"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// What a technician found about removable media. The last is no pass.
const (
	noteMediaNone    = "none-inside"
	noteMediaRemoved = "taken-out"
	noteMediaStuck   = "not-checked"
)

// addWork lists what a person does by hand, in its order: what is left with
// its form, what is done for second thoughts.
func (b *Bench) addWork(ctx context.Context, v *unitView, s lifecycle.Snapshot) error {
	if !v.Can.Work || s.Order == nil || s.Order.Kind != lifecycle.OrderReset || s.Order.Epoch != s.Unit.Epoch {
		return nil
	}
	apart := newestWord(s, lifecycle.CheckCodesAgree)
	for _, work := range workOf(s) {
		if !apart.At.IsZero() && !apart.Pass && work.Kind != "codes" {
			continue // first find out which unit this is
		}
		word, err := b.wordView(ctx, newestWord(s, work.Check))
		if err != nil {
			return err
		}
		work.Word, work.Path = word, v.Path
		if work.Kind == "media" {
			work.Media = options("bench.media.", noteMediaNone, noteMediaRemoved, noteMediaStuck)
		}
		if work.Kind != "silent" && word.Said && word.Pass {
			v.Again = append(v.Again, work)
			continue
		}
		work.Main = work.Kind != "silent" && !hasMain(v.Work)
		v.Work = append(v.Work, work)
	}
	return nil
}

// workOf is everything by hand that this unit needs at this bench.
func workOf(s lifecycle.Snapshot) []workView {
	all := []workView{{Kind: "codes", Check: lifecycle.CheckCodesAgree}}
	if task, ok := s.Order.Task(lifecycle.TaskID("", lifecycle.VerbFactoryReset)); ok && !task.Done() {
		all = append(all, workView{Kind: "silent", Check: lifecycle.CheckFactoryReset})
	}
	if s.Model.RemovableMedia {
		all = append(all, workView{Kind: "media", Check: lifecycle.CheckMedia})
	}
	// A unit that has ever reported says its version itself.
	if s.Report == nil {
		all = append(all, workView{Kind: "firmware", Check: lifecycle.CheckFirmware})
	}
	for _, check := range s.Model.Checklist {
		all = append(all, workView{Kind: "check", Check: check.ID, Text: check.Text})
	}
	return all
}

func (b *Bench) wordView(ctx context.Context, word lifecycle.Attestation) (wordView, error) {
	if word.At.IsZero() {
		return wordView{}, nil
	}
	name, err := b.personName(ctx, word.By)
	return wordView{
		Said: true, Pass: word.Pass, By: name, Mine: word.By == access.From(ctx).Person, Attestation: word,
	}, err
}

// hasMain reports whether the next thing to do by hand is in the list already.
func hasMain(work []workView) bool {
	for _, w := range work {
		if w.Main {
			return true
		}
	}
	return false
}

// fail notes at its step what was wrong with a form; what belongs to no step
// is shown where the page shows refusals.
func (v *unitView) fail(step, chosen string, mistakes *lifecycle.Invalid, reasons []lifecycle.Reason) {
	v.Failed, v.Chosen, v.Mistakes, v.Reasons = step, chosen, mistakes, reasons
	for _, list := range [][]workView{v.Work, v.Again} {
		for i := range list {
			if list[i].Check == step {
				list[i].Note, list[i].Mistakes, list[i].Reasons = chosen, mistakes, reasons
				v.Failed, v.Reasons = "", nil
			}
		}
	}
}
