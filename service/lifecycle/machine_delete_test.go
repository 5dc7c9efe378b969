package lifecycle_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"quitclaim/service/lifecycle"
)

// deletes is what the worker and former owners do about recordings of before:
// one of them asks, somebody may place a hold meanwhile, and the worker comes
// whether or not it is time.
func (w *world) deletes(t *rapid.T) {
	owed := kept(w.s.Deletions, func(x lifecycle.Deletion) bool { return !x.Done() })
	if len(owed) == 0 {
		return
	}
	x := owed[rapid.IntRange(0, len(owed)-1).Draw(t, "which")]
	if rapid.Bool().Draw(t, "asked for") {
		who := owner(x.Account)
		if rapid.IntRange(0, 4).Draw(t, "by somebody else") == 0 {
			who = w.someOwner(t)
		}
		w.do(lifecycle.WantDeletion{Command: w.by(who), Binding: x.Binding})
	}
	if rapid.IntRange(0, 3).Draw(t, "held") == 0 {
		w.hold(t)
	}
	w.do(lifecycle.BeginDeletion{Command: w.by(worker()), Binding: x.Binding, Cloud: x.Cloud})
	w.do(lifecycle.EndDeletion{Command: w.by(worker()), Binding: x.Binding, Cloud: x.Cloud,
		Proof: rapid.SampledFrom([]string{"", "nothing-kept"}).Draw(t, "proof")})
}

// deletable: not before thirty days have passed since the end, or whose time it
// was has asked.
func (m *model) deletable(w *world, begin lifecycle.BeginDeletion) string {
	at := slices.IndexFunc(w.s.Bindings, func(b lifecycle.Binding) bool { return b.ID == begin.Binding })
	if at < 0 || w.s.Bindings[at].State != lifecycle.BindingEnded || w.s.Bindings[at].Kind != lifecycle.BindingOwner {
		return fmt.Sprintf("rule 9: what %s has recorded is deleted, and they are no former owner", begin.Binding)
	}
	if !m.asked[begin.Binding] && begin.At.Sub(w.s.Bindings[at].EndedAt) < 30*24*time.Hour {
		return fmt.Sprintf("rule 9: deleted %v after the end, and nobody asked", begin.At.Sub(w.s.Bindings[at].EndedAt))
	}
	return ""
}

// mayAsk: whose time it was, and nobody else.
func (m *model) mayAsk(w *world, want lifecycle.WantDeletion) string {
	at := slices.IndexFunc(w.s.Bindings, func(b lifecycle.Binding) bool { return b.ID == want.Binding })
	if at < 0 || w.s.Bindings[at].Account != want.Actor.Person {
		return fmt.Sprintf("rule 9: %s has %s deleted", want.Actor.Person, want.Binding)
	}
	m.asked[want.Binding] = true
	return ""
}
